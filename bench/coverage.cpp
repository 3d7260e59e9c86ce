// How often a 95 % interval contains the truth, and how often two loops that do the same are called different: the two
// tables of docs/statistics.md. Usage: coverage [TRIALS], 200 by default; those of the page take 20000.

#include <cstdlib>
#include <iostream>
#include <span>
#include <string>

#include "support/synthetic_blocks.hpp"

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

template <class Trial>
std::string percent(int trials, Trial&& trial) {
    int count = 0;
    for (int i = 0; i < trials; ++i)
        count += trial();
    std::string tenths = std::to_string((1000 * count + trials / 2) / trials);
    if (tenths.size() == 1) tenths.insert(0, "0");
    return tenths.insert(tenths.size() - 1, ".");
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

} // namespace

int main(int argc, char** argv) {
    const std::span arguments(argv, static_cast<std::size_t>(argc));
    const int given = arguments.size() > 1 ? std::atoi(arguments[1]) : 0;
    const int trials = given > 0 ? given : 200;
    Random random(1);
    print_coverage(random, trials);
    print_verdicts(random, trials);
}
