#include "counters/perf_event/trial.hpp"

#include <algorithm>

#include "counters/busy_work.hpp"
#include "counters/perf_event/group.hpp"

namespace bytebound {
Trial try_groups(Sys& sys, std::span<const std::vector<Event>> groups) {
    Trial trial;
    std::vector<Group> opened;
    opened.reserve(groups.size());
    for (const auto& events : groups) {
        auto group = Group::open(sys, events);
        if (!group) {
            trial.refused = group.error();
            return trial;
        }
        opened.push_back(std::move(*group));
    }
    work_for_a_trial();
    for (Group& group : opened) {
        if (!group.refresh()) {
            trial.refused = group.last_error();
            return trial;
        }
        const CounterValue value = group.value(0);
        trial.worst = std::max(trial.worst, state_of(value.enabled_ns, value.running_ns));
    }
    return trial;
}

} // namespace bytebound
