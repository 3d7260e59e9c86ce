#include "counters/names/unknown_name.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "counters/names/pmu_boxes.hpp"
#include "counters/names/pmu_device.hpp"
#include "counters/names/resolver.hpp"
#include "counters/names/static_events.hpp"
#include "counters/names/vendor_names.hpp"

namespace bytebound {
namespace {

bool is_lower_case_word(std::string_view text) {
    constexpr std::string_view accepted = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    return !text.empty() && text.find_first_not_of(accepted) == std::string_view::npos;
}

/// SUBSYSTEM:EVENT, such as raw_syscalls:sys_enter. Every known one has an underscore in its event ("sched_switch"), or
/// is at least longer than any text of modifiers.
bool is_tracepoint(const EventName& parsed) {
    return is_lower_case_word(parsed.body) && is_lower_case_word(parsed.suffix) &&
           (parsed.suffix.find('_') != std::string::npos || parsed.suffix.size() > 4);
}

/// Whether the text before the ':' is an event by itself, so that the text after it must be modifiers.
bool is_event(const NameQuery& query) {
    const std::string& name = query.parsed.body;
    if (hardware_config(name) || software_config(name) || parse_cache_event(name)) return true;
    const auto core = core_pmu_of(query.root, query.cpu);
    if (!core) return false;
    const auto aliases = pmu_aliases(query.root, core->name);
    return std::binary_search(aliases.begin(), aliases.end(), name);
}

Step<Event> unknown_suffix(const NameQuery& query) {
    const std::string name = query.name();
    if (!is_event(query)) {
        if (const auto vendor = vendor_spelling(query.root, name))
            return wrong_name(name, "this is a vendor's name without its PMU", "did you mean " + *vendor + "?");
        if (is_tracepoint(query.parsed))
            return wrong_name(name, "this is a tracepoint, and tracepoints are not counted",
                              "perf stat -e " + name + " counts it; bytebound events list shows what is counted here");
    }
    std::string cause = "'";
    cause.append(query.parsed.suffix).append("' is not a modifier");
    return wrong_name(name, std::move(cause), "write :u, :k or :uk");
}

} // namespace

Step<Event> absent_pmu(const NameQuery& query) {
    const std::string& pmu = query.parsed.body;
    const std::vector<std::string> names = pmu_names(query.root);
    std::string remedy = "see bytebound events list";
    const auto longer =
        std::find_if(names.begin(), names.end(), [&](const std::string& name) { return name.ends_with("_" + pmu); });
    if (longer != names.end()) {
        remedy = "did you mean " + *longer + "?";
    } else if (const auto near = nearest(pmu, names)) {
        remedy = "did you mean " + *near + "?";
    }
    return unavailable((is_glob(pmu) ? "this machine has no PMU that matches " : "this machine has no PMU ") + pmu,
                       remedy);
}

Step<Event> unknown_bare_name(const NameQuery& query) {
    if (!query.parsed.suffix.empty()) return unknown_suffix(query);
    const std::string& name = query.parsed.body;
    std::vector<std::string> known;
    for (const ListedEvent& event : list_events(query.root)) {
        if (event.name.ends_with("/" + name + "/"))
            return wrong_name(query.name(), "no event has this name", "did you mean " + event.name + "?");
        known.push_back(event.name);
    }
    if (pmu_exists(query.root, name))
        return wrong_name(query.name(), "this is a PMU, not an event", "write " + name + "/TERMS/");
    if (const auto vendor = vendor_spelling(query.root, name))
        return wrong_name(query.name(), "this is a vendor's name without its PMU", "did you mean " + *vendor + "?");
    if (const auto near = nearest(name, known))
        return wrong_name(query.name(), "no event has this name", "did you mean " + *near + "?");
    return wrong_name(query.name(), "no event has this name", "see bytebound events list");
}

} // namespace bytebound
