#include "experiment/plan/plan_parts.hpp"
#include "experiment/schedule/session_steps.hpp"

namespace bytebound {

Result<SessionTraces> count_traces(const SessionContext& session) {
    const RunPlan& plan = session.plan;
    SessionTraces traces{session.seams.traces, {}};
    if (!traces.store)
        traces.store = std::make_shared<TraceStore>(
            trace_room(plan, session.memory_available.bytes, session.machine.allowed.size()));
    for (const Experiment& experiment : plan.experiments) {
        Segments& segments = traces.changes.emplace_back();
        for (std::uint32_t repeat = 0; repeat < plan.options.repeats; ++repeat) {
            auto changes =
                TRY(traces.store->changes(experiment.trace, repeat, [&session] { return session.stop != 0; }));
            if (!changes) return fail(stopped_by(session.stop));
            segments.push_back(std::move(changes));
        }
    }
    return traces;
}

} // namespace bytebound
