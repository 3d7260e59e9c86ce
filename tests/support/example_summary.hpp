#pragma once
// Figures of the example run.

#include <string>

#include <catch2/catch.hpp>

#include "figures/summary.hpp"
#include "support/example_run.hpp"

namespace bytebound::test {

inline Summary example() { return summarize(example_run(), example_samples()); }

inline double value(const Summary& summary, const char* loop, std::uint32_t k, const char* metric) {
    const Figure* figure = summary.find(loop, k)->find(metric);
    REQUIRE(figure != nullptr);
    return figure->value();
}

inline const std::string& reason(const Summary& summary, const char* loop, std::uint32_t k, const char* metric) {
    const SummaryRow* row = summary.find(loop, k);
    REQUIRE(row->find(metric) == nullptr);
    REQUIRE(row->unavailable.count(metric) == 1);
    return row->unavailable.find(metric)->second;
}

} // namespace bytebound::test
