#include "figures/plausibility.hpp"

#include <fmt/format.h>

#include "catalogue/metrics.hpp"
#include "figures/number.hpp"

namespace bytebound {
namespace {

struct Sums {
    double over = 0, under = 0;
};

/// Over the steps that both have, with the cost of reading: what the clock and the counters counted.
Sums sums_of(const Series& numerator, const Series& denominator) {
    Sums out;
    const auto gross = [](const Series& series, double value) {
        return series.cost ? value + series.cost->amount : value;
    };
    for (const auto& [key, value] : numerator.values) {
        const auto other = denominator.values.find(key);
        if (other == denominator.values.end()) continue;
        out.over += gross(numerator, value);
        out.under += gross(denominator, other->second);
    }
    return out;
}

void withhold(Series& series, const std::string& reason) {
    series.values.clear();
    series.reason = reason;
}

std::string too_fast(double gbps) {
    return fmt::format("impossible: {} GB/s, where no machine's memory gives {}", compact_number(gbps),
                       compact_number(most_dram_gbps));
}

} // namespace

void withhold_impossible_ipc(std::vector<Series>& instructions, std::vector<Series>& cycles) {
    for (Series& retired : instructions) {
        for (Series& elapsed : cycles) {
            if (retired.domain != elapsed.domain) continue;
            const Sums sums = sums_of(retired, elapsed);
            if (sums.over <= most_instructions_per_cycle * sums.under) continue;
            const std::string reason = fmt::format(
                "impossible: {} instructions in {} cycles, where no core retires more than {} in one",
                compact_number(sums.over), compact_number(sums.under), compact_number(most_instructions_per_cycle));
            withhold(retired, reason);
            withhold(elapsed, reason);
        }
    }
}

void withhold_impossible_traffic(std::vector<Series>& bytes, const Series& time_ns) {
    for (Series& series : bytes) {
        if (series.tier > Tier::shared) continue;
        const Sums sums = sums_of(series, time_ns);
        if (sums.over > most_dram_gbps * sums.under) withhold(series, too_fast(sums.over / sums.under));
    }
}

std::string impossible_ratio(std::string_view metric, double value) {
    if (metric == metric_name::dram_gbps && value > most_dram_gbps) return too_fast(value);
    return {};
}

std::string why_not_of_this_memory(const RunRecord& run, Tier bytes) {
    if (bytes != Tier::simulated && bytes != Tier::emulated) return {};
    const std::string modelled = "DRAM bytes are " + std::string(name_of(bytes));
    const auto& cache = run.workload.cache;
    if (!cache && !run.simulation) return modelled + ", and the record does not say for which cache";
    const bool another = cache ? cache->is_another() : run.simulation->origin == GeometryOrigin::option;
    return another ? modelled + " for another cache (--llc)" : std::string();
}

} // namespace bytebound
