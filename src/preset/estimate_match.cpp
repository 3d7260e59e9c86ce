#include <fmt/format.h>

#include "counters/names/event_name.hpp"
#include "counters/names/pmu_device.hpp"
#include "counters/names/pmu_terms.hpp"
#include "io/regex.hpp"
#include "preset/preset.hpp"

namespace bytebound {
namespace {

std::string core_pmu_matching(const SysRoot& root, const std::string& pattern) {
    const Regex compiled(pattern);
    for (const std::string& pmu : pmu_names(root))
        if (compiled.matches(pmu) && is_core_pmu(root, pmu)) return pmu;
    return {};
}

} // namespace

EstimateMatch match_core_estimate(const SysRoot& root, const Preset& preset) {
    const std::string name = "preset " + preset.name;
    if (!preset.estimate)
        return {{}, name + ": " + (preset.no_estimate.empty() ? "it contains no estimate" : preset.no_estimate)};
    const std::string pmu = core_pmu_matching(root, preset.estimate->pmu);
    if (pmu.empty()) return {{}, fmt::format("{}: no core PMU {}", name, preset.estimate->pmu)};
    EstimateMatch match;
    for (const auto& [direction, formula] :
         {std::pair(Direction::read, &preset.estimate->read), std::pair(Direction::write, &preset.estimate->write)}) {
        for (const FormulaTerm& term : *formula) {
            const CoreEvent& event = preset.estimate->events.at(term.event);
            const std::string written = pmu + "/" + event.terms + "/";
            const auto encoding =
                encode_terms(root, written, pmu, parse_terms(event.terms).value_or(std::vector<EventTerm>{}));
            // A virtual machine's PMU has no offcore_rsp, and a partial sum is not an estimate.
            if (!encoding) return {{}, fmt::format("{}: {}: {}", name, written, cause_of(encoding.error()))};
            match.terms.push_back({written, direction, term.factor, event.counts, term.subtract});
        }
    }
    return match;
}

} // namespace bytebound
