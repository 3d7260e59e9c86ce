#include "base/visible.hpp"
#include "io/json.hpp"
#include "render/answers/doctor_text.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json state_of(SourceState state) {
    return state == SourceState::not_probed ? Json(nullptr) : Json(state == SourceState::available);
}

Json machine_of(const MachineFacts& facts) {
    return {{"live", facts.live},
            {"architecture", or_null(facts.machine.cpu.architecture)},
            {"cpu", or_null(facts.machine.cpu.model_name)},
            {"vendor", or_null(facts.machine.cpu.maker())},
            {"family", facts.machine.cpu.family.value_or(0)},
            {"model", facts.machine.cpu.model_number().value_or(0)},
            {"stepping", facts.machine.cpu.stepping.value_or(0)},
            {"cpus_online", facts.machine.online.size()},
            {"packages", facts.machine.package_count().value_or(0)},
            {"nodes", facts.machine.nodes_with_cpus ? facts.machine.nodes_with_cpus->size() : 0},
            {"kernel", or_null(facts.machine.kernel.text)},
            {"virtual_machine", or_null(facts.machine.virtualisation.hypervisor)},
            {"container", facts.container},
            {"perf_event_paranoid", or_null(facts.paranoid)},
            {"nmi_watchdog", or_null(facts.nmi_watchdog)},
            {"lockdown", or_null(facts.lockdown)},
            {"seccomp", or_null(facts.seccomp)}};
}

Json keys_of(const std::map<std::string, std::string>& entries) {
    Json object = Json::object();
    for (const auto& [key, value] : entries)
        object[key] = value;
    return object;
}

Json pmu_of(const PmuFacts& pmu) {
    return {{"name", pmu.name},
            {"kind", name_of(pmu.kind)},
            {"type", or_null(pmu.type)},
            {"cpumask", or_null(pmu.cpumask)},
            {"cpus", or_null(pmu.cpus)},
            {"format", keys_of(pmu.formats)},
            {"events", keys_of(pmu.events)},
            {"note", pmu.kind == PmuKind::unrecognised ? Json("unrecognised, usable by raw name") : Json(nullptr)}};
}

Json probe_of(const Probe& probe) {
    if (!probe.times) return probe.error;
    return {{"errno", probe.error},
            {"count", probe.times->count},
            {"enabled_ns", probe.times->enabled_ns},
            {"running_ns", probe.times->running_ns}};
}

/// One probe per line, so that a shell script can extract the object.
std::string probes_text(const std::optional<Probes>& probes) {
    if (!probes) return "null";
    std::string text = "{";
    for (const auto& [kind, probe] : *probes)
        text += std::string(text.size() > 1 ? "," : "") + "\n    " + visible_json(Json(kind).dump()) + ": " +
                probe_of(probe).dump();
    return text + "\n  }";
}

} // namespace

std::string doctor_json(const MachineDiagnosis& diagnosis) {
    Json sources = Json::array();
    for (const SourceDiagnosis& line : diagnosis.sources) {
        sources.push_back({{"source", line.source},
                           {"available", state_of(line.state)},
                           {"code", name_of(line.kind)},
                           {"cause", or_null(line.cause)},
                           {"remedy", or_null(line.remedy)}});
    }
    Json pmus = Json::array();
    for (const PmuFacts& pmu : diagnosis.facts.pmus)
        pmus.push_back(pmu_of(pmu));
    return "{\n" + member_text("schema", Json("bytebound.doctor/1")) + ",\n" +
           member_text("machine", machine_of(diagnosis.facts)) + ",\n" + member_text("sources", sources) + ",\n" +
           member_text("pmus", pmus) + ",\n  \"probes\": " + probes_text(diagnosis.facts.probes) + ",\n" +
           member_text("warnings", Json(diagnosis.warnings)) + "\n}\n";
}

} // namespace bytebound
