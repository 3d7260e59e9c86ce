// How often the interval of a simulated figure contains the mean over traces: the table of docs/statistics.md.
// Usage: trace_coverage [SEEDS [SEGMENTS]], 1 and 6 by default. The default workload on a machine with an LLC of
// 32 MiB and 16 ways; each seed is one run with SEGMENTS repeats. The truth is the mean over all segments of all seeds.
// The closed form is that of the same trace. 40 seeds take some 15 minutes of CPU time; SIGINT ends early with the
// table of the seeds so far.

#include <sched.h>

#include <csignal>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "experiment/plan/expected_traffic.hpp"
#include "experiment/replay/simulation.hpp"
#include "stats/estimate.hpp"

using namespace bytebound;

namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

volatile std::sig_atomic_t end_requested = 0;

Machine machine() {
    Machine made;
    made.online = made.allowed = {0};
    made.cores = {{0, 0, {0}}};
    made.caches = {{3, "Unified", 32 * mib, 16, 64, {0}, "sysfs"}};
    made.nodes = {{0, {0}, std::uint64_t{1} << 34, {}}};
    made.allowed_nodes = {0};
    return made;
}

std::vector<int> allowed_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> cpus;
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(static_cast<unsigned>(cpu), &set)) cpus.push_back(cpu);
    return cpus;
}

/// Bytes read and written back per measured step; one block per segment.
Samples dram_bytes(const SimulatedRow& row, const Experiment& experiment, std::uint32_t line_bytes) {
    Samples out;
    for (const Simulation& segment : row.segments) {
        auto& block = out.numerator.emplace_back();
        for (std::size_t step = experiment.trace.warmup_steps; step < segment.steps.size(); ++step)
            block.push_back(static_cast<double>(
                (segment.steps[step].fetched_total() + segment.steps[step].written_back_total()) * line_bytes));
    }
    return out;
}

/// A (loop, k) over all seeds.
struct Row {
    std::vector<Estimate> runs;
    std::vector<double> segments;
    double closed_form = 0; ///< of read and written bytes; the same for every seed
};
using Rows = std::map<std::pair<std::uint32_t, std::string>, Row>;

Result<void> add_seed(std::uint64_t seed, std::uint32_t segments, const std::vector<int>& cpus, Rows& rows) {
    RunOptions options;
    options.workload.seed = seed;
    options.repeats = segments;
    options.counting.collectors = {"sim"};
    const RunPlan plan = TRY(plan_run(options, machine(), {}));
    TraceStore traces(std::uint64_t{1} << 30);
    const StopFlag stop = 0;
    const SimulatedRun run =
        TRY(simulate_run(plan, traces, cpus, std::vector<CopyMethod>(plan.experiments.size()), {}, stop));
    for (std::size_t e = 0; e < plan.experiments.size(); ++e)
        for (std::size_t l = 0; l < options.loops.size(); ++l) {
            const Samples samples = dram_bytes(run.rows[e][l], plan.experiments[e], plan.cache.geometry.line_bytes);
            Row& row = rows[{plan.experiments[e].trace.k(), loop_name(options, l)}];
            row.runs.push_back(*estimate(samples, Stat::mean));
            for (const double block : values_of_blocks(samples, Stat::mean))
                row.segments.push_back(block);
            const auto changes = TRY(traces.changes(plan.experiments[e].trace, 0));
            const auto form =
                expected_traffic(plan, plan.experiments[e], *changes, options.loops[l], CopyMethod::memcpy);
            if (form) row.closed_form = form->read_bytes + form->write_bytes;
        }
    return {};
}

std::string kib(double bytes) { return std::to_string(std::lround(bytes / 1024)); }

double percent(double part, std::size_t all) { return std::round(1000 * part / static_cast<double>(all)) / 10; }

void print(const Rows& rows) {
    std::cout
        << "| k | loop | mean KiB | closed form KiB | one segment KiB, least to most | mean half width | covers |\n"
           "|---|---|---|---|---|---|---|\n";
    std::size_t all = 0, covered_in_all = 0;
    for (const auto& [key, row] : rows) {
        const double truth = mean(row.segments);
        const auto [least, most] = std::minmax_element(row.segments.begin(), row.segments.end());
        std::size_t covered = 0;
        double width = 0;
        for (const Estimate& run : row.runs) {
            if (!run.ci_low || !run.ci_high) continue;
            covered += *run.ci_low <= truth && truth <= *run.ci_high;
            width += (*run.ci_high - *run.ci_low) / 2 / static_cast<double>(row.runs.size());
        }
        all += row.runs.size();
        covered_in_all += covered;
        std::cout << "| " << key.first << " | " << key.second << " | " << kib(truth) << " | " << kib(row.closed_form)
                  << " | " << kib(*least) << " to " << kib(*most) << " | " << std::round(1000 * width / truth) / 10
                  << " % | " << covered << " of " << row.runs.size() << " ("
                  << percent(static_cast<double>(covered), row.runs.size()) << " %) |\n";
    }
    std::cout << "\nAll rows: " << percent(static_cast<double>(covered_in_all), all) << " % of " << all << "\n";
}

} // namespace

int main(int argc, char** argv) {
    // Without numbers (the test suite gives every benchmark the same options): one seed, to see that it runs.
    const int given = argc > 1 ? std::atoi(argv[1]) : 0, seeds = given > 0 ? given : 1;
    const int segments = argc > 2 ? std::max(2, std::atoi(argv[2])) : 6;
    Rows rows;
    const std::vector<int> cpus = allowed_cpus();
    std::signal(SIGINT, [](int) { end_requested = 1; });
    for (int seed = 1; seed <= seeds && end_requested == 0; ++seed) {
        if (const auto added =
                add_seed(static_cast<std::uint64_t>(seed), static_cast<std::uint32_t>(segments), cpus, rows);
            !added) {
            std::cerr << to_line(added.error()) << '\n';
            return 1;
        }
        std::cerr << "seed " << seed << " of " << seeds << '\n';
    }
    print(rows);
}
