#include <algorithm>
#include <set>

#include "io/regex.hpp"
#include "preset/formula.hpp"
#include "preset/name_pattern.hpp"
#include "preset/toml_reader.hpp"

namespace bytebound {
namespace {

/// PMUs that count a socket, a die or a whole machine. A core event on one of them would be an uncore event with thread
/// scope, which all of their drivers reject (EINVAL).
constexpr std::string_view socket_pmus[] = {"uncore_imc",       "uncore_imc_0",     "uncore_imc_free_running_0",
                                            "uncore_hbm_0",     "uncore_type_14_0", "uncore_cha_0",
                                            "uncore_arb",       "uncore_dmc_0",     "uncore_edc_eclk_0",
                                            "amd_df",           "amd_l3",           "amd_umc_0",
                                            "arm_cmn",          "arm_cmn_0",        "arm_dmc620_10008c000",
                                            "arm_dsu_0",        "ampere_mcu_pmu_0", "nvidia_scf_pmu_0",
                                            "hisi_sccl1_ddrc0", "hisi_sccl1_hha0",  "nest_mcs01_imc",
                                            "nest_mba0_imc",    "hv_24x7",          "mrvl_ddr_pmu_87e1c0000000"};

/// The names above, and some of those that the preset itself counts as memory.
std::vector<std::string> socket_pmus_of(const Preset& preset) {
    std::vector<std::string> pmus(std::begin(socket_pmus), std::end(socket_pmus));
    for (const MemorySource& source : preset.dram)
        for (std::string& sample : sample_names(source.pmu))
            pmus.push_back(std::move(sample));
    return pmus;
}

void refuse_socket_pmu(const TableReader& table, std::string_view key, const std::string& pattern,
                       const Preset& preset) {
    if (pattern.empty()) return;
    const Regex compiled(pattern);
    for (const std::string& pmu : socket_pmus_of(preset)) {
        if (!compiled.matches(pmu)) continue;
        table.wrong_at(key, "key \"" + std::string(key) + "\": an uncore event with thread scope: PMU " + pmu +
                                " counts all programs and cannot be opened on a thread");
        return;
    }
}

CoreEvent read_llc_misses(const TableReader& table, const Preset& preset) {
    table.allow({"pmu", "terms", "event", "counts"});
    CoreEvent event{table.pattern("pmu", false), table.terms("terms", false), table.text("event", false),
                    table.text("counts", true)};
    const bool by_terms = table.has("pmu") && table.has("terms");
    const bool any_terms = table.has("pmu") || table.has("terms");
    if (any_terms ? !by_terms || table.has("event") : !table.has("event"))
        table.wrong("", "key \"core.llc_misses\" needs pmu and terms, or event");
    refuse_socket_pmu(table, "pmu", event.pmu, preset);
    const std::string_view name = event.event;
    for (const std::string& pmu : socket_pmus_of(preset))
        if (name.starts_with(pmu + "/")) {
            table.wrong_at("event", "key \"event\": an uncore event with thread scope: PMU " + pmu +
                                        " counts all programs and cannot be opened on a thread");
            break; // the preset's own samples repeat names of the table
        }
    return event;
}

std::vector<FormulaTerm> read_formula(const TableReader& table, std::string_view key, const CoreEstimate& estimate) {
    const std::string text = table.text(key, false);
    if (text.empty()) return {};
    const auto terms = parse_formula(text);
    if (!terms) {
        table.wrong_at(key, "key \"" + std::string(key) + "\": " + terms.error());
        return {};
    }
    for (const FormulaTerm& term : *terms)
        if (!estimate.events.contains(term.event))
            table.wrong_at(key, "key \"" + std::string(key) + "\": the event \"" + term.event +
                                    "\" is not defined under [core.estimate.events]");
    if (terms->front().subtract || std::all_of(terms->begin(), terms->end(), [](auto& t) { return t.subtract; }))
        table.wrong_at(key, "key \"" + std::string(key) + "\" adds nothing");
    return *terms;
}

CoreEstimate read_estimate(const TableReader& table, const Preset& preset) {
    table.allow({"pmu", "read", "write", "note", "events"});
    CoreEstimate estimate;
    estimate.pmu = table.pattern("pmu", true);
    estimate.note = table.text("note", false);
    refuse_socket_pmu(table, "pmu", estimate.pmu, preset);
    const auto events = table.table("events");
    if (!events && !table.has("events")) table.wrong("events", "key \"events\" is missing");
    for (const std::string& name : events ? events->keys() : std::vector<std::string>{}) {
        const auto event = events->table(name);
        if (!event) continue;
        event->allow({"terms", "counts"});
        estimate.events[name] = {{}, event->terms("terms", true), {}, event->text("counts", true)};
    }
    estimate.read = read_formula(table, "read", estimate);
    estimate.write = read_formula(table, "write", estimate);
    if (!table.has("read") && !table.has("write")) table.wrong("", "key \"core.estimate\" needs read or write");
    std::set<std::string> used;
    for (const auto* formula : {&estimate.read, &estimate.write})
        for (const FormulaTerm& term : *formula)
            used.insert(term.event);
    for (const auto& [name, event] : estimate.events)
        if (!used.contains(name)) events->wrong_at(name, "key \"" + name + "\": no formula uses this event");
    return estimate;
}

} // namespace

void read_core(const TableReader& core, Preset& preset) {
    core.allow({"llc_misses", "no_llc_misses", "estimate", "no_estimate"});
    preset.no_llc_misses = core.text("no_llc_misses", false);
    preset.no_estimate = core.text("no_estimate", false);
    if (const auto event = core.table("llc_misses")) preset.llc_misses = read_llc_misses(*event, preset);
    if (core.has("llc_misses") == core.has("no_llc_misses"))
        core.wrong("", "key \"core\" needs either llc_misses or no_llc_misses");
    if (const auto estimate = core.table("estimate")) preset.estimate = read_estimate(*estimate, preset);
    if (core.has("estimate") && core.has("no_estimate"))
        core.wrong_at("no_estimate", "keys \"estimate\" and \"no_estimate\" exclude each other");
}

} // namespace bytebound
