#include <fmt/format.h>

#include "io/json.hpp"
#include "render/answers/event_words.hpp"
#include "render/answers/presets_text.hpp"

namespace bytebound {
namespace {

constexpr const char* presets_schema = "bytebound.presets/1";

using Json = nlohmann::ordered_json;

Json number_or_null(std::uint32_t value) { return value == 0 ? Json(nullptr) : Json(value); }

Json terms_json(const std::vector<MemoryTerm>& terms) {
    Json list = Json::array();
    for (const MemoryTerm& term : terms) {
        Json entry = Json::object(); // of the kernel's own event, only its alias
        if (!term.of_kernel()) entry = {{"terms", term.terms}, {"bytes_per_count", term.bytes_per_count}};
        if (!term.alias.empty()) entry["alias"] = term.alias;
        list.push_back(std::move(entry));
    }
    return list;
}

Json memory_source_json(const MemorySource& source) {
    Json needs = Json::object();
    if (!source.needs_path.empty()) needs["path"] = source.needs_path;
    if (!source.needs_alias.empty()) needs["alias"] = source.needs_alias;
    for (const auto& [term, bits] : source.needs_format)
        needs["format"][term] = bits;
    return {{"class", name_of(source.memory)},
            {"pmu", source.pmu},
            {"exclude", json_text(source.exclude)},
            {"needs", needs},
            {"scope", name_of(source.scope)},
            {"counters_per_box", number_or_null(source.counters_per_box)},
            {"width", number_or_null(source.width_bits)},
            {"overflow", source.saturates ? "saturate" : "wrap"},
            {"privilege", source.privilege},
            {"note", json_text(source.note)},
            {"read", terms_json(source.read)},
            {"write", terms_json(source.write)},
            {"combined", terms_json(source.combined)}};
}

Json ranges_json(const std::vector<NumberRange>& ranges) {
    Json list = Json::array();
    for (const NumberRange& range : ranges)
        list.push_back(range.first == range.last ? Json(range.first) : Json({range.first, range.last}));
    return list;
}

Json version_json(const std::optional<std::pair<int, int>>& version) {
    return version ? Json(fmt::format("{}.{}", version->first, version->second)) : Json(nullptr);
}

Json erratum_json(const Erratum& erratum) {
    Json when = Json::object();
    if (erratum.always) when["always"] = true;
    if (!erratum.alias_differs.empty()) when["alias_differs"] = erratum.alias_differs;
    if (!erratum.alias_exists.empty()) when["alias_exists"] = erratum.alias_exists;
    if (!erratum.counted_by.empty()) when["counted_by"] = erratum.counted_by;
    if (erratum.kernel_before) when["kernel_before"] = version_json(erratum.kernel_before);
    if (erratum.nodes_per_package_not) when["nodes_per_package_not"] = *erratum.nodes_per_package_not;
    if (!erratum.models.empty()) when["models"] = ranges_json(erratum.models);
    return {{"about", erratum.resctrl ? "resctrl" : "dram"},
            {"text", erratum.text},
            {"brief", json_text(erratum.brief)},
            {"when", when}};
}

Json driver_json(const MemoryControllerDriver& driver) {
    return {{"module", driver.module},
            {"device", driver.device},
            {"since", version_json(driver.since)},
            {"models", ranges_json(driver.models)},
            {"acpi", json_text(driver.acpi)},
            {"board", json_text(driver.board)}};
}

Json match_json(const CpuMatch& match) {
    Json entry = Json::object();
    if (!match.vendor.empty()) entry["vendor"] = match.vendor;
    if (match.family) entry["family"] = *match.family;
    if (!match.models.empty()) entry["models"] = ranges_json(match.models);
    if (!match.steppings.empty()) entry["steppings"] = ranges_json(match.steppings);
    if (match.implementer) entry["implementer"] = *match.implementer;
    if (!match.parts.empty()) entry["parts"] = match.parts;
    if (!match.power_cpu.empty()) entry["cpu"] = match.power_cpu;
    if (!match.devices.empty()) entry["devices"] = match.devices;
    return entry;
}

Json core_event_json(const CoreEvent& event) {
    if (!event.event.empty()) return {{"event", event.event}, {"counts", event.counts}};
    Json entry = Json::object();
    if (!event.pmu.empty()) entry["pmu"] = event.pmu;
    entry["terms"] = event.terms;
    entry["counts"] = event.counts;
    return entry;
}

Json formula_json(const std::vector<FormulaTerm>& formula) {
    Json list = Json::array();
    for (const FormulaTerm& term : formula)
        list.push_back({{"event", term.event},
                        {"bytes_per_count", term.subtract ? -static_cast<std::int64_t>(term.factor)
                                                          : static_cast<std::int64_t>(term.factor)}});
    return list;
}

Json estimate_json(const std::optional<CoreEstimate>& estimate) {
    if (!estimate) return nullptr;
    Json events = Json::object();
    for (const auto& [name, event] : estimate->events)
        events[name] = core_event_json(event);
    return {{"pmu", estimate->pmu},
            {"read", formula_json(estimate->read)},
            {"write", formula_json(estimate->write)},
            {"events", events},
            {"note", json_text(estimate->note)}};
}

template <class Item, class ToJson>
Json json_list(const std::vector<Item>& items, ToJson to_json) {
    Json list = Json::array();
    for (const Item& item : items)
        list.push_back(to_json(item));
    return list;
}

} // namespace

std::string presets_list_json(const std::vector<Preset>& presets) {
    return document_text(Json{{"schema", presets_schema},
                              {"presets", json_list(presets, [](const Preset& preset) -> Json {
                                   return {{"name", preset.name},         {"title", preset.title},
                                           {"verified", preset.verified}, {"dram_sources", preset.dram.size()},
                                           {"file", preset.file},         {"built_in", preset.built_in}};
                               })}});
}

std::string preset_json(const Preset& preset) {
    return document_text(Json{{"schema", presets_schema},
                              {"name", preset.name},
                              {"title", preset.title},
                              {"source", preset.source},
                              {"verified", preset.verified},
                              {"verified_on", json_text(preset.verified_on)},
                              {"note", json_text(preset.note)},
                              {"file", preset.file},
                              {"built_in", preset.built_in},
                              {"match", json_list(preset.matches, match_json)},
                              {"dram", json_list(preset.dram, memory_source_json)},
                              {"no_dram", json_text(preset.no_dram)},
                              {"errata", json_list(preset.errata, erratum_json)},
                              {"drivers", json_list(preset.drivers, driver_json)},
                              {"llc_misses", preset.llc_misses ? core_event_json(*preset.llc_misses) : Json(nullptr)},
                              {"no_llc_misses", json_text(preset.no_llc_misses)},
                              {"estimate", estimate_json(preset.estimate)},
                              {"no_estimate", json_text(preset.no_estimate)}});
}

std::string presets_match_json(const PresetChoice& choice, const MemoryMatch& match) {
    const Json counters = json_list(match.counters, [](const MemoryCounter& counter) -> Json {
        return {{"pmu", counter.event.pmu},
                {"type", counter.event.type},
                {"config", hexadecimal(counter.event.config)},
                {"config1", hexadecimal(counter.event.config1)},
                {"config2", hexadecimal(counter.event.config2)},
                {"cpu", counter.cpu},
                {"direction", name_of(counter.direction)},
                {"class", name_of(counter.memory)},
                {"bytes_per_count", counter.bytes_per_count}};
    });
    const bool any = choice.preset && !match.counters.empty();
    return document_text(Json{{"schema", presets_schema},
                              {"preset", any ? Json(choice.preset->name) : Json(nullptr)},
                              {"reason", presets_match_reason(choice, match)},
                              {"counters", counters},
                              {"warnings", match.warnings}});
}

std::string presets_check_json(const std::vector<CheckedFile>& files) {
    return document_text(
        Json{{"schema", presets_schema},
             {"files", json_list(files, [](const CheckedFile& file) -> Json {
                  const Json errors = json_list(file.problems, [](const PresetProblem& problem) -> Json {
                      return {{"line", problem.line}, {"key", json_text(problem.key)}, {"reason", problem.cause}};
                  });
                  const bool named = file.preset && !file.preset->name.empty();
                  return {{"file", file.file},
                          {"preset", named ? Json(file.preset->name) : Json(nullptr)},
                          {"ok", file.problems.empty()},
                          {"errors", errors}};
              })}});
}

} // namespace bytebound
