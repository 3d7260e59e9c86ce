#pragma once
// Plans of small runs on a machine of two CPUs.

#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "experiment/plan/plan.hpp"
#include "support/sizes.hpp"
#include "workload/trace.hpp"

namespace bytebound::test {

/// Two CPUs below one L3 of 32 MiB and 16 ways.
inline Machine small_machine() {
    Machine machine;
    machine.online = machine.allowed = {0, 1};
    machine.cores = {{0, 0, {0}}, {0, 1, {1}}};
    machine.caches = {{3, "Unified", 32 * mib, 16, 64, {0, 1}, "sysfs"}};
    machine.nodes = {{0, {0, 1}, 1 << 30, {}}};
    machine.allowed_nodes = {0};
    return machine;
}

inline RunOptions small_options() {
    RunOptions options;
    options.loops = {LoopKind::paired, LoopKind::index};
    return options;
}

inline PlanFacts facts_with(std::optional<std::uint64_t> memory) {
    PlanFacts facts;
    facts.memory_available = memory;
    facts.preset.choice.llc_event = "LLC-load-misses";
    return facts;
}

inline RunPlan planned(const RunOptions& options, std::optional<std::uint64_t> memory = 4096 * mib) {
    auto plan = plan_run(options, small_machine(), facts_with(memory));
    if (!plan) FAIL(to_line(plan.error()));
    return *plan;
}

inline Error refused(const RunOptions& options, PlanFacts facts = facts_with(4096 * mib)) {
    const auto plan = plan_run(options, small_machine(), facts);
    REQUIRE_FALSE(plan);
    return plan.error();
}

inline std::vector<std::string> codes(const RunPlan& plan) {
    std::vector<std::string> list;
    for (const Warning& warning : plan.warnings)
        list.push_back(warning.code);
    return list;
}

/// According to the masks of segment 0.
inline std::vector<StepChange> changes_of(const Experiment& experiment) {
    return *count_trace(**make_source(experiment.trace), 0);
}

} // namespace bytebound::test
