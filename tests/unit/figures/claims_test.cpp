#include <catch2/catch.hpp>

#include "figures/claims.hpp"

using namespace bytebound;

namespace {

Comparison of(const char* metric, double ratio, std::optional<double> low, std::optional<double> high,
              Verdict verdict) {
    return {16, "paired", "index", metric, {ratio, low, high}, verdict, ""};
}

} // namespace

TEST_CASE("a better time is a claim with its interval") {
    CHECK(claim_text(of("time_ns", 9.812, 9.604, 10.02, Verdict::better), Tier::timed) ==
          "paired is 9.81x (95% CI 9.60-10.02) faster than index at k=16");
}

TEST_CASE("a worse ratio is inverted, and so is its interval") {
    // 1/0.5 = 2; 1/0.8 = 1.25; 1/0.4 = 2.5
    CHECK(claim_text(of("time_ns", 0.5, 0.4, 0.8, Verdict::worse), Tier::timed) ==
          "paired is 2.00x (95% CI 1.25-2.50) slower than index at k=16");
}

TEST_CASE("claims about computed bytes have no interval and are marked exact") {
    CHECK(claim_text(of("requested_bytes", 128, std::nullopt, std::nullopt, Verdict::better), Tier::computed) ==
          "paired requests 128x fewer bytes than index at k=16 (by construction)");
    CHECK(claim_text(of("requested_bytes", 1, std::nullopt, std::nullopt, Verdict::same), Tier::computed) ==
          "paired and index are the same in requested bytes at k=16: equal (by construction)");
}

TEST_CASE("a claim about simulated bytes includes the tier") {
    CHECK(claim_text(of("dram_bytes", 0.9, 0.85, 0.95, Verdict::worse), Tier::simulated) ==
          "paired moves 1.11x (95% CI 1.05-1.18) more DRAM bytes than index at k=16 (simulated)");
}

TEST_CASE("there is no claim if the interval includes 1") {
    CHECK(claim_text(of("time_ns", 1.01, 0.97, 1.05, Verdict::unresolved), Tier::timed) ==
          "paired and index do not differ significantly in time at k=16: 1.01x, 95% CI 0.97-1.05");
}

TEST_CASE("a ratio without an interval claims nothing and says why") {
    CHECK(claim_text(of("dram_bytes", 9, std::nullopt, std::nullopt, Verdict::unresolved), Tier::simulated) ==
          "it is not known whether paired and index differ in DRAM bytes at k=16: 9.00x, without an interval "
          "(simulated)");
}

TEST_CASE("an interval within one percent of 1 is a claim that both are the same") {
    CHECK(claim_text(of("time_ns", 1.0041, 0.9987, 1.0096, Verdict::same), Tier::timed) ==
          "paired and index are the same within 1% in time at k=16: 1.004x, 95% CI 0.999-1.010");
}
