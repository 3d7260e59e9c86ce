#include "loops/copy_trial.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "loops/oracle_loop.hpp"

namespace bytebound {

namespace {

struct Timing {
    std::vector<std::uint64_t> step_ns;
    std::uint64_t rows = 0;
};

CopyTrialTime summarise(CopyMethod method, Timing& timing, std::uint64_t row_bytes) {
    CopyTrialTime time{method, static_cast<std::uint32_t>(timing.step_ns.size()), 0, 0};
    if (timing.step_ns.empty()) return time;
    std::uint64_t total_ns = 0;
    for (const auto ns : timing.step_ns)
        total_ns += ns;
    auto& ns = timing.step_ns;
    const auto middle = ns.begin() + static_cast<std::ptrdiff_t>(ns.size() / 2);
    std::nth_element(ns.begin(), middle, ns.end());
    time.median_ns = static_cast<double>(*middle);
    if (total_ns > 0) {
        time.bytes_per_ns = 2.0 * static_cast<double>(timing.rows * row_bytes) / static_cast<double>(total_ns);
    }
    return time;
}

} // namespace

CopyTrial choose_copy_method(Workspace& workspace, WorkerTeam& team, const LoopOptions& options,
                             std::span<const StepChange> changes, std::uint32_t steps_each, std::uint64_t limit_ns) {
    CopyTrial trial;
    if (bound_rows(changes) == 0) return trial;
    std::vector<CopyMethod> methods;
    for (const auto method : copy_methods()) {
        if (runs_here(method)) methods.push_back(method);
    }
    std::vector<Timing> timings(methods.size());
    OracleLoop<Unwatched> loop({workspace, Unwatched(copy_function(CopyMethod::memcpy)), &team, options});

    const std::uint64_t begin = now_ns();
    const std::size_t turns = methods.size() * std::max(1u, steps_each);
    const std::size_t steps = changes.size();
    for (std::size_t turn = 0; turn < turns; ++turn) {
        const std::size_t round = turn / steps;
        const auto step = static_cast<std::uint32_t>(turn % steps);
        if (step == 0) loop.reset(changes);
        // A trace whose length is a multiple of the turns would tie every method to certain steps.
        const std::size_t shift = steps % methods.size() == 0 ? round : 0;
        const std::size_t m = (turn + shift) % methods.size();
        loop.copy_with(Unwatched(copy_function(methods[m])));
        const std::uint64_t step_begin = now_ns();
        const auto outcome = loop.step(step);
        const std::uint64_t step_end = now_ns();
        timings[m].step_ns.push_back(step_end - step_begin);
        timings[m].rows += outcome.rows_written;
        if (step_end - begin > limit_ns && turn + 1 >= methods.size()) break;
    }
    for (std::size_t m = 0; m < methods.size(); ++m) {
        trial.times.push_back(summarise(methods[m], timings[m], workspace.spec().layout.row_bytes()));
    }
    const auto best = std::min_element(trial.times.begin(), trial.times.end(),
                                       [](const auto& a, const auto& b) { return a.median_ns < b.median_ns; });
    trial.winner = best->method;
    return trial;
}

} // namespace bytebound
