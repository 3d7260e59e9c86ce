// How often a 95 % interval contains the truth, how often two loops that do the same are called different, what ending
// early does to that (the tables of docs/statistics.md), and how often the interval of two runs is wrong. Usage:
// coverage [TRIALS [runs]], 200 by default; the tables of the page take 10000. With `runs` only the last table.

#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include "support/stopped_runs.hpp"

using namespace bytebound;

namespace {

constexpr int steps = 20, block_counts[] = {2, 3, 5, 6, 10, 20, 30};

struct Case {
    const char* text;
    test::Noise noise;
};
constexpr Case cases[] = {
    {"blocks 10 %, steps 10 %", {0.1, 0.1}},          {"blocks 10 %, steps 2 %", {0.1, 0.02}},
    {"blocks 10 %, steps lognormal 0.5", {0.1, 0.5}}, {"blocks none, steps 10 %", {0, 0.1}},
    {"blocks none, steps lognormal 0.5", {0, 0.5}},
};

/// Bytes less their background: a mean that a block may have below 0. Truth 1.
Samples net_bytes(Random& random, const test::Noise& noise, int blocks) {
    Samples out;
    for (int block = 0; block < blocks; ++block) {
        const double level = 1 + noise.block * test::normal(random);
        auto& values = out.numerator.emplace_back();
        for (int step = 0; step < steps; ++step)
            values.push_back(level + 5 * test::normal(random));
    }
    return out;
}

std::string percent_of(int count, int trials) {
    std::string tenths = std::to_string((1000 * count + trials / 2) / trials);
    if (tenths.size() == 1) tenths.insert(0, "0");
    return tenths.insert(tenths.size() - 1, ".");
}

template <class Trial>
std::string percent(int trials, Trial&& trial) {
    int count = 0;
    for (int i = 0; i < trials; ++i)
        count += trial();
    return percent_of(count, trials);
}

template <class Cell>
void print_row(std::string_view figure, std::string_view noise, Cell&& cell) {
    std::cout << "| " << figure << " | " << noise << " |";
    for (const int blocks : block_counts)
        std::cout << ' ' << cell(blocks) << " |" << std::flush;
    std::cout << '\n';
}

void print_head(std::string_view title) {
    std::cout << "\n" << title << "\n\n| figure | noise |";
    for (const int blocks : block_counts)
        std::cout << ' ' << blocks << " |";
    std::cout << "\n|---|---|---|---|---|---|---|---|---|\n";
}

void print_coverage(Random& random, int trials) {
    print_head("Coverage, %, by blocks:");
    for (const Stat stat : {Stat::median, Stat::mean, Stat::ratio, Stat::rate})
        for (const Case& each : cases)
            print_row(name_of(stat), each.text, [&](int blocks) {
                return percent(trials, [&] {
                    const test::Synthetic data = test::synthetic(random, stat, each.noise, blocks, steps);
                    return test::covers(*estimate(data.samples, stat), data.truth);
                });
            });
    for (const Case& each : {cases[0], cases[3]})
        print_row("net bytes", std::string(each.text, std::string_view(each.text).find(',')) + ", steps 5 x the mean",
                  [&](int blocks) {
                      return percent(trials, [&] {
                          return test::covers(*estimate(net_bytes(random, each.noise, blocks), Stat::mean), 1);
                      });
                  });
}

bool decided(const Samples& loop, const Samples& vs, Stat stat) {
    const Verdict verdict = judge(*compare(loop, vs, stat));
    return verdict == Verdict::better || verdict == Verdict::worse;
}

void print_verdicts(Random& random, int trials) {
    print_head("`better` or `worse` of two loops that do the same, %, by blocks:");
    for (const Stat stat : {Stat::median, Stat::mean})
        for (const Case& each : cases)
            print_row(name_of(stat), each.text, [&](int blocks) {
                return percent(trials, [&] {
                    const auto loop = test::synthetic(random, stat, each.noise, blocks, steps);
                    const auto vs = test::synthetic(random, stat, each.noise, blocks, steps);
                    return decided(loop.samples, vs.samples, stat);
                });
            });
}

struct TwoRuns {
    const char* text;
    double base_noise; ///< as a part of head's
    int base_blocks;   ///< for each of head's
};

/// Head has the blocks of the column; the truth is a ratio of 1.
void print_runs(Random& random, int trials) {
    print_head("Intervals of the ratio of two runs that do the same without 1, %, by blocks of head:");
    constexpr TwoRuns pairs[] = {{"equal runs", 1, 1},
                                 {"base has half of the noise", 0.5, 1},
                                 {"base has three times the blocks", 1, 3},
                                 {"base has three times the blocks and half of the noise", 0.5, 3}};
    for (const Stat stat : {Stat::median, Stat::mean, Stat::ratio, Stat::rate})
        for (const TwoRuns& pair : pairs)
            print_row(name_of(stat), pair.text, [&](int blocks) {
                return percent(trials, [&] {
                    const test::Noise noise = cases[0].noise;
                    const test::Noise calmer{noise.block * pair.base_noise, noise.step * pair.base_noise};
                    const auto base = test::synthetic(random, stat, calmer, blocks * pair.base_blocks, steps);
                    const auto head = test::synthetic(random, stat, noise, blocks, steps);
                    const auto ratio = compare_runs({base.samples}, {head.samples}, stat);
                    const double truth = head.truth / base.truth;
                    return *ratio->ci_low > truth || *ratio->ci_high < truth;
                });
            });
}

void print_stopped(Random& random, int trials) {
    std::cout
        << "\nIntervals of the ratio of two loops that do the same without 1 when the run ends, and its blocks:\n\n"
           "| blocks vary by | first narrow interval, % | blocks | `--repeats auto`, % | blocks "
           "|\n|---|---|---|---|---|\n";
    for (const int noise : {1, 2, 3, 5, 7, 10}) {
        std::cout << "| " << noise << " % |";
        for (const test::WidthToStop rule : {test::first_narrow, half_width_to_stop}) {
            const test::Stopped result = test::stopped_runs(random, trials, noise / 100.0, 0.05, rule);
            std::cout << ' ' << percent_of(result.wrong, trials) << " | " << std::lround(result.blocks) << " |"
                      << std::flush;
        }
        std::cout << '\n';
    }
}

} // namespace

int main(int argc, char** argv) {
    const std::span arguments(argv, static_cast<std::size_t>(argc));
    const int given = arguments.size() > 1 ? std::atoi(arguments[1]) : 0;
    const int trials = given > 0 ? given : 200;
    const bool runs_only = arguments.size() > 2 && std::string_view(arguments[2]) == "runs";
    if (Random random(1); !runs_only) {
        print_coverage(random, trials);
        print_verdicts(random, trials);
        print_stopped(random, trials);
    }
    Random random(2);
    print_runs(random, trials);
}
