#include <algorithm>

#include "experiment/schedule/batching.hpp"
#include "experiment/schedule/session_steps.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

/// A trial ends after either, but not before two steps.
constexpr std::uint64_t trial_ns = 2'000'000;
constexpr std::uint32_t trial_steps = 64;

/// The median time of the loop's first steps on the first segment. Their first half, which finds cold caches, is left
/// out.
Result<double> step_time(const SessionContext& session, const PhaseInputs& inputs, std::size_t e, std::size_t l) {
    const RunPlan& plan = session.plan;
    const LoopKind kind = plan.options.loops[l];
    if (kind == LoopKind::plug_in) {
        std::vector<double> times = TRY(time_plug_in(session, inputs, e, l, trial_steps));
        times.erase(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
        return times.empty() ? 0.0 : median(std::move(times));
    }
    const auto loop = session.seams.make_loop(kind, inputs.memory.workspace, inputs.team.workers(),
                                              loop_options(plan.options, kind, inputs.oracle_copies[e]));
    if (!loop) return 0.0; // its first phase reports it
    const std::vector<StepChange>& changes = *inputs.traces.changes[e][0];
    loop->reset(changes);
    const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(trial_steps, changes.size()));
    std::vector<double> times;
    const std::uint64_t begun = session.seams.clock();
    for (std::uint32_t step = 0; step < most; ++step) {
        const std::uint64_t begin = session.seams.clock();
        loop->step(step);
        const std::uint64_t end = session.seams.clock();
        times.push_back(static_cast<double>(end - begin));
        if (step > 0 && end - begun > trial_ns) break;
    }
    times.erase(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
    return times.empty() ? 0.0 : median(std::move(times));
}

/// Of the pass whose readings take longest: the steps of all passes are joined, so their readings are alike.
double reading_ns(const RunRecord& record) {
    double longest = 0;
    for (const ReadCostRecord& pass : record.read_cost)
        if (pass.reading_ns) longest = std::max(longest, pass.reading_ns->median);
    return longest;
}

} // namespace

Result<void> choose_batches(const SessionContext& session, const PhaseInputs& inputs) {
    RunPlan& plan = session.plan;
    if (plan.options.batch || plan.options.between != Between::none) return {};
    for (std::size_t e = 0; e < plan.experiments.size(); ++e) {
        Experiment& experiment = plan.experiments[e];
        TRY(fill_masks(session, inputs.traces, inputs.memory.workspace, e, 0));
        for (std::size_t loop = 0; loop < plan.options.loops.size(); ++loop) {
            if (session.stop != 0) return fail(stopped_by(session.stop));
            const double step_ns = TRY(step_time(session, inputs, e, loop));
            const double unit_ns = (step_ns - empty_clock_pair_ns(session.record)) * experiment.batch;
            experiment.batches[loop] =
                experiment.batch * units_per_reading(reading_ns(session.record), unit_ns, plan.options.steps_per_k);
            ExperimentRecord& record = experiment_record(session, e, loop);
            record.batch = experiment.batch_of(loop);
            record.readings = experiment.readings_of(loop);
        }
    }
    return session.write_record();
}

} // namespace bytebound
