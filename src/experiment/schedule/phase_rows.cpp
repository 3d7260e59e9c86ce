#include <algorithm>

#include "catalogue/flags.hpp"
#include "catalogue/metrics.hpp"
#include "experiment/schedule/phase.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

/// An event over all workers in one step: the sum, with the worst state.
class TeamReading {
public:
    void add(Reading reading, std::uint32_t weight) {
        reading.count *= weight;
        sum_ = sum_ ? sum(*sum_, reading) : reading;
    }
    std::optional<Reading> value() const {
        if (!sum_) return {};
        Reading reading = *sum_;
        // The file contains no state, only the times that imply it: a sum with a part that never ran must not look
        // scaled.
        if (reading.state == ReadingState::never_ran) reading.count = reading.running_ns = 0;
        return reading;
    }

private:
    std::optional<Reading> sum_;
};

struct Row {
    const RowContext& context;
    const PhaseKey& key;
    const PhaseLog& log;
    std::vector<CounterSlot> slots; ///< of the pass
    std::uint32_t batch;            ///< steps of a reading

    /// Index of a reading's first step in the experiment's trace.
    std::size_t first_of(std::uint32_t reading) const {
        const Experiment& experiment = context.plan.experiments[key.experiment];
        return experiment.trace.warmup_steps + std::size_t{reading} * batch;
    }

    /// The leader takes part in every step.
    bool took_part(unsigned worker, std::uint32_t step) const {
        return worker == 0 || log.workers[worker].part_ns[step] > 0;
    }

    bool migrated(unsigned worker, std::uint32_t step) const {
        const WorkerLog& own = log.workers[worker];
        const int pinned = context.pinned.at(worker), before = own.cpu_before[step], after = own.cpu_after[step];
        return before != after || (pinned >= 0 && before != pinned);
    }

    bool interrupted(unsigned worker, std::uint32_t step) const {
        return !log.workers[worker].interrupted.empty() && log.workers[worker].interrupted[step];
    }

    /// The events of a reading: of all workers that took part, or of one.
    void read_into(Sample& sample, std::uint32_t step, std::optional<unsigned> only) const {
        std::vector<TeamReading> totals(context.counting.events.size());
        for (unsigned worker = 0; worker < log.workers.size(); ++worker) {
            if (only ? worker != *only : !took_part(worker, step)) continue;
            const WorkerLog& own = log.workers[worker];
            for (std::size_t s = 0; s < slots.size(); ++s) {
                if (slots[s].leader_only() && (worker != 0 || only)) continue;
                const std::size_t at = step * slots.size() + s;
                totals[slots[s].column].add(difference(own.before[at], own.after[at]), slots[s].weight);
            }
        }
        for (std::size_t i = 0; i < totals.size(); ++i)
            sample.readings[i] = totals[i].value();
    }

    /// Flags of a row whose readings are filled in, in the documented order.
    void flag(Sample& sample, bool was_migrated, bool was_interrupted) const {
        if (was_migrated) sample.flags.emplace_back(flag_name::migrated);
        bool descheduled = false, scaled = false, never_ran = false;
        for (std::size_t i = 0; i < sample.readings.size(); ++i) {
            const auto& value = sample.readings[i];
            if (!value) continue;
            if (context.counting.events[i].role == metric_name::context_switches && value->count > 0)
                descheduled = true;
            if (value->state == ReadingState::scaled) scaled = true;
            if (value->state == ReadingState::never_ran) never_ran = true;
        }
        if (descheduled) sample.flags.emplace_back(flag_name::descheduled);
        if (was_interrupted && !descheduled) sample.flags.emplace_back(flag_name::interrupted);
        if (scaled) sample.flags.emplace_back(flag_name::multiplexed);
        if (never_ran) sample.flags.emplace_back(flag_name::never_ran);
    }

    Sample common(std::uint32_t step) const {
        const Experiment& experiment = context.plan.experiments[key.experiment];
        Sample sample;
        sample.loop = context.loop;
        sample.k = experiment.trace.k();
        sample.repeat = key.repeat;
        sample.step = step * batch;
        sample.batch = batch;
        sample.pass = key.pass;
        sample.readings.resize(context.counting.events.size());
        const auto& ledger = context.ledger;
        const std::size_t first = first_of(step);
        for (std::size_t at = first; at < first + batch; ++at) {
            const StepChange& change = context.changes[at];
            sample.added += change.added;
            sample.removed += change.removed;
            sample.bound_rows += std::max(change.added, change.removed);
            sample.rows_written += log.rows_written[at];
            if (context.told && change.removed > change.added) sample.knows_minimum = false;
            if (at >= ledger.size()) continue;
            sample.min_rows += ledger[at].min_rows;
            sample.metadata_bytes += ledger[at].metadata_bytes;
        }
        if (context.told) {
            sample.knows_stores = context.told->rows_written;
            sample.knows_metadata = context.told->metadata_bytes;
        }
        return sample;
    }

    Sample step_row(std::uint32_t step) const {
        Sample sample = common(step);
        sample.cpu_before = log.workers[0].cpu_before[step];
        sample.cpu_after = log.workers[0].cpu_after[step];
        sample.time_ns = log.time_ns[step];
        bool any_migrated = false, any_interrupted = false;
        for (unsigned worker = 0; worker < log.workers.size(); ++worker) {
            if (!took_part(worker, step)) continue;
            any_migrated = any_migrated || migrated(worker, step);
            any_interrupted = any_interrupted || interrupted(worker, step);
        }
        read_into(sample, step, {});
        flag(sample, any_migrated, any_interrupted);
        const std::vector<Simulation>& segments = context.simulated.segments;
        if (key.pass == 0 && key.repeat < segments.size())
            sample.simulated = simulated_values(segments[key.repeat], first_of(step), sample.batch,
                                                context.plan.cache.geometry.line_bytes, context.plan.options.between);
        if (key.repeat == 0 && key.pass == 0 && context.emulated != nullptr) put_emulated(sample, step);
        put_gap(sample, step);
        return sample;
    }

    /// What the workers counted between this step and the next, after the cells of the events.
    void put_gap(Sample& sample, std::uint32_t step) const {
        if (context.plan.options.between == Between::none) return;
        const std::vector<std::size_t> columns = context.counting.gap_columns();
        std::vector<TeamReading> totals(columns.size());
        for (unsigned worker = 0; step < log.gap_before.size() && worker < log.workers.size(); ++worker)
            for (std::size_t s = 0; s < slots.size(); ++s) {
                const auto column = std::find(columns.begin(), columns.end(), slots[s].column);
                if (column == columns.end() || (slots[s].leader_only() && worker != 0)) continue;
                totals[static_cast<std::size_t>(column - columns.begin())].add(
                    difference(log.gap_before[step][worker][s], log.gap_after[step][worker][s]), slots[s].weight);
            }
        for (const TeamReading& total : totals)
            sample.readings.push_back(total.value());
    }

    /// The emulator's readings cover as many steps as background needs, the measured ones a multiple.
    void put_emulated(Sample& sample, std::uint32_t step) const {
        const auto& readings = context.emulated->readings;
        const std::size_t each = batch / context.plan.experiments[key.experiment].batch, first = step * each;
        if (first + each > readings.size()) return;
        EmulatedPart total;
        for (std::size_t at = first; at < first + each; ++at) {
            total.instructions += readings[at].instructions;
            total.lines_fetched += readings[at].lines_fetched;
            total.lines_written_back += readings[at].lines_written_back;
        }
        sample.emulated = emulated_values(total, context.plan.cache.geometry.line_bytes);
    }

    /// One row per idle window; "step" continues the numbering of the existing rows.
    void add_background(std::vector<Sample>& rows, const std::vector<CounterValue>& edges) const {
        for (std::size_t edge = 0; !slots.empty() && (edge + 2) * slots.size() <= edges.size(); ++edge) {
            Sample& sample = rows.emplace_back();
            sample.loop = context.loop;
            sample.k = context.plan.experiments[key.experiment].trace.k();
            sample.repeat = key.repeat;
            sample.step = static_cast<std::uint32_t>(rows.size() - 1);
            sample.pass = key.pass;
            std::vector<TeamReading> totals(context.counting.events.size());
            std::uint64_t window_ns = 0;
            for (std::size_t s = 0; s < slots.size(); ++s) {
                if (slots[s].sharing != Sharing::socket) continue;
                const Reading reading =
                    difference(edges[edge * slots.size() + s], edges[(edge + 1) * slots.size() + s]);
                totals[slots[s].column].add(reading, slots[s].weight);
                window_ns = std::max(window_ns, reading.enabled_ns);
            }
            sample.time_ns = window_ns;
            for (const TeamReading& total : totals)
                sample.readings.push_back(total.value());
        }
    }

    Sample worker_row(std::uint32_t step, unsigned worker) const {
        Sample sample = common(step);
        sample.worker = static_cast<int>(worker);
        sample.worker_cpu = context.plan.placement.cpus.at(worker);
        sample.cpu_before = log.workers[worker].cpu_before[step];
        sample.cpu_after = log.workers[worker].cpu_after[step];
        sample.time_ns = log.workers[worker].part_ns[step];
        if (!took_part(worker, step)) return sample; // it only waited, which is not part of the step
        read_into(sample, step, worker);
        flag(sample, migrated(worker, step), interrupted(worker, step));
        return sample;
    }
};

} // namespace

PhaseRows make_rows(const RowContext& context, const PhaseKey& key, const PhaseLog& log) {
    const Row row{context, key, log, context.counting.slots_of(key.pass),
                  context.plan.experiments[key.experiment].batch_of(key.loop)};
    PhaseRows rows;
    std::vector<double> times;
    for (std::uint32_t step = 0; step < log.measured; ++step) {
        rows.steps.push_back(row.step_row(step));
        times.push_back(static_cast<double>(log.time_ns[step]));
        const auto& flags = rows.steps.back().flags;
        if (std::find(flags.begin(), flags.end(), flag_name::migrated) != flags.end()) ++rows.migrated;
        for (unsigned worker = 0; log.workers.size() > 1 && worker < log.workers.size(); ++worker)
            rows.workers.push_back(row.worker_row(step, worker));
    }
    for (const std::size_t step : tukey_outliers(times))
        rows.steps[step].flags.emplace_back(flag_name::outlier);
    row.add_background(rows.background, log.idle_before);
    row.add_background(rows.background, log.idle_after);
    return rows;
}

} // namespace bytebound
