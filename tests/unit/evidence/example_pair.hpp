#pragma once
// Two runs of the literal example: base as it is, head changed by a test.

#include "evidence/gates.hpp"
#include "support/example_run.hpp"

namespace bytebound::test {

inline RunEvidence evidence_of(const std::string& name, RunRecord run, const SampleTable& samples) {
    auto figures = summarize_for_comparison(run, samples);
    return {name, std::move(run), std::move(figures.summary), std::move(figures.rows)};
}
inline RunEvidence example_evidence(const std::string& name = "base") {
    return evidence_of(name, example_run(), example_samples());
}

/// A head whose simulated column (by name) is `factor` times base's at this loop and k.
inline RunEvidence head_with_bytes(std::string_view column, std::string_view loop, std::uint32_t k,
                                   std::uint64_t factor) {
    SampleTable samples = example_samples();
    const auto at = std::find(samples.simulated.begin(), samples.simulated.end(), column) - samples.simulated.begin();
    for (Sample& sample : samples.rows) {
        auto& cell = sample.simulated[static_cast<std::size_t>(at)];
        if (sample.loop == loop && sample.k == k && cell) cell = *cell * factor;
    }
    return evidence_of("head", example_run(), samples);
}

/// A head whose times are `factor` times base's.
inline RunEvidence head_with_times(std::uint64_t factor) {
    SampleTable samples = example_samples();
    for (Sample& sample : samples.rows)
        sample.time_ns *= factor;
    return evidence_of("head", example_run(), samples);
}

} // namespace bytebound::test
