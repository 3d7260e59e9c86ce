#include "experiment/tune/tuning_stage.hpp"

#include <algorithm>
#include <numeric>

#include "base/random.hpp"
#include "experiment/measure/bound_arena.hpp"
#include "experiment/measure/page_judgement.hpp"
#include "experiment/measure/pinned_team.hpp"
#include "experiment/plan/plan_parts.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

constexpr int empty_clock_pairs = 1000;

/// A page on a node that the policy excludes is a failed proof.
Result<void> prove_pages(const StageContext& context, const Placement& placement, const Workspace& workspace,
                         std::vector<Warning>& into) {
    const AddressRange whole{"autotune", workspace.base(), workspace.bytes()};
    const PageAnswer answer = ask_for_pages(context.sys, placement, std::span(&whole, 1));
    if (!answer.reason.empty()) return {};
    auto warnings = TRY(judge_pages(placement, answer.proofs));
    into.insert(into.end(), warnings.begin(), warnings.end());
    return {};
}

double clock_pair_ns(ClockFunction clock) {
    std::vector<double> times;
    for (int i = 0; i < empty_clock_pairs; ++i) {
        const std::uint64_t begin = clock();
        times.push_back(static_cast<double>(clock() - begin));
    }
    return median(std::move(times));
}

/// Fisher-Yates; equal for equal seeds.
std::vector<std::size_t> drawn_order(std::size_t count, std::uint64_t seed) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random(seed);
    for (std::size_t left = count; left > 1; --left)
        std::swap(order[left - 1], order[random.below(static_cast<std::uint32_t>(left))]);
    return order;
}

std::vector<int> first_cpus(const Placement& placement, std::uint32_t threads) {
    return {placement.cpus.begin(), placement.cpus.begin() + threads};
}

} // namespace

Result<TuningStage> TuningStage::make(const StageContext& context, const RowsToTune& rows, AutotuneRecord& record) {
    const RunPlan& plan = rows.plan;
    auto arena = TRY(allocate_bound(context.sys, context.machine, plan.placement, arena_bytes(plan.workspace)));
    record.bound_memory = arena.bound;
    auto workspace = TRY(Workspace::in(plan.workspace, std::move(arena.region)));
    workspace.touch(plan.options.workload.seed);
    if (record.bound_memory) TRY(prove_pages(context, plan.placement, workspace, record.warnings));
    auto sweep = TRY(CacheSweep::make(context.machine, plan.placement.cpus, plan.sweep_bytes));
    TuningStage stage(context, rows, std::move(workspace), std::move(sweep),
                      trace_room(plan, context.memory_available.bytes, 1));
    stage.clock_pair_ns_ = clock_pair_ns(context.clock);
    return stage;
}

Result<double> TuningStage::step_ns(const TunedSetting& setting, const TuningCell& cell,
                                    std::span<const StepChange> changes) {
    const Placement& placement = rows_->plan.placement;
    LoopOptions options;
    options.tau = rows_->plan.options.tau;
    options.copy = setting.copy;
    options.grain = setting.grain;
    options.parallel_threshold = setting.parallel_threshold;
    auto team = TRY(PinnedTeam::make(context_.sys, context_.machine, first_cpus(placement, setting.threads)));
    const auto loop = make_loop(cell.loop, workspace_, team.workers(), options);
    loop->reset(changes);
    { // The largest team evicts every cache that any team uses.
        auto everyone = TRY(PinnedTeam::make(context_.sys, context_.machine, placement.cpus));
        sweep_.run(everyone.workers());
    }
    const std::uint32_t measured = rows_->plan.experiments[cell.experiment].trace.measured_steps;
    std::vector<double> times(measured);
    std::uint32_t step = 0;
    for (; step < cell.warmup_steps && context_.stop == 0; ++step)
        loop->step(step);
    for (std::uint32_t i = 0; i < measured && context_.stop == 0; ++i, ++step) {
        const std::uint64_t begin = context_.clock();
        loop->step(step);
        times[i] = static_cast<double>(context_.clock() - begin);
    }
    if (context_.stop != 0) return fail(stopped_by(context_.stop));
    const std::span<const std::uint64_t> mask(workspace_.mask(step),
                                              mask_words(rows_->plan.options.workload.pool_rows));
    TRY(verify_slab(*loop, workspace_, mask));
    return std::max(median(std::move(times)) - clock_pair_ns_, 1.0);
}

Result<std::vector<SettingTimes>> TuningStage::measure(std::span<const TunedSetting> settings, std::uint32_t first,
                                                       std::uint32_t blocks, const std::function<void()>& tick) {
    std::vector<SettingTimes> out;
    for (const TunedSetting& setting : settings)
        out.push_back({setting, std::vector<std::vector<double>>(rows_->cells.size())});
    for (std::uint32_t block = first; block < first + blocks; ++block) {
        tick();
        for (std::size_t c = 0; c < rows_->cells.size(); ++c) {
            const TuningCell& cell = rows_->cells[c];
            const TraceSpec& trace = rows_->plan.experiments[cell.experiment].trace;
            const SharedChanges changes =
                TRY(traces_->fill(workspace_.masks(), trace, block, [this] { return context_.stop != 0; }));
            if (!changes) return fail(stopped_by(context_.stop));
            for (const std::size_t i : drawn_order(settings.size(), block * rows_->cells.size() + c + 1))
                out[i].cells[c].push_back(TRY(step_ns(settings[i], cell, *changes)));
        }
    }
    return out;
}

} // namespace bytebound
