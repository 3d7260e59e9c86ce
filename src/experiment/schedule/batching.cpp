#include "experiment/schedule/batching.hpp"

#include <algorithm>
#include <cmath>

#include "experiment/counting/idle_windows.hpp"
#include "experiment/plan/plan_parts.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

constexpr std::uint32_t probe_windows = 20;
constexpr std::uint32_t most_steps_per_reading = 1024;
constexpr double bytes_per_ns = 10; ///< approximate copy rate of one core
constexpr double most_seconds = 60, most_quick_seconds = 8;

/// Approximate duration of all measured steps of one k, assuming that every loop moves as much as a rebuild.
double seconds_of(const RunPlan& plan, std::uint32_t batch) {
    const RunOptions& o = plan.options;
    const double step =
        2.0 * o.workload.active_rows * static_cast<double>(plan.layout.row_bytes()) / bytes_per_ns * 1e-9;
    return step * batch * o.steps_per_k * least_repeats(plan) * static_cast<double>(o.loops.size());
}

} // namespace

namespace {

Result<BackgroundProbe> probe_pass(Counting& counting, int pass) {
    auto counters = TRY(OpenCounters::open(counting, pass, true));
    std::vector<CounterValue> edges;
    if (!watch_idle(counters, probe_windows, edges)) return fail(counters.last_error());
    BackgroundProbe probe;
    probe.noise = background_noise(idle_traffic(counting, pass, edges), {});
    std::vector<CounterValue> before(counters.size()), after(counters.size());
    if (!counters.read_before(before) || !counters.read_after(after)) return fail(counters.last_error());
    const std::vector<CounterSlot> slots = counting.slots_of(pass);
    for (std::size_t s = 0; s < slots.size(); ++s)
        if (slots[s].sharing == Sharing::socket)
            probe.read_pair_ns =
                std::max(probe.read_pair_ns, static_cast<double>(difference(before[s], after[s]).enabled_ns));
    return probe;
}

} // namespace

Result<BackgroundProbe> probe_background(Counting& counting) {
    BackgroundProbe all;
    for (int pass = 0; pass < counting.passes; ++pass) {
        if (!counting.counts_shared(pass)) continue;
        const auto probe = TRY(probe_pass(counting, pass));
        all.noise.rate += probe.noise.rate;
        all.noise.variance += probe.noise.variance;
        all.noise.idle_ns = probe.noise.idle_ns;
        all.read_pair_ns = std::max(all.read_pair_ns, probe.read_pair_ns);
    }
    return all;
}

std::uint32_t units_per_reading(double reading_ns, double unit_ns, std::uint32_t units) {
    for (std::uint32_t each = 1; each < units; ++each)
        if (units % each == 0 && reading_share * each * unit_ns > reading_ns) return each;
    return std::max(units, 1u);
}

double smallest_volume(const BackgroundProbe& probe, double step_bytes, std::uint32_t batch) {
    const double ns = probe.read_pair_ns + batch * step_bytes / bytes_per_ns;
    return detection_limit * std::sqrt(probe.noise.variance * ns);
}

namespace {

/// The batch size reached by doubling, and the limit that stopped it before the bound was visible.
struct BatchChoice {
    std::uint32_t batch = 1;
    std::string limit;
};

BatchChoice choose_batch(const RunPlan& plan, std::size_t experiment, const BackgroundProbe& probe, double limit_s,
                         const MemoryRoom& memory_available) {
    const Experiment& e = plan.experiments[experiment];
    const double step_bytes = e.expected.bound_rows * static_cast<double>(plan.layout.row_bytes());
    BatchChoice choice;
    while (choice.batch * step_bytes < smallest_volume(probe, step_bytes, choice.batch)) {
        const std::uint32_t next = choice.batch * 2;
        RunPlan longer = plan;
        if (next > most_steps_per_reading || seconds_of(plan, next) > limit_s)
            choice.limit = "the run's time";
        else if (!set_batch(longer, longer.experiments[experiment], next) || !fit_memory(longer, memory_available))
            choice.limit = "memory";
        if (!choice.limit.empty()) break;
        choice.batch = next;
    }
    return choice;
}

} // namespace

Result<void> enlarge_batches(RunPlan& plan, const BackgroundProbe& probe, const MemoryRoom& memory_available,
                             int passes) {
    const double limit_s = (plan.options.quick ? most_quick_seconds : most_seconds) /
                           static_cast<double>(plan.experiments.size()) / passes;
    for (std::size_t i = 0; i < plan.experiments.size(); ++i) {
        Experiment& e = plan.experiments[i];
        const double step_bytes = e.expected.bound_rows * static_cast<double>(plan.layout.row_bytes());
        const double hidden = smallest_volume(probe, step_bytes, 1);
        if (step_bytes == 0 || step_bytes >= hidden) continue;
        const std::uint32_t given = plan.options.batch.value_or(1);
        if (plan.options.between != Between::none || plan.options.batch) {
            if (given * step_bytes >= smallest_volume(probe, step_bytes, given)) continue;
            plan.warnings.push_back(warnings::batch_too_small(e.trace.k(), step_bytes, hidden, given,
                                                              plan.options.batch ? "--batch" : "--between"));
            continue;
        }
        const BatchChoice choice = choose_batch(plan, i, probe, limit_s, memory_available);
        TRY(set_batch(plan, e, choice.batch));
        plan.warnings.push_back(choice.limit.empty() ? warnings::batched(e.trace.k(), step_bytes, hidden, choice.batch)
                                                     : warnings::batch_too_small(e.trace.k(), step_bytes, hidden,
                                                                                 choice.batch, choice.limit));
    }
    return fit_memory(plan, memory_available);
}

} // namespace bytebound
