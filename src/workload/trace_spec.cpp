#include "workload/trace_spec.hpp"

namespace bytebound {

std::string to_text(const Pattern& pattern) {
    return pattern.parameters.empty() ? pattern.name : pattern.name + ":" + pattern.parameters;
}

Pattern pattern_of(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return {std::string(text), {}};
    return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

std::string to_text(const TraceSpec& spec) {
    const auto text = [](auto number) { return std::to_string(number); };
    const WorkloadSpec& workload = spec.workload;
    return "N " + text(workload.pool_rows) + ", m " + text(workload.active_rows) + ", " + to_text(workload.pattern) +
           ", seed " + text(workload.seed) + ", A " + text(spec.change.added) + ", R " + text(spec.change.removed) +
           (spec.change.alternate ? " in turn" : "") + ", steps " + text(spec.warmup_steps) + " + " +
           text(spec.measured_steps);
}

} // namespace bytebound
