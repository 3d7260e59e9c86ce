#include "experiment/measure/read_cost.hpp"

#include <utility>
#include <vector>

#include "experiment/measure/read_bracket.hpp"

namespace bytebound {
namespace {

constexpr std::uint32_t empty_readings = 1000;

/// The empty readings of a pass.
class EmptyReadings {
public:
    EmptyReadings(WorkerTeam& team, TeamCounters& counters, std::span<const CounterSlot> slots,
                  std::span<const std::string> events)
        : team_(team), counters_(counters), slots_(slots), events_(events) {}

    /// As around a step without a parallel part. Returns the time between the two clocks of every reading.
    Result<std::vector<double>> of_leader(ClockFunction clock) {
        logs_ = make_worker_logs(team_.threads(), empty_readings, slots_.size());
        ReadBracket bracket(team_, counters_, slots_.size(), logs_);
        std::vector<double> times(empty_readings);
        for (std::uint32_t i = 0; i < empty_readings; ++i) {
            bracket.open(i);
            const std::uint64_t begin = clock();
            const std::uint64_t end = clock();
            bracket.close();
            times[i] = static_cast<double>(end - begin);
            TRY(bracket.check_reads());
        }
        return times;
    }

    /// As around the other workers' parts of a step.
    Result<void> of_other_workers() {
        logs_ = make_worker_logs(team_.threads(), empty_readings, slots_.size());
        ReadBracket bracket(team_, counters_, slots_.size(), logs_);
        for (std::uint32_t i = 0; i < empty_readings; ++i) {
            bracket.open(i);
            team_.release([](void*, unsigned) noexcept {}, nullptr);
            bracket.close();
            TRY(bracket.check_reads());
        }
        return {};
    }

    /// Time of all reads of the leader and of the clock pair between them.
    Result<std::vector<double>> whole(ClockFunction clock) {
        std::vector<CounterValue> values(slots_.size());
        OpenCounters& leader = counters_.of(0);
        std::vector<double> times(empty_readings);
        for (double& time : times) {
            const std::uint64_t begin = clock();
            const bool read = leader.read_before(values) && (clock(), clock(), true) && leader.read_after(values);
            time = static_cast<double>(clock() - begin);
            if (!read) return fail(leader.last_error());
        }
        return times;
    }

    /// Appends the costs of the readings made last, of one worker.
    void add_costs(unsigned worker, std::vector<CounterCost>& out) const {
        for (std::size_t column = 0; column < events_.size(); ++column)
            if (auto cost = cost_of_readings(counts(worker, column))) out.push_back({events_[column], worker, *cost});
    }

private:
    /// The column's value in each reading that has one.
    std::vector<double> counts(unsigned worker, std::size_t column) const {
        const WorkerLog& own = logs_[worker];
        std::vector<double> all;
        for (std::uint32_t i = 0; i < empty_readings; ++i) {
            double sum = 0;
            bool counted = false, lost = false;
            for (std::size_t s = 0; s < slots_.size(); ++s) {
                // What the rest of the machine moves is background, not a cost of the reads.
                if (slots_[s].column != column || slots_[s].sharing == Sharing::socket) continue;
                if (slots_[s].leader_only() && worker != 0) continue;
                const std::size_t at = i * slots_.size() + s;
                const Reading reading = difference(own.before[at], own.after[at]);
                if (has_count(reading)) sum += scaled_count(reading) * slots_[s].weight;
                (has_count(reading) ? counted : lost) = true;
            }
            if (counted && !lost) all.push_back(sum);
        }
        return all;
    }

    WorkerTeam& team_;
    TeamCounters& counters_;
    const std::span<const CounterSlot> slots_;
    const std::span<const std::string> events_;
    std::vector<WorkerLog> logs_;
};

} // namespace

Result<ReadCostRecord> measure_read_cost(WorkerTeam& team, Counting& counting, int pass, ClockFunction clock) {
    auto counters = TRY(TeamCounters::open(team, counting, pass));
    const std::vector<CounterSlot> slots = counting.slots_of(pass);
    std::vector<std::string> events;
    for (const EventRecord& event : counting.events)
        events.push_back(event.name);
    auto record = TRY(measure_read_cost(team, counters, slots, events, clock));
    record.pass = pass;
    return record;
}

Result<ReadCostRecord> measure_read_cost(WorkerTeam& team, TeamCounters& counters, std::span<const CounterSlot> slots,
                                         std::span<const std::string> events, ClockFunction clock) {
    EmptyReadings readings(team, counters, slots, events);
    ReadCostRecord record;
    record.clock_ns = cost_of_readings(TRY(readings.of_leader(clock)));
    readings.add_costs(0, record.counters);
    if (team.threads() > 1) {
        TRY(readings.of_other_workers());
        for (unsigned worker = 1; worker < team.threads(); ++worker)
            readings.add_costs(worker, record.counters);
    }
    record.reading_ns = cost_of_readings(TRY(readings.whole(clock)));
    return record;
}

} // namespace bytebound
