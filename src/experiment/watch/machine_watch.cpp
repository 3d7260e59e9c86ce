#include "experiment/watch/machine_watch.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "experiment/watch/watch_values.hpp"
#include "record/stamp.hpp"

namespace bytebound {
namespace {

constexpr double ns_per_s = 1e9;
constexpr std::uint64_t retry_after_ns = 10'000'000'000; ///< for counters that could not be opened again

std::string online_cpus(const SysRoot& root) { return root.read("sys/devices/system/cpu/online").value_or(""); }

} // namespace

MachineWatch::MachineWatch(Sys& sys, const SysRoot& root, WatchOptions options, WatchSeams seams)
    : sys_(sys), root_(root), options_(std::move(options)), seams_(seams), schedule_(0, 1) {}

Result<MachineWatch> MachineWatch::open(Sys& sys, const SysRoot& root, const WatchOptions& options, WatchSeams seams) {
    MachineWatch watch(sys, root, options, seams);
    TRY(watch.plan());
    if (!watch.counting_->counts()) return fail(watch.counting_->nothing());
    for (const WatchFormula& formula : watch.formulas_)
        watch.columns_.push_back(formula.column);
    watch.collectors_ = watch.counting_->collectors;
    watch.warnings_ = watch.counting_->warnings;
    watch.begin();
    watch.start_ns_ = watch.last_ns_;
    watch.schedule_ = {watch.start_ns_, static_cast<std::uint64_t>(options.interval_s * ns_per_s)};
    return watch;
}

WatchHeader MachineWatch::header() const {
    return {host_name(), utc_now(), {}, options_.interval_s, cpus_, collectors_, columns_};
}

/// The counters are of CPUs, not of this process: its affinity does not matter.
Result<std::vector<int>> MachineWatch::chosen_cpus(const Machine& machine) const {
    if (options_.cpus == "auto") return machine.online;
    Machine all = machine;
    all.allowed = all.online;
    auto cpus = TRY(resolve_cpus(all, options_.cpus));
    std::sort(cpus.begin(), cpus.end());
    cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end()); // a CPU listed twice would count twice
    return cpus;
}

Result<void> MachineWatch::plan() {
    online_ = online_cpus(root_);
    const Machine machine = TRY(discover(root_));
    cpus_ = TRY(chosen_cpus(machine));
    Placement placement;
    placement.cpus = cpus_;
    const PresetMatches preset = TRY(match_presets(root_, options_.counting));
    CountingOptions counting = options_.counting;
    if (counting.events.empty()) counting.events = default_machine_events(preset.choice.llc_event);
    auto request = TRY(request_counting(counting, placement, preset, root_));
    request.options.events = options_.counting.events;
    counting_ = std::make_unique<MachineCounting>(TRY(plan_machine(request, sys_, root_, seams_.collectors)));
    counting_->warnings.insert(counting_->warnings.begin(), request.warnings.begin(), request.warnings.end());
    counters_ = std::make_unique<MachineCounters>(*counting_);
    formulas_ = watch_formulas(*counting_, request, machine);
    return {};
}

void MachineWatch::begin() {
    last_ns_ = seams_.now();
    before_ = counters_->read(seams_.now);
}

void MachineWatch::renew() {
    counters_.reset(); // before its plan
    const auto planned = plan();
    std::vector<WatchFormula> same;
    for (const WatchColumn& column : columns_) {
        const auto found = std::find_if(formulas_.begin(), formulas_.end(),
                                        [&](const WatchFormula& f) { return planned && f.column.key == column.key; });
        WatchFormula& formula = same.emplace_back();
        if (found != formulas_.end()) formula = std::move(*found);
        if (found != formulas_.end()) continue;
        formula.column = column;
        const bool of_dram = planned && column.kind == WatchKind::bandwidth && !counting_->dram_reason.empty();
        formula.column.reason = !planned  ? to_line(planned.error())
                                : of_dram ? counting_->dram_reason
                                          : "its counters are no longer there";
    }
    formulas_ = std::move(same);
    if (!planned) {
        *counting_ = {};
        counters_ = std::make_unique<MachineCounters>(*counting_);
    }
    begin();
    incomplete_ = false;
    for (std::size_t i = 0; i < columns_.size(); ++i)
        incomplete_ = incomplete_ || (columns_[i].reason.empty() && formulas_[i].numerator.empty());
    retry_ns_ = last_ns_ + retry_after_ns;
}

WatchLine MachineWatch::next() {
    const std::uint64_t now = seams_.now();
    const MachineReading after = counters_->read(seams_.now);
    WatchLine line;
    line.time = utc_now_ms();
    line.elapsed_s = static_cast<double>(now - start_ns_) / ns_per_s;
    line.interval_s = static_cast<double>(now - last_ns_) / ns_per_s;
    line.late = schedule_.is_late(now - last_ns_);
    line.values = watch_values(formulas_, before_, after);
    std::string online = online_cpus(root_);
    if (online.empty()) online = online_; // not readable now
    if (online != online_) {
        const std::string why = "the online CPUs changed from " + online_ + " to " + online + " in this interval";
        for (std::size_t i = 0; i < formulas_.size(); ++i)
            if (formulas_[i].whole_cpus && !formulas_[i].numerator.empty())
                line.values[i] = without_value(ReadingState::read_failed, why);
    }
    if (online != online_ || counters_->failed() || (incomplete_ && now >= retry_ns_)) {
        renew();
    } else {
        before_ = after;
        last_ns_ = now;
    }
    line.cpus = cpus_;
    return line;
}

} // namespace bytebound
