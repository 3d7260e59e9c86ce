#pragma once
// Qualification before use: the run's own counters, groups and passes count kernels of known truth on the leader's CPU
// and memory.

#include <cstdint>
#include <vector>

#include "base/progress.hpp"
#include "base/stop.hpp"
#include "experiment/counting/counting.hpp"
#include "experiment/qualify/qualification_kernels.hpp"

namespace bytebound {

/// Number of repeats and time limit. A kernel whose repeats would exceed the limit is omitted, and its events are not
/// judged.
struct QualificationPace {
    std::uint64_t repeats = 10;
    std::uint64_t budget_ns = 3'000'000'000;
};
QualificationPace qualification_pace(bool quick);

/// Inputs of a qualification.
struct QualificationContext {
    Counting& counting;
    const CountingRequest& request;
    const Machine& machine;
    const StopFlag& stop;
    KernelAmounts amounts;
    QualificationPace pace;
};

/// Counts the kernels in every pass on the calling thread, which must be pinned like the leader. The result contains
/// every counted event at least once. Errors: those of opening and reading; interrupted, terminated.
Result<std::vector<QualifiedEvent>> qualify_counters(const QualificationContext& context);

/// --strict: not_possible for the first failed event that the run needs (all of --events if given, else cycles,
/// instructions, LLC misses and DRAM bytes).
Result<void> check_qualified(const CountingRequest& request, const Counting& counting,
                             const QualificationRecord& record);

} // namespace bytebound
