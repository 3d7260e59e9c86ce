#include "loops/copy_trial.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "loops/oracle_loop.hpp"

namespace bytebound {

namespace {

struct Timing {
    std::vector<double> step_ns;
    std::vector<double> bytes_per_ns; ///< of the steps that copied rows
};

double median(std::vector<double>& values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace

CopyTrial choose_copy_method(Workspace& workspace, WorkerTeam& team, const LoopOptions& options,
                             std::span<const StepChange> changes, std::uint32_t steps_each, std::uint64_t limit_ns) {
    CopyTrial trial;
    if (bound_rows(changes) == 0) return trial;
    std::vector<CopyMethod> methods;
    for (const auto method : copy_methods()) {
        if (runs_here(method)) methods.push_back(fitted_to(method, workspace.spec().layout));
    }
    // Of --copy, if it has other numbers than the default ones.
    if (std::find(methods.begin(), methods.end(), options.copy) == methods.end()) methods.push_back(options.copy);
    std::vector<Timing> timings(methods.size());
    OracleLoop<Unwatched> loop({workspace, Unwatched(CopyMethod::memcpy), &team, options});

    const auto bytes_per_row = 2.0 * static_cast<double>(workspace.spec().layout.row_bytes());
    const std::uint64_t begin = now_ns();
    const std::size_t turns = methods.size() * std::max(1u, steps_each);
    const std::size_t steps = changes.size();
    for (std::size_t turn = 0; turn < turns; ++turn) {
        const std::size_t round = turn / steps;
        const auto step = static_cast<std::uint32_t>(turn % steps);
        if (step == 0) loop.reset(changes);
        // Without the shift, a trace length divisible by the number of methods would tie each method to certain steps.
        const std::size_t shift = steps % methods.size() == 0 ? round : 0;
        const std::size_t m = (turn + shift) % methods.size();
        loop.copy_with(Unwatched(methods[m]), methods[m]);
        const std::uint64_t step_begin = now_ns();
        const auto outcome = loop.step(step);
        const std::uint64_t step_end = now_ns();
        const auto ns = static_cast<double>(std::max<std::uint64_t>(1, step_end - step_begin));
        timings[m].step_ns.push_back(ns);
        if (outcome.rows_written > 0) timings[m].bytes_per_ns.push_back(outcome.rows_written * bytes_per_row / ns);
        if (step_end - begin > limit_ns && turn + 1 >= methods.size()) break;
    }
    for (std::size_t m = 0; m < methods.size(); ++m) {
        auto& [step_ns, bytes_per_ns] = timings[m];
        trial.times.push_back(
            {methods[m], static_cast<std::uint32_t>(step_ns.size()), median(step_ns), median(bytes_per_ns)});
    }
    const auto best = std::max_element(trial.times.begin(), trial.times.end(),
                                       [](const auto& a, const auto& b) { return a.bytes_per_ns < b.bytes_per_ns; });
    trial.winner = best->method;
    return trial;
}

} // namespace bytebound
