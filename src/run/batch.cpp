#include "run/batch.hpp"

#include <algorithm>
#include <cmath>

#include "run/background.hpp"
#include "run/plan_parts.hpp"
#include "run/warnings.hpp"

namespace bytebound {
namespace {

constexpr std::uint32_t probe_windows = 20;
constexpr std::uint32_t most_steps_per_reading = 1024;
constexpr double bytes_per_ns = 10; ///< about what one core copies
constexpr double seconds_per_k = 20, quick_seconds_per_k = 5;

/// About how long all measured steps of one k take, every loop moving as much as a rebuild.
double seconds_of(const RunPlan& plan, std::uint32_t batch) {
    const RunOptions& o = plan.options;
    const double step = 2.0 * o.active_rows * static_cast<double>(plan.layout.row_bytes()) / bytes_per_ns * 1e-9;
    return step * batch * o.steps_per_k * o.repeats * static_cast<double>(o.loops.size());
}

} // namespace

Result<BackgroundProbe> probe_background(Counting& counting, int pass) {
    auto counters = OpenCounters::open(counting, pass, true);
    if (!counters) return fail(counters.error());
    std::vector<CounterValue> edges;
    if (!watch_idle(*counters, probe_windows, edges)) return fail(counters->last_error());
    BackgroundProbe probe;
    probe.noise = background_noise(idle_traffic(counting, pass, edges), {});
    std::vector<CounterValue> before(counters->size()), after(counters->size());
    if (!counters->read_before(before) || !counters->read_after(after)) return fail(counters->last_error());
    const std::vector<CounterSlot> slots = counting.slots_of(pass);
    for (std::size_t s = 0; s < slots.size(); ++s)
        if (slots[s].sharing == Sharing::socket)
            probe.read_pair_ns =
                std::max(probe.read_pair_ns, static_cast<double>(difference(before[s], after[s]).enabled_ns));
    return probe;
}

double smallest_volume(const BackgroundProbe& probe, double step_bytes, std::uint32_t batch) {
    const double ns = probe.read_pair_ns + batch * step_bytes / bytes_per_ns;
    return detection_limit * std::sqrt(probe.noise.variance * ns);
}

Result<void> enlarge_batches(RunPlan& plan, const BackgroundProbe& probe, std::uint64_t memory_available) {
    const double limit_s = plan.options.quick ? quick_seconds_per_k : seconds_per_k;
    for (Experiment& e : plan.experiments) {
        const double step_bytes = e.bound_rows * static_cast<double>(plan.layout.row_bytes());
        if (step_bytes == 0) continue;
        const auto visible = [&](std::uint32_t batch) {
            return batch * step_bytes >= smallest_volume(probe, step_bytes, batch);
        };
        if (visible(1)) continue;
        const double hidden = smallest_volume(probe, step_bytes, 1);
        if (plan.options.between != Between::none) {
            plan.warnings.push_back(warnings::batch_too_small(e.k, step_bytes, hidden, 1, "--between"));
            continue;
        }
        std::uint32_t batch = 1;
        while (!visible(batch) && batch < most_steps_per_reading && seconds_of(plan, batch * 2) <= limit_s)
            batch *= 2;
        if (auto longer = set_batch(plan, e, batch); !longer) return longer;
        plan.warnings.push_back(visible(batch)
                                    ? warnings::batched(e.k, step_bytes, hidden, batch)
                                    : warnings::batch_too_small(e.k, step_bytes, hidden, batch, "the run's time"));
    }
    return fit_memory(plan, memory_available);
}

} // namespace bytebound
