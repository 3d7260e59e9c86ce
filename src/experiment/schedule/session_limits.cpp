#include <fmt/format.h>

#include "experiment/schedule/session_steps.hpp"
#include "machine/limit_checks.hpp"

namespace bytebound {

Result<void> check_descriptors_of_planning(const SessionContext& session) {
    if (session.plan.counting.collectors.counting.empty()) return {};
    return check_descriptors(session.plan.counting.events.size(), "the trial of each event", session.machine.limits);
}

Result<void> check_descriptors(const SessionContext& session, const Counting& counting) {
    if (session.plan.counting.collectors.counting.empty()) return {};
    const std::size_t workers = session.plan.placement.cpus.size();
    return check_descriptors(counting.descriptors(workers),
                             fmt::format("the counters of {} worker{}", workers, workers == 1 ? "" : "s"),
                             session.machine.limits);
}

} // namespace bytebound
