#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiment/schedule/repeated_times.hpp"
#include "experiment/schedule/session_steps.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

/// One k of the run.
struct RepeatedK {
    RepeatedTimes times;
    std::uint32_t finished = 0;
    bool ended = false;
    std::vector<std::uint32_t> finished_of = {}; ///< of each loop: a plug-in that failed has fewer
};

/// A change of A or R by exchanges that is worth a warning.
constexpr double exchanged_share = 0.05;

class RepeatSchedule {
public:
    RepeatSchedule(const SessionContext& session, const PhaseInputs& inputs)
        : session_(session), inputs_(inputs), begun_ns_(session.seams.clock()),
          ks_(session.plan.experiments.size(),
              RepeatedK{RepeatedTimes(session.plan.options.loops.size(), empty_clock_pair_ns(session.record)), 0, false,
                        std::vector<std::uint32_t>(session.plan.options.loops.size())}) {}

    /// The repeat is the outer loop: slow drift of the machine affects all loops and ks alike.
    Result<void> run() {
        const auto open = [](const RepeatedK& k) { return !k.ended; };
        for (std::uint32_t repeat = 0; std::any_of(ks_.begin(), ks_.end(), open); ++repeat) {
            const auto left = static_cast<std::uint64_t>(std::count_if(ks_.begin(), ks_.end(), open));
            phases_ = done_ + left * phases_of_k() * (std::max(least_repeats(plan()), repeat + 1) - repeat);
            for (std::size_t e = 0; e < ks_.size(); ++e)
                if (!ks_[e].ended && may_begin(e)) TRY(measure(e, repeat));
        }
        if (session_.progress) session_.progress({"measure", done_, done_, {}});
        for (std::size_t e = 0; e < ks_.size(); ++e)
            for (std::size_t loop = 0; loop < loops(); ++loop)
                if (has_failed(session_, loop)) experiment_record(session_, e, loop).repeats = ks_[e].finished_of[loop];
        warn_of_exchanges();
        if (!missed_.empty())
            session_.record.warnings.push_back(
                warnings::precision_missed(missed_, options().max_seconds, options().precision, widest_missed()));
        return {};
    }

private:
    const RunPlan& plan() const { return session_.plan; }
    const RunOptions& options() const { return session_.plan.options; }
    std::size_t loops() const { return options().loops.size(); }
    std::uint64_t phases_of_k() const { return loops() * static_cast<std::uint64_t>(inputs_.counting.passes); }

    double seconds() const { return static_cast<double>(session_.seams.clock() - begun_ns_) * 1e-9; }

    /// Ends a k whose time is spent.
    bool may_begin(std::size_t e) {
        if (options().repeats || ks_[e].finished < least_repeats(plan()) || seconds() < options().max_seconds)
            return true;
        end(e, RepeatsEnd::max_time);
        return false;
    }

    Result<void> measure(std::size_t e, std::uint32_t repeat) {
        RepeatedK& k = ks_[e];
        if (repeat >= inputs_.traces.changes[e].size()) TRY(add_segment(session_, inputs_.traces, e));
        for (std::size_t i = 0; i < loops(); ++i) {
            // Rotated, so that no loop always runs after the same other one.
            const std::size_t loop = (i + repeat) % loops();
            const auto times = TRY(options().loops[loop] == LoopKind::plug_in ? measure_own(e, loop, repeat)
                                                                              : measure_built_in(e, loop, repeat));
            if (times.empty()) continue;
            k.times.add(loop, times);
            k.finished_of[loop] = repeat + 1;
        }
        k.finished = repeat + 1;
        put_repeats(e);
        if (options().repeats) {
            if (k.finished == *options().repeats) end(e, RepeatsEnd::given);
        } else if (k.finished >= least_repeats(plan())) {
            const auto all = precision_of(e);
            if (std::all_of(all.begin(), all.end(), [](const LoopPrecision& loop) { return loop.enough; }))
                end(e, RepeatsEnd::precision);
            else if (k.finished == plan().most_repeats)
                end(e, RepeatsEnd::limit);
        }
        return {};
    }

    /// Every pass of a loop. Returns the steps of the first, whose times count.
    Result<std::vector<Sample>> measure_built_in(std::size_t e, std::size_t loop, std::uint32_t repeat) {
        std::vector<Sample> first;
        for (int pass = 0; pass < inputs_.counting.passes; ++pass) {
            show(e, loop, repeat);
            auto phase = TRY(measure_phase(session_, inputs_, {e, loop, repeat, pass}));
            TRY(keep_phase(session_, inputs_, phase));
            if (pass == 0) first = std::move(phase.rows.steps);
            ++done_;
        }
        return first;
    }

    /// The same of a plug-in, which may fail in any pass: a repeat is kept as a whole, or not at all. Empty: it failed.
    Result<std::vector<Sample>> measure_own(std::size_t e, std::size_t loop, std::uint32_t repeat) {
        std::vector<MeasuredPhase> phases;
        for (int pass = 0; pass < inputs_.counting.passes; ++pass, ++done_) {
            if (has_failed(session_, loop)) continue;
            show(e, loop, repeat);
            auto phase = TRY(measure_plug_in(session_, inputs_, {e, loop, repeat, pass}));
            if (phase) phases.push_back(std::move(*phase));
        }
        if (has_failed(session_, loop)) {
            for (RepeatedK& k : ks_)
                k.times.leave_out(loop);
            TRY(session_.write_record());
            return std::vector<Sample>{};
        }
        for (const MeasuredPhase& phase : phases)
            TRY(keep_phase(session_, inputs_, phase));
        return std::move(phases.front().rows.steps);
    }

    void show(std::size_t e, std::size_t loop, std::uint32_t repeat) const {
        if (!session_.progress) return;
        const std::string of = options().repeats ? fmt::format(" of {}", *options().repeats) : "";
        session_.progress({"measure", done_, phases_,
                           fmt::format("{} k {}, repeat {}{}", loop_name(options(), loop),
                                       plan().experiments[e].trace.k(), repeat + 1, of)});
    }

    std::vector<LoopPrecision> precision_of(std::size_t e) const {
        return ks_[e].times.precision(session_.record.workload.loops, options().precision);
    }

    /// Keeps the record true while the run goes on.
    void put_repeats(std::size_t e) {
        WorkloadRecord& workload = session_.record.workload;
        workload.repeats = std::max(workload.repeats, ks_[e].finished);
        if (workload.auto_repeats) workload.auto_repeats->seconds = seconds();
        const MeanChange mean = mean_change(inputs_.traces.changes[e], plan().experiments[e].trace.warmup_steps);
        for (std::size_t loop = 0; loop < loops(); ++loop) {
            ExperimentRecord& record = experiment_record(session_, e, loop);
            record.repeats = ks_[e].finished_of[loop];
            record.added = mean.added;
            record.removed = mean.removed;
        }
    }

    void end(std::size_t e, RepeatsEnd why) {
        ks_[e].ended = true;
        const auto precision = options().repeats ? std::vector<LoopPrecision>(loops()) : precision_of(e);
        bool missed = false;
        for (std::size_t loop = 0; loop < loops(); ++loop) {
            ExperimentRecord& record = experiment_record(session_, e, loop);
            if (has_failed(session_, loop)) continue;
            record.ratio_half_width = precision[loop].half_width;
            // A loop whose own ratios are precise took part in the repeats that others needed.
            record.repeats_end = precision[loop].enough ? RepeatsEnd::precision : why;
            missed = missed || *record.repeats_end == RepeatsEnd::max_time;
        }
        if (missed) missed_.push_back(plan().experiments[e].trace.k());
    }

    /// What --add and --remove requested is not what was measured.
    void warn_of_exchanges() const {
        if (!options().add && !options().remove) return;
        const std::uint32_t add = options().add.value_or(0), remove = options().remove.value_or(0);
        const ExperimentRecord& measured = session_.record.experiments.front(); // the loops have one trace
        const auto differs = [](double wanted, double is) { return std::abs(is - wanted) > exchanged_share * wanted; };
        if (differs(add, measured.added) || differs(remove, measured.removed))
            session_.record.warnings.push_back(
                warnings::changes_exchanged(add, remove, measured.added, measured.removed));
    }

    /// Nothing if one of them has no interval.
    std::optional<double> widest_missed() const {
        double widest = 0;
        for (const ExperimentRecord& record : session_.record.experiments) {
            if (record.repeats_end != RepeatsEnd::max_time) continue;
            if (!record.ratio_half_width) return std::nullopt;
            widest = std::max(widest, *record.ratio_half_width);
        }
        return widest;
    }

    const SessionContext& session_;
    const PhaseInputs& inputs_;
    const std::uint64_t begun_ns_;
    std::vector<RepeatedK> ks_;
    std::uint64_t done_ = 0, phases_ = 0; ///< finished; known to be needed
    std::vector<std::uint32_t> missed_;   ///< the ks that --max-time ended
};

} // namespace

Result<void> measure_repeats(const SessionContext& session, const PhaseInputs& inputs) {
    return RepeatSchedule(session, inputs).run();
}

} // namespace bytebound
