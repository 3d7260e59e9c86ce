#pragma once
// The counters behind the C interface: events by name, opened on one thread, read and differenced.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"
#include "counters/reading.hpp"

namespace bytebound {

/// An event of a set, open or not.
struct SetEvent {
    std::string name; ///< as it was given, or the value of name=
    std::string unit, domain, source, caveat;
    std::string reason, remedy; ///< why it is not open
    bool open = false;
    bool shared = false;      ///< counts a whole socket
    bool multiplexed = false; ///< may share a counter
    double unit_scale = 1.0;  ///< value in `unit` = count * unit_scale
    std::size_t first = 0;    ///< its first sample; one for each part
    std::size_t parts = 0;    ///< number of its samples; 0 if not open
};

/// Events that were opened together on the calling thread. They count until the set is destroyed.
class EventSet {
public:
    /// `names`: separated by commas, as for --events. Errors: usage (no name, one listed twice, one that no grammar
    /// accepts), not_possible. An event that cannot be counted is not an error. `sys` outlives the set.
    static Result<EventSet> open(std::string_view names, bool allow_multiplex, Sys& sys, const SysRoot& root);

    const std::vector<SetEvent>& events() const { return events_; }
    std::size_t samples() const { return samples_; }

    /// Reads all counters; no allocation, no exception. On failure, every reading with these samples is
    /// read_failed.
    bool read(std::span<CounterValue> out) noexcept;
    /// The failed read's error; nullopt if the last read succeeded.
    std::optional<Error> read_error() const;

    /// The reading of one event, the sum of its parts.
    Reading reading(std::size_t event, std::span<const CounterValue> before,
                    std::span<const CounterValue> after) const noexcept;

private:
    struct Source {
        std::unique_ptr<Collector> collector;
        std::unique_ptr<WorkerCounters> counters;
        std::size_t first = 0; ///< its first sample
    };
    Result<void> take(std::unique_ptr<Collector> collector, const PlanRequest& request);
    Result<void> take_boxes(std::unique_ptr<Collector> collector, const PlanRequest& request, const SysRoot& root);
    SetEvent* event_written(std::string_view name);

    std::vector<std::string> written_; ///< the names as given, in the order of events_
    std::vector<SetEvent> events_;
    std::vector<Source> sources_;
    std::size_t samples_ = 0;
    std::size_t failed_ = SIZE_MAX; ///< the source whose last read failed
};

} // namespace bytebound
