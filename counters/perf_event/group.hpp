#pragma once

#include <linux/perf_event.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "counters/event.hpp"
#include "counters/perf_event/user_pages.hpp"
#include "counters/reading.hpp"
#include "counters/sent_counters.hpp"

namespace bytebound {

/// Events that the kernel schedules together or not at all, opened with the first one as leader and read with one
/// system call. Opens all or nothing, is enabled once at opening, and is never reset, toggled or split.
class Group {
public:
    /// Opens `events` (not empty) on a thread (0: the calling one), leader first, and enables them. If `cpu` is not
    /// negative, counts on that CPU for all threads that run there (the only mode of an uncore PMU). Error:
    /// not_possible with the event's name and errno; nothing remains open.
    static Result<Group> open(Sys& sys, std::span<const Event> events, int cpu = -1, pid_t thread = 0);
    /// For another process, which reads what this one opened.
    SentGroup sent() const;
    /// Of sent(), in the process that received the descriptors, which the group owns from now on.
    static Group received(Sys& sys, const SentGroup& sent);

    Group(Group&&) noexcept = default;
    Group& operator=(Group&&) noexcept = default;

    std::size_t size() const { return ids_.size(); }

    /// After this, refresh() makes no system call as long as every event has a counter. Returns false and changes
    /// nothing if the kernel does not allow user-space reads of all of them. `registers` must outlive the group.
    bool read_in_user_space(const CounterRegisters& registers);
    /// Changes whenever the kernel reschedules or reprograms one of the counters; as of the last refresh(). nullopt
    /// (not known) without user-space reads.
    std::optional<std::uint64_t> schedule_stamp() const noexcept {
        return user_ ? std::optional(user_->stamp()) : std::nullopt;
    }

    /// Fetches the current values. False if the kernel refused, returned too few bytes, or the (pinned) group lost its
    /// counters; see last_error(). Does not allocate.
    bool refresh() noexcept;
    /// Value of event `index` at the last successful refresh(). Both times are the leader's, and therefore the group's.
    CounterValue value(std::size_t index) const noexcept {
        return {words_[header_words + 2 * index], words_[enabled_word], words_[running_word]};
    }
    /// refresh(), then copies into `out`, which has room for size() values.
    bool read(std::span<CounterValue> out) noexcept;

    Error last_error() const;

private:
    // PERF_FORMAT_GROUP with both times and ids: nr, enabled, running, then {value, id} per event.
    static constexpr std::size_t enabled_word = 1, running_word = 2, header_words = 3;
    enum class Failure { none, refused, lost_counters, short_answer, other_size, other_event };

    Group(Sys& sys, std::string leader, int cpu, pid_t thread)
        : sys_(&sys), leader_(std::move(leader)), cpu_(cpu), thread_(thread) {}
    Result<void> add(const Event& event);
    bool refresh_in_user_space() noexcept;

    Sys* sys_;
    std::string leader_; ///< its name, for messages
    int cpu_;            ///< -1: the thread, wherever it runs
    pid_t thread_;       ///< 0: the one that opened it
    std::vector<UniqueFd> descriptors_;
    std::vector<std::uint64_t> ids_;
    std::vector<std::uint64_t> words_; ///< the last answer, laid out as the kernel's
    std::optional<UserPages> user_;
    Failure failure_ = Failure::none;
    SysResult answer_;
};

/// perf_event_attr of `event` as a group member: only its encoding, domain and read format.
perf_event_attr attributes_of(const Event& event);

} // namespace bytebound
