#include "counters/perf_event/group.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace bytebound {
namespace {

/// The event, and the CPU if it is counted on one.
std::string counted_where(const std::string& event, int cpu) {
    return cpu < 0 ? event : event + " on CPU " + std::to_string(cpu);
}

Failure not_opened(const std::string& operation, const std::string& event, std::string cause, int error) {
    return fail({ExitCode::not_possible, operation, event, std::move(cause), "see bytebound doctor", error});
}

} // namespace

perf_event_attr attributes_of(const Event& event) {
    perf_event_attr attr{};
    attr.size = sizeof attr;
    attr.type = event.type;
    attr.config = event.config;
    if (event.type == PERF_TYPE_BREAKPOINT) attr.bp_type = event.breakpoint_type;
    attr.config1 = event.config1; // breakpoints: the address (a union in perf_event_attr)
    attr.config2 = event.config2; // breakpoints: the length
    attr.read_format =
        PERF_FORMAT_GROUP | PERF_FORMAT_ID | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    if (event.domain != Domain::unrestricted) {
        attr.exclude_hv = 1;
        attr.exclude_kernel = event.domain == Domain::user;
        attr.exclude_user = event.domain == Domain::kernel;
    }
    return attr;
}

SentGroup Group::sent() const {
    SentGroup sent{leader_, cpu_, ids_, {}, {}};
    for (const UniqueFd& descriptor : descriptors_)
        sent.descriptors.push_back(descriptor.get());
    return sent;
}

Group Group::received(Sys& sys, const SentGroup& sent) {
    Group group(sys, sent.leader, sent.cpu, 0);
    for (const int descriptor : sent.descriptors)
        group.descriptors_.emplace_back(sys, descriptor);
    group.ids_ = sent.ids;
    group.words_.resize(header_words + 2 * group.ids_.size());
    return group;
}

Result<Group> Group::open(Sys& sys, std::span<const Event> events, int cpu, pid_t thread) {
    assert(!events.empty());
    Group group(sys, events.front().name, cpu, thread);
    group.descriptors_.reserve(events.size());
    for (const Event& event : events) {
        TRY(group.add(event));
    }
    group.words_.resize(header_words + 2 * events.size());
    // Only the leader is opened disabled; members follow its state, so enabling it starts all at once.
    const SysResult enabled = sys.ioctl(group.descriptors_.front().get(), PERF_EVENT_IOC_ENABLE, 0);
    if (!enabled.ok())
        return not_opened("enable group of", counted_where(group.leader_, cpu), "the kernel refused", enabled.error);
    return group;
}

Result<void> Group::add(const Event& event) {
    const bool leads = descriptors_.empty();
    perf_event_attr attr = attributes_of(event);
    attr.disabled = leads;
    const int leader_fd = leads ? -1 : descriptors_.front().get();
    const SysResult opened =
        sys_->perf_event_open(attr, cpu_ < 0 ? thread_ : -1, cpu_, leader_fd, PERF_FLAG_FD_CLOEXEC);
    if (!opened.ok())
        return not_opened("open event", counted_where(event.name, cpu_), "perf_event_open failed", opened.error);
    descriptors_.emplace_back(*sys_, static_cast<int>(opened.value));

    std::uint64_t id = 0;
    const SysResult named =
        sys_->ioctl(descriptors_.back().get(), PERF_EVENT_IOC_ID, reinterpret_cast<unsigned long>(&id));
    if (!named.ok())
        return not_opened("identify event", counted_where(event.name, cpu_), "the kernel refused", named.error);
    ids_.push_back(id);
    return {};
}

bool Group::read_in_user_space(const CounterRegisters& registers) {
    // The page describes a register of the CPU that runs the event, so only the counted thread itself can use it.
    if (cpu_ < 0) user_ = UserPages::map(*sys_, descriptors_, registers);
    return user_.has_value();
}

bool Group::refresh_in_user_space() noexcept {
    UserReading times;
    if (!user_->read(times)) return false;
    // The page's clock may not advance between two reads (CNTVCT_EL0: up to 40 ns at 25 MHz). On arm64 it may also lag
    // behind the kernel's, because arch_perf_update_userpage() halves time_mult for a shift of 32. The reported times
    // are kept strictly increasing.
    const auto behind = [](std::uint64_t now, std::uint64_t last) { return now > last ? 0 : last + 1 - now; };
    const std::uint64_t late =
        std::max(behind(times.enabled_ns, words_[enabled_word]), behind(times.running_ns, words_[running_word]));
    words_[enabled_word] = times.enabled_ns + late;
    words_[running_word] = times.running_ns + late;
    for (std::size_t i = 0; i < ids_.size(); ++i)
        words_[header_words + 2 * i] = user_->counts()[i];
    failure_ = Failure::none;
    return true;
}

bool Group::refresh() noexcept {
    if (user_ && refresh_in_user_space()) return true;
    const std::size_t bytes = words_.size() * sizeof words_[0];
    answer_ = sys_->read(descriptors_.front().get(), words_.data(), bytes);
    failure_ = Failure::none;
    if (!answer_.ok()) {
        failure_ = Failure::refused;
    } else if (answer_.value == 0) {
        // The kernel reports end of file for a pinned group that could not be scheduled (perf_event_open(2)).
        failure_ = Failure::lost_counters;
    } else if (answer_.value != static_cast<long>(bytes)) {
        failure_ = Failure::short_answer;
    } else if (words_[0] != ids_.size()) {
        failure_ = Failure::other_size;
    } else {
        for (std::size_t i = 0; i < ids_.size(); ++i) {
            if (words_[header_words + 2 * i + 1] != ids_[i]) failure_ = Failure::other_event;
        }
    }
    return failure_ == Failure::none;
}

bool Group::read(std::span<CounterValue> out) noexcept {
    assert(out.size() == size());
    if (!refresh()) return false;
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = value(i);
    return true;
}

Error Group::last_error() const {
    Error error{ExitCode::internal,
                "read group of",
                counted_where(leader_, cpu_),
                {},
                "run again; see dmesg if it persists",
                0};
    switch (failure_) {
    case Failure::none: error.cause = "no error"; break;
    case Failure::refused:
        error.cause = "the kernel refused";
        error.sys_errno = answer_.error;
        break;
    case Failure::lost_counters:
        error.cause = "the pinned group lost its counters to another user of the PMU";
        error.remedy = "stop other profilers and the NMI watchdog";
        break;
    case Failure::short_answer:
        error.cause = "the kernel returned " + std::to_string(answer_.value) + " bytes instead of " +
                      std::to_string(words_.size() * sizeof words_[0]);
        // The kernel dissolves a group if its CPU or PMU goes away (perf_event_exit_cpu_context).
        error.remedy = "check whether a CPU went offline or a PMU driver was unloaded, and run again";
        break;
    case Failure::other_size:
        error.cause =
            "the kernel returned " + std::to_string(words_[0]) + " events instead of " + std::to_string(ids_.size());
        break;
    case Failure::other_event: error.cause = "the kernel returned the value of another event"; break;
    }
    return error;
}

} // namespace bytebound
