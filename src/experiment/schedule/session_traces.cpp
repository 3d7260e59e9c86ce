#include "experiment/plan/plan_parts.hpp"
#include "experiment/schedule/session_steps.hpp"

namespace bytebound {

Result<void> add_segment(const SessionContext& session, SessionTraces& traces, std::size_t experiment) {
    Segments& segments = traces.changes.at(experiment);
    auto changes = TRY(traces.store->changes(session.plan.experiments[experiment].trace,
                                             static_cast<std::uint32_t>(segments.size()),
                                             [&session] { return session.stop != 0; }));
    if (!changes) return fail(stopped_by(session.stop));
    segments.push_back(std::move(changes));
    return {};
}

Result<SessionTraces> count_traces(const SessionContext& session) {
    const RunPlan& plan = session.plan;
    SessionTraces traces{session.seams.traces, {}};
    if (!traces.store)
        traces.store = std::make_shared<TraceStore>(
            trace_room(plan, session.memory_available.bytes, session.machine.allowed.size()));
    for (std::size_t e = 0; e < plan.experiments.size(); ++e) {
        traces.changes.emplace_back();
        for (std::uint32_t repeat = 0; repeat < least_repeats(plan); ++repeat)
            TRY(add_segment(session, traces, e));
    }
    return traces;
}

} // namespace bytebound
