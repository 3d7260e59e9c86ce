#include "experiment/measure/read_cost.hpp"

#include <utility>
#include <vector>

#include "stats/estimate.hpp"

namespace bytebound {
namespace {

constexpr std::uint64_t read_pairs = 1000;

} // namespace

Result<ReadCostRecord> measure_read_cost(Counting& counting, int pass, ClockFunction clock) {
    auto counters = TRY(OpenCounters::open(counting, pass, true));
    const std::vector<CounterSlot> columns = counting.slots_of(pass);
    std::vector<CounterValue> before(columns.size()), after(columns.size());
    std::vector<double> times(read_pairs), sums(columns.size());
    std::vector<std::uint64_t> counted(columns.size());
    for (std::uint64_t i = 0; i < read_pairs; ++i) {
        const std::uint64_t begin = clock();
        const bool ok = counters.read_before(before) && counters.read_after(after);
        times[i] = static_cast<double>(clock() - begin);
        if (!ok) return fail(counters.last_error());
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const Reading reading = difference(before[c], after[c]);
            if (reading.state != ReadingState::counted && reading.state != ReadingState::scaled) continue;
            sums[c] += scaled_count(reading) * columns[c].weight;
            ++counted[c];
        }
    }
    ReadCostRecord cost{pass, read_pairs, median(std::move(times)), {}};
    // Traffic of the rest of the machine is not a cost of the reads.
    for (std::size_t c = 0; c < columns.size(); ++c)
        if (counted[c] > 0 && columns[c].sharing != Sharing::socket)
            cost.counts_mean[counting.events[columns[c].column].name] += sums[c] / static_cast<double>(counted[c]);
    return cost;
}

} // namespace bytebound
