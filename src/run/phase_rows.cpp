#include <algorithm>

#include "run/phase.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

/// A step's event over all workers: the sum, in the state of the worst.
class TeamReading {
public:
    void add(const Reading& reading) { sum_ = sum_ ? sum(*sum_, reading) : reading; }
    std::optional<Reading> value() const {
        if (!sum_) return {};
        Reading reading = *sum_;
        // The file holds no state, only the times that give it: a sum with a part that never ran must not look scaled.
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
    std::vector<std::size_t> columns; ///< of the pass

    /// The leader is in every step.
    bool took_part(unsigned worker, std::uint32_t step) const {
        return worker == 0 || log.workers[worker].part_ns[step] > 0;
    }

    bool migrated(unsigned worker, std::uint32_t step) const {
        const WorkerLog& own = log.workers[worker];
        const int pinned = context.pinned.at(worker), before = own.cpu_before[step], after = own.cpu_after[step];
        return before != after || (pinned >= 0 && before != pinned);
    }

    Reading reading(unsigned worker, std::uint32_t step, std::size_t column) const {
        const WorkerLog& own = log.workers[worker];
        const std::size_t at = step * columns.size() + column;
        return difference(own.before[at], own.after[at]);
    }

    /// Flags of a row whose readings are filled, in the contract's order.
    void flag(Sample& sample, bool was_migrated) const {
        if (was_migrated) sample.flags.emplace_back("migrated");
        bool descheduled = false, scaled = false, never_ran = false;
        for (std::size_t i = 0; i < sample.readings.size(); ++i) {
            const auto& value = sample.readings[i];
            if (!value) continue;
            if (context.counting.events[i].role == "context_switches" && value->count > 0) descheduled = true;
            if (value->state == ReadingState::scaled) scaled = true;
            if (value->state == ReadingState::never_ran) never_ran = true;
        }
        if (descheduled) sample.flags.emplace_back("descheduled");
        if (scaled) sample.flags.emplace_back("multiplexed");
        if (never_ran) sample.flags.emplace_back("never_ran");
    }

    Sample common(std::uint32_t step) const {
        const Experiment& experiment = context.plan.experiments[key.experiment];
        const std::size_t at = experiment.warmup_steps + step;
        Sample sample;
        sample.loop = context.loop;
        sample.k = experiment.k;
        sample.repeat = key.repeat;
        sample.step = step;
        sample.pass = key.pass;
        sample.added = experiment.changes[at].added;
        sample.removed = experiment.changes[at].removed;
        sample.rows_written = log.rows_written[at];
        sample.readings.resize(context.counting.events.size());
        const auto& ledger = context.simulated.ledgers[key.repeat];
        if (at < ledger.size()) {
            sample.min_rows = ledger[at].min_rows;
            sample.metadata_bytes = ledger[at].metadata_bytes;
        }
        return sample;
    }

    Sample step_row(std::uint32_t step) const {
        Sample sample = common(step);
        sample.cpu_before = log.workers[0].cpu_before[step];
        sample.cpu_after = log.workers[0].cpu_after[step];
        sample.time_ns = log.time_ns[step];
        bool any_migrated = false;
        for (unsigned worker = 0; worker < log.workers.size(); ++worker)
            any_migrated = any_migrated || (took_part(worker, step) && migrated(worker, step));
        for (std::size_t c = 0; c < columns.size(); ++c) {
            TeamReading total;
            for (unsigned worker = 0; worker < log.workers.size(); ++worker)
                if (took_part(worker, step)) total.add(reading(worker, step, c));
            sample.readings[columns[c]] = total.value();
        }
        flag(sample, any_migrated);
        const std::size_t at = context.plan.experiments[key.experiment].warmup_steps + step;
        if (key.repeat == 0 && key.pass == 0 && at < context.simulated.steps.size())
            sample.simulated =
                simulated_values(context.simulated, at, context.plan.geometry.line_bytes, context.plan.options.between);
        return sample;
    }

    Sample worker_row(std::uint32_t step, unsigned worker) const {
        Sample sample = common(step);
        sample.worker = static_cast<int>(worker);
        sample.worker_cpu = context.plan.placement.cpus.at(worker);
        sample.cpu_before = log.workers[worker].cpu_before[step];
        sample.cpu_after = log.workers[worker].cpu_after[step];
        sample.time_ns = log.workers[worker].part_ns[step];
        if (!took_part(worker, step)) return sample; // it waited: nothing of that is the step's
        for (std::size_t c = 0; c < columns.size(); ++c)
            sample.readings[columns[c]] = reading(worker, step, c);
        flag(sample, migrated(worker, step));
        return sample;
    }
};

} // namespace

PhaseRows make_rows(const RowContext& context, const PhaseKey& key, const PhaseLog& log) {
    const Row row{context, key, log, context.counting.columns_of(key.pass)};
    PhaseRows rows;
    std::vector<double> times;
    for (std::uint32_t step = 0; step < log.measured; ++step) {
        rows.steps.push_back(row.step_row(step));
        times.push_back(static_cast<double>(log.time_ns[step]));
        const auto& flags = rows.steps.back().flags;
        if (std::find(flags.begin(), flags.end(), "migrated") != flags.end()) ++rows.migrated;
        for (unsigned worker = 0; log.workers.size() > 1 && worker < log.workers.size(); ++worker)
            rows.workers.push_back(row.worker_row(step, worker));
    }
    for (const std::size_t step : tukey_outliers(times))
        rows.steps[step].flags.emplace_back("outlier");
    return rows;
}

} // namespace bytebound
