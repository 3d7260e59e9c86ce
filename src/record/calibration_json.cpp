#include "io/json.hpp"

#include <array>

#include "io/checked_json.hpp"
#include "record/calibration_json.hpp"
#include "record/qualification_json.hpp"

namespace bytebound {

using nlohmann::json;

namespace {

constexpr std::array<std::pair<MemoryPolicy, std::string_view>, 3> policies{
    {{MemoryPolicy::local, "local"}, {MemoryPolicy::interleave, "interleave"}, {MemoryPolicy::node, "node"}}};

json placement_json(const Placement& p) {
    std::string_view policy;
    for (const auto& [value, name] : policies)
        if (value == p.policy) policy = name;
    return {{"cpus_request", p.cpus_request},
            {"memory_request", p.memory_request},
            {"cpus", p.cpus},
            {"policy", policy},
            {"nodes", p.nodes}};
}

Placement placement_of(const json& j) {
    Placement p;
    j.at("cpus_request").get_to(p.cpus_request);
    j.at("memory_request").get_to(p.memory_request);
    j.at("cpus").get_to(p.cpus);
    j.at("nodes").get_to(p.nodes);
    const auto policy = j.at("policy").get<std::string>();
    for (const auto& [value, name] : policies) {
        if (name != policy) continue;
        p.policy = value;
        return p;
    }
    throw std::invalid_argument("/placement/policy: \"" + policy + "\" is not a memory policy");
}

} // namespace

void to_json(json& j, const HostFacts& h) {
    j = {{"host", h.host}, {"cpu_model", h.cpu_model}, {"kernel", h.kernel}, {"thp", h.thp}};
}
void from_json(const json& j, HostFacts& h) {
    j.at("host").get_to(h.host);
    j.at("cpu_model").get_to(h.cpu_model);
    j.at("kernel").get_to(h.kernel);
    j.at("thp").get_to(h.thp);
}

void to_json(json& j, const CacheInfo& c) {
    j = {{"level", c.level},           {"type", c.type}, {"size_bytes", c.size_bytes}, {"ways", c.ways},
         {"line_bytes", c.line_bytes}, {"cpus", c.cpus}, {"origin", c.origin}};
}
void from_json(const json& j, CacheInfo& c) {
    j.at("level").get_to(c.level);
    j.at("type").get_to(c.type);
    j.at("size_bytes").get_to(c.size_bytes);
    j.at("ways").get_to(c.ways);
    j.at("line_bytes").get_to(c.line_bytes);
    j.at("cpus").get_to(c.cpus);
    j.at("origin").get_to(c.origin);
}

void to_json(json& j, const CeilingAbsence& a) {
    j = {{"level", text_or_null(a.level)},
         {"kernel", text_or_null(a.kernel)},
         {"threads", a.threads == 0 ? json(nullptr) : json(a.threads)},
         {"reason", a.reason}};
}
void from_json(const json& j, CeilingAbsence& a) {
    a.level = text_of(j, "level");
    a.kernel = text_of(j, "kernel");
    a.threads = j.at("threads").is_null() ? 0 : j.at("threads").get<std::uint32_t>();
    j.at("reason").get_to(a.reason);
}

namespace {

nlohmann::ordered_json document_of(const CalibrationRecord& r) {
    nlohmann::ordered_json j;
    j["schema"] = calibration_schema;
    j["version"] = r.version;
    j["git_revision"] = text_or_null(r.git_revision);
    j["command"] = r.command;
    j["measured"] = r.measured;
    j["host"] = json(r.host);
    j["placement"] = placement_json(r.placement);
    j["threads"] = r.threads;
    j["caches"] = json(r.caches);
    j["quick"] = r.quick;
    j["rounds"] = r.rounds;
    j["isa"] = r.isa;
    j["bound_cpus"] = r.bound_cpus;
    j["bound_memory"] = r.bound_memory;
    j["percent_in_place"] = r.percent_in_place ? json(*r.percent_in_place) : json(nullptr);
    j["pages_reason"] = text_or_null(r.pages_reason);
    j["ceilings"] = json(r.ceilings);
    j["absent"] = json(r.absent);
    j["collectors"] = json(r.collectors);
    j["qualification"] = json(r.qualification);
    j["warnings"] = json(r.warnings);
    return j;
}

/// The largest team's workers are the placement's CPUs.
std::vector<std::uint32_t> team_sizes(const json& j, const Placement& placement) {
    if (!j.is_array() || j.empty()) checked::refuse("threads", "it is not a list of numbers of workers");
    std::vector<std::uint32_t> sizes;
    for (std::size_t i = 0; i < j.size(); ++i) {
        const std::string key = "threads/" + std::to_string(i);
        sizes.push_back(checked::count_of<std::uint32_t>(j[i], key, 1));
        if (sizes.back() > placement.cpus.size()) checked::refuse(key, "there are more workers than placement.cpus");
    }
    return sizes;
}

CalibrationRecord record_of(const json& j) {
    CalibrationRecord r;
    j.at("version").get_to(r.version);
    r.git_revision = text_of(j, "git_revision");
    j.at("command").get_to(r.command);
    j.at("measured").get_to(r.measured);
    j.at("host").get_to(r.host);
    r.placement = placement_of(j.at("placement"));
    r.threads = team_sizes(j.at("threads"), r.placement);
    j.at("caches").get_to(r.caches);
    j.at("quick").get_to(r.quick);
    r.rounds = checked::count_of<std::uint32_t>(j.at("rounds"), "rounds", 1);
    j.at("isa").get_to(r.isa);
    j.at("bound_cpus").get_to(r.bound_cpus);
    j.at("bound_memory").get_to(r.bound_memory);
    if (!j.at("percent_in_place").is_null()) r.percent_in_place = checked::number_of(j, "percent_in_place");
    r.pages_reason = text_of(j, "pages_reason");
    checked::get_value(j, "ceilings", r.ceilings);
    j.at("absent").get_to(r.absent);
    j.at("collectors").get_to(r.collectors);
    j.at("qualification").get_to(r.qualification);
    j.at("warnings").get_to(r.warnings);
    return r;
}

} // namespace

std::string to_json_text(const CalibrationRecord& record) { return document_text(document_of(record)); }

Result<CalibrationRecord> parse_calibration(std::string_view text, const std::string& name) {
    const auto malformed = [&](std::string cause) {
        return fail({ExitCode::bad_data, "read calibration", name, std::move(cause),
                     "give a file that bytebound calibrate wrote"});
    };
    try {
        const json document = json::parse(text);
        const auto schema = document.is_object() ? document.value("schema", std::string()) : std::string();
        if (schema != calibration_schema)
            return malformed("its schema is \"" + schema + "\", not \"" + std::string(calibration_schema) + "\"");
        return record_of(document);
    } catch (const std::exception& error) { // nlohmann's type and key errors, with their path
        return malformed(error.what());
    }
}

} // namespace bytebound
