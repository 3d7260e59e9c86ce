#include <fmt/format.h>

#include "experiment/schedule/session_steps.hpp"

namespace bytebound {
namespace {

/// Descriptors for everything but counters: standard streams, the directory's files, sysfs, the pipes of children.
constexpr std::size_t other_descriptors = 16;

Result<void> check(const SessionContext& session, std::size_t counters, const std::string& what) {
    if (session.plan.counting.collectors.counting.empty()) return {};
    const auto& limit = session.machine.limits.descriptors;
    const std::size_t needed = counters + other_descriptors;
    if (!limit || needed <= *limit) return {};
    return fail({ExitCode::not_possible, "plan", "file descriptors",
                 fmt::format("the run needs {} ({} for {}, {} for files), and the process may open {}", needed,
                             counters, what, other_descriptors, *limit),
                 "raise the hard limit (ulimit -Hn), or give fewer --threads or --events", 0});
}

} // namespace

Result<void> check_descriptors_of_planning(const SessionContext& session) {
    return check(session, session.plan.counting.events.size(), "the trial of each event");
}

Result<void> check_descriptors(const SessionContext& session, const Counting& counting) {
    const std::size_t workers = session.plan.placement.cpus.size();
    return check(session, counting.descriptors(workers),
                 fmt::format("the counters of {} worker{}", workers, workers == 1 ? "" : "s"));
}

} // namespace bytebound
