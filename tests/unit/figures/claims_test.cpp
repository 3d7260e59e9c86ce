#include <catch2/catch.hpp>

#include "figures/claims.hpp"
#include "support/example_run.hpp"

using namespace bytebound;

namespace {

Comparison of(const char* metric, RatioEstimate ratio, Verdict verdict) {
    return {16, "paired", "index", metric, ratio, verdict, ""};
}

/// A ratio of 12 blocks.
RatioEstimate twelve(double ratio, double low, double high, std::optional<double> p = {}) {
    return {ratio, low, high, p, 12};
}

std::string timed(const RatioEstimate& ratio, Verdict verdict) {
    return claim_text(of("time_ns", ratio, verdict), Tier::timed);
}

} // namespace

TEST_CASE("a better time is a claim with its interval, its blocks and p") {
    CHECK(timed(twelve(9.4123, 9.1, 9.7, 1e-9), Verdict::better) ==
          "paired is 9.4x faster than index at k=16 (95% CI 9.1–9.7, 12 blocks, p < 0.001)");
    CHECK(extent_text(of("time_ns", twelve(9.4123, 9.1, 9.7, 1e-9), Verdict::better), Tier::timed) ==
          "9.4x faster (95% CI 9.1–9.7, 12 blocks, p < 0.001)");
}

TEST_CASE("a worse ratio is inverted, and so is its interval") {
    // 1/0.5 = 2; 1/0.8 = 1.25; 1/0.4 = 2.5: half of the width is 0.625
    CHECK(timed(twelve(0.5, 0.4, 0.8, 0.012), Verdict::worse) ==
          "paired is 2.0x slower than index at k=16 (95% CI 1.2–2.5, 12 blocks, p = 0.012)");
}

TEST_CASE("the inverse of an interval that reaches 0 has no upper end") {
    for (const double low : {0.0, -0.2})
        CHECK(claim_text(of("dram_bytes", twelve(0.5, low, 0.8, 0.012), Verdict::worse), Tier::simulated) ==
              "paired moves 2.0x more DRAM bytes than index at k=16 (95% CI 1.2 or more, 12 blocks, p = 0.012, "
              "simulated)");
}

TEST_CASE("no claim has a negative end") {
    CHECK(
        claim_text(of("dram_bytes", twelve(1.5, -0.4, 2.1, 0.2), Verdict::unresolved), Tier::simulated) ==
        "the difference of paired and index in DRAM bytes at k=16 is unresolved: 1.50x (95% CI 0.00–2.10, 12 blocks, p "
        "= 0.20, simulated)");
}

TEST_CASE("a ratio has the decimals that its interval supports, and a resolved one never looks like 1") {
    CHECK(timed(twelve(128.4, 111, 148, 0.0004), Verdict::better) ==
          "paired is 128x faster than index at k=16 (95% CI 111–148, 12 blocks, p < 0.001)");
    CHECK(timed(twelve(1.25, 1.0004, 1.56, 0.0496), Verdict::better) ==
          "paired is 1.2500x faster than index at k=16 (95% CI 1.0004–1.5600, 12 blocks, p = 0.050)");
    CHECK(timed(twelve(1.0212, 1.0204, 1.0220, 0.004), Verdict::better) ==
          "paired is 1.021x faster than index at k=16 (95% CI 1.020–1.022, 12 blocks, p = 0.0040)");
    CHECK(timed(twelve(2, 2, 2), Verdict::better) ==
          "paired is 2.00x faster than index at k=16 (95% CI 2.00–2.00, 12 blocks)");
}

TEST_CASE("claims about computed bytes have no interval and are marked exact") {
    CHECK(claim_text(of("requested_bytes", {128, {}, {}}, Verdict::better), Tier::computed) ==
          "paired requests 128x fewer bytes than index at k=16 (by construction)");
    CHECK(claim_text(of("requested_bytes", {1, {}, {}}, Verdict::same), Tier::computed) ==
          "paired and index are the same in requested bytes at k=16 (by construction)");
}

TEST_CASE("an interval that is not of a clock includes the tier") {
    CHECK(claim_text(of("dram_bytes", {0.9, 0.85, 0.95, 0.003, 6}, Verdict::worse), Tier::simulated) ==
          "paired moves 1.11x more DRAM bytes than index at k=16 (95% CI 1.05–1.18, 6 blocks, p = 0.0030, simulated)");
    CHECK(claim_text(of("llc_misses", {2, 1.8, 2.2, 0.003, 6}, Verdict::better), Tier::counted) ==
          "paired has 2.0x fewer LLC misses than index at k=16 (95% CI 1.8–2.2, 6 blocks, p = 0.0030, counted)");
}

TEST_CASE("unresolved and same are said in words") {
    CHECK(timed({1.01, 0.97, 1.05, 0.6, 6}, Verdict::unresolved) ==
          "the difference of paired and index in time at k=16 is unresolved: 1.01x (95% CI 0.97–1.05, 6 blocks, p = "
          "0.60)");
    CHECK(timed({1.0041, 0.9987, 1.0096, 0.12, 7}, Verdict::same) ==
          "paired and index are the same in time at k=16, within 1%: 1.004x (95% CI 0.999–1.010, 7 blocks, p = 0.12)");
    CHECK(claim_text(of("dram_bytes", {9, {}, {}, {}, 1}, Verdict::unresolved), Tier::simulated) ==
          "the difference of paired and index in DRAM bytes at k=16 is unresolved: 9.00x (1 block, simulated, no "
          "interval)");
    CHECK(timed({9, {}, {}, {}, 1}, Verdict::unresolved) ==
          "the difference of paired and index in time at k=16 is unresolved: 9.00x (1 block, no interval)");
}

TEST_CASE("the claims of a run are its comparisons, those of a time with the bytes moved against the bound") {
    const Summary summary = summarize(test::example_run(), test::example_samples());
    const std::vector<std::string> claims = paper_claims(summary);
    REQUIRE(claims.size() == summary.comparisons.size());
    CHECK(claims.front().starts_with("paired is 7.7x faster than index at k=2 (95% CI "));
    CHECK(claims.front().ends_with("; it moved 1.40 times the bound (simulated)"));
    for (const std::string& claim : claims) {
        CHECK(claim.find("expected") == std::string::npos);
        const bool interval = claim.find("95% CI") != std::string::npos;
        CHECK((!interval || claim.find(" blocks") != std::string::npos));
    }
}

TEST_CASE("resolved comparisons that the adjustment does not leave are listed") {
    Summary summary;
    summary.comparisons = {of("time_ns", twelve(2, 1.8, 2.2, 0.001), Verdict::better),
                           of("dram_bytes", twelve(2, 1.1, 3, 0.04), Verdict::better),
                           of("llc_misses", twelve(1, 0.9, 1.1, 0.9), Verdict::unresolved)};
    summary.comparisons[0].p_adjusted = 0.003;
    summary.comparisons[1].p_adjusted = 0.08;
    summary.comparisons[2].p_adjusted = 0.9;
    CHECK(claims_lost_by_adjustment(summary) ==
          std::vector<std::string>{"paired against index in DRAM bytes at k=16 (adjusted p = 0.080)"});
}
