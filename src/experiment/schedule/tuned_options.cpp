#include "experiment/schedule/tuned_options.hpp"

#include <algorithm>

#include "archive/autotune_store.hpp"
#include "counters/registry.hpp"
#include "experiment/replay/emulation.hpp"

namespace bytebound {
namespace {

bool asks_for_emulation(const RunOptions& options) {
    const auto& names = options.counting.collectors;
    return std::any_of(names.begin(), names.end(), [](const std::string& name) {
        const CollectorEntry* entry = find_collector(collectors(), name);
        return entry != nullptr && entry->supplies == Supplies::emulation;
    });
}

void supply(RunOptions& o, const TunedSetting& setting, AutotuneUse& use) {
    // A choice of the host's must not take away a figure that was requested.
    const bool emulated = !asks_for_emulation(o) || why_not_emulated(LoopKind::paired, setting.copy).empty();
    if (!o.given.threads) use.threads = o.threads = setting.threads;
    if (!o.given.copy && emulated) {
        o.copy = setting.copy;
        use.copy = name_of(setting.copy);
    }
    if (o.threads == 1) return; // these have no effect
    if (!o.given.grain) use.grain = o.grain = setting.grain;
    if (!o.given.parallel_threshold) use.parallel_threshold = o.parallel_threshold = setting.parallel_threshold;
}

} // namespace

Result<TunedOptions> tune(RunOptions& options, const Machine& machine, const AutotuneSource& source) {
    AutotuneNeed need;
    need.host = source.host;
    need.layout = make_layout(options.dtype, options.up_cols, options.hidden_dim, options.gate_cols);
    if (options.given.threads) need.threads = options.threads;
    need.placement = [&](std::uint32_t threads) -> std::optional<Placement> {
        auto placement = resolve_placement(machine, options.cpus, options.memory, threads);
        return placement ? std::optional(std::move(*placement)) : std::nullopt;
    };
    AutotuneChoice choice = TRY(choose_autotune(options.autotune, source.directory, need));
    TunedOptions out{std::nullopt, std::move(choice.reason), std::move(choice.warnings)};
    if (!choice.setting) return out;
    AutotuneUse use{choice.file, choice.measured, choice.version, choice.workload, {}, {}, {}, {}, {}, {}, {}};
    supply(options, *choice.setting, use);
    if (choice.ratio) {
        use.ratio = choice.ratio->ratio;
        use.ci_low = choice.ratio->ci_low;
        use.ci_high = choice.ratio->ci_high;
    }
    out.use = std::move(use);
    return out;
}

} // namespace bytebound
