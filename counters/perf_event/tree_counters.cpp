#include "counters/perf_event/tree_counters.hpp"

#include <array>
#include <map>

#include "counters/perf_event/group.hpp"

namespace bytebound {

Result<std::unique_ptr<WorkerCounters>> TreeCounters::open(Sys& sys, const CountingPlan& plan, pid_t process) {
    std::unique_ptr<TreeCounters> out(new TreeCounters(sys));
    std::map<std::pair<int, int>, int> leaders; // (pass, group) -> descriptor
    for (const PlannedEvent& planned : plan.events) {
        if (planned.pass < 0 || !planned.event) continue;
        const auto leader = leaders.find({planned.pass, planned.group});
        perf_event_attr attr = attributes_of(*planned.event);
        // The kernel does not read a group of inherited events with one call before Linux 6.13.
        attr.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
        attr.inherit = 1;
        const bool leads = leader == leaders.end();
        attr.disabled = leads; // members follow their leader
        attr.enable_on_exec = leads;
        const SysResult opened =
            sys.perf_event_open(attr, process, -1, leads ? -1 : leader->second, PERF_FLAG_FD_CLOEXEC);
        if (!opened.ok())
            return fail({ExitCode::not_possible, "open event", planned.event->name,
                         "perf_event_open failed for the command", "see bytebound doctor", opened.error});
        out->descriptors_.emplace_back(sys, static_cast<int>(opened.value));
        if (leads) leaders.emplace(std::pair(planned.pass, planned.group), static_cast<int>(opened.value));
    }
    return out;
}

bool TreeCounters::read(std::span<CounterValue> out) noexcept {
    for (std::size_t i = 0; i < descriptors_.size(); ++i) {
        std::array<std::uint64_t, 3> words{};
        answer_ = sys_.read(descriptors_[i].get(), words.data(), sizeof words);
        if (!answer_.ok() || answer_.value != static_cast<long>(sizeof words)) return false;
        out[i] = {words[0], words[1], words[2]};
    }
    return true;
}

Error TreeCounters::last_error() const {
    return {ExitCode::internal,     "read counters", "of the command", "the kernel gave no complete answer",
            "see bytebound doctor", answer_.error};
}

} // namespace bytebound
