#include "io/json.hpp"

#include "record/calibration_json.hpp"
#include "record/expected_json.hpp"
#include "record/hierarchy_json.hpp"
#include "record/qualification_json.hpp"
#include "record/run_record.hpp"

// Every type of run_record.hpp as JSON. The names here are those of reports/schema/run.schema.json.

namespace bytebound {

using nlohmann::json;

namespace {

std::string_view policy_name(MemoryPolicy policy) {
    switch (policy) {
    case MemoryPolicy::local: return "local";
    case MemoryPolicy::interleave: return "interleave";
    case MemoryPolicy::node: return "node";
    }
    return "";
}

MemoryPolicy policy_named(const std::string& name) {
    for (const MemoryPolicy policy : {MemoryPolicy::local, MemoryPolicy::interleave, MemoryPolicy::node})
        if (policy_name(policy) == name) return policy;
    throw std::invalid_argument("placement.policy: \"" + name + "\" is not a memory policy");
}

RunStatus status_named(const std::string& name) {
    for (const RunStatus status : {RunStatus::running, RunStatus::complete, RunStatus::failed})
        if (name_of(status) == name) return status;
    throw std::invalid_argument("status: \"" + name + "\" is not one of running, complete, failed");
}

} // namespace

std::string_view name_of(RunStatus status) {
    switch (status) {
    case RunStatus::running: return "running";
    case RunStatus::complete: return "complete";
    case RunStatus::failed: return "failed";
    }
    return "";
}

void to_json(json& j, const Warning& w) { j = {{"code", w.code}, {"text", w.text}}; }
void from_json(const json& j, Warning& w) {
    j.at("code").get_to(w.code);
    j.at("text").get_to(w.text);
}

void to_json(json& j, const RowGroup& g) { j = {{"name", g.name}, {"row_bytes", g.row_bytes}}; }
void from_json(const json& j, RowGroup& g) {
    j.at("name").get_to(g.name);
    j.at("row_bytes").get_to(g.row_bytes);
}

void to_json(json& j, const CacheGeometry& g) {
    j = {{"size_bytes", g.size_bytes}, {"ways", g.ways}, {"line_bytes", g.line_bytes}};
}
void from_json(const json& j, CacheGeometry& g) {
    j.at("size_bytes").get_to(g.size_bytes);
    j.at("ways").get_to(g.ways);
    j.at("line_bytes").get_to(g.line_bytes);
}

void to_json(json& j, const WorkloadRecord& w) {
    j = {{"N", w.pool_rows},
         {"m", w.active_rows},
         {"hidden_dim", w.hidden_dim},
         {"up_cols", w.up_cols},
         {"gate_cols", w.gate_cols},
         {"dtype", w.dtype},
         {"row_bytes", w.layout.row_bytes()},
         {"row_groups", w.layout.groups},
         {"pattern", w.pattern},
         {"seed", w.seed},
         {"steps_per_k", w.steps_per_k},
         {"repeats", w.repeats},
         {"warmup", value_or_null(w.warmup)},
         {"between", w.between},
         {"loops", w.loops},
         {"tau", w.tau},
         {"tau_source", w.tau_source},
         {"copy", w.copy},
         {"threads", w.threads},
         {"grain", w.grain},
         {"par_threshold", w.parallel_threshold}};
}
void from_json(const json& j, WorkloadRecord& w) {
    j.at("N").get_to(w.pool_rows);
    j.at("m").get_to(w.active_rows);
    j.at("hidden_dim").get_to(w.hidden_dim);
    j.at("up_cols").get_to(w.up_cols);
    j.at("gate_cols").get_to(w.gate_cols);
    j.at("dtype").get_to(w.dtype);
    j.at("row_groups").get_to(w.layout.groups);
    j.at("pattern").get_to(w.pattern);
    j.at("seed").get_to(w.seed);
    j.at("steps_per_k").get_to(w.steps_per_k);
    j.at("repeats").get_to(w.repeats);
    w.warmup = optional_of<std::uint32_t>(j, "warmup");
    j.at("between").get_to(w.between);
    j.at("loops").get_to(w.loops);
    j.at("tau").get_to(w.tau);
    if (j.contains("tau_source")) j.at("tau_source").get_to(w.tau_source);
    j.at("copy").get_to(w.copy);
    j.at("threads").get_to(w.threads);
    j.at("grain").get_to(w.grain);
    j.at("par_threshold").get_to(w.parallel_threshold);
}

void to_json(json& j, const ExperimentRecord& e) {
    j = {{"loop", e.loop},
         {"k", e.k},
         {"k_requested", e.k_requested},
         {"A", e.added},
         {"R", e.removed},
         {"warmup_steps", e.warmup_steps},
         {"batch", e.batch},
         {"active_rows", value_or_null(e.active_rows)},
         {"copy_method", e.copy_method},
         {"stationary", value_or_null(e.stationary)},
         {"stationary_source", text_or_null(e.stationary_source)},
         {"stationary_reason", text_or_null(e.stationary_reason)},
         {"replayed", e.replayed},
         {"simulated", e.simulated},
         {"simulation_reason", text_or_null(e.simulation_reason)},
         {"emulated", e.emulated},
         {"emulation_reason", text_or_null(e.emulation_reason)},
         {"dirty_before", value_or_null(e.dirty_before)},
         {"dirty_after", value_or_null(e.dirty_after)},
         {"levels", value_or_null(e.levels)},
         {"closed_form", value_or_null(e.closed_form)},
         {"closed_form_reason", text_or_null(e.closed_form_reason)}};
}
void from_json(const json& j, ExperimentRecord& e) {
    j.at("loop").get_to(e.loop);
    j.at("k").get_to(e.k);
    j.at("k_requested").get_to(e.k_requested);
    j.at("A").get_to(e.added);
    j.at("R").get_to(e.removed);
    j.at("warmup_steps").get_to(e.warmup_steps);
    if (j.contains("batch")) j.at("batch").get_to(e.batch);
    if (j.contains("active_rows")) e.active_rows = optional_of<std::uint32_t>(j, "active_rows");
    j.at("copy_method").get_to(e.copy_method);
    e.stationary = optional_of<bool>(j, "stationary");
    e.stationary_source = text_of(j, "stationary_source");
    e.stationary_reason = text_of(j, "stationary_reason");
    if (j.contains("replayed")) j.at("replayed").get_to(e.replayed);
    j.at("simulated").get_to(e.simulated);
    e.simulation_reason = text_of(j, "simulation_reason");
    if (j.contains("emulated")) j.at("emulated").get_to(e.emulated);
    if (j.contains("emulation_reason")) e.emulation_reason = text_of(j, "emulation_reason");
    if (j.contains("dirty_before")) e.dirty_before = optional_of<DirtyBytes>(j, "dirty_before");
    if (j.contains("dirty_after")) e.dirty_after = optional_of<DirtyBytes>(j, "dirty_after");
    if (j.contains("levels")) e.levels = optional_of<LevelRecord>(j, "levels");
    if (j.contains("closed_form")) e.closed_form = optional_of<ClosedForm>(j, "closed_form");
    if (j.contains("closed_form_reason")) e.closed_form_reason = text_of(j, "closed_form_reason");
}

void to_json(json& j, const EventPartRecord& p) {
    j = {{"pmu", p.pmu},
         {"type", p.type},
         {"config", p.config},
         {"config1", p.config1},
         {"config2", p.config2},
         {"cpu", p.cpu < 0 ? json(nullptr) : json(p.cpu)},
         {"bytes_per_count", p.bytes_per_count}};
}
void from_json(const json& j, EventPartRecord& p) {
    j.at("pmu").get_to(p.pmu);
    j.at("type").get_to(p.type);
    j.at("config").get_to(p.config);
    j.at("config1").get_to(p.config1);
    j.at("config2").get_to(p.config2);
    p.cpu = optional_of<int>(j, "cpu").value_or(-1);
    j.at("bytes_per_count").get_to(p.bytes_per_count);
}

void to_json(json& j, const EventRecord& e) {
    j = {{"name", e.name},
         {"pmu", text_or_null(e.pmu)},
         {"domain", text_or_null(e.domain)},
         {"origin", text_or_null(e.origin)},
         {"unit", text_or_null(e.unit)},
         {"type", text_or_null(e.type)},
         {"config", text_or_null(e.config)},
         {"config1", text_or_null(e.config1)},
         {"config2", text_or_null(e.config2)},
         {"scale", e.scale},
         {"pass", e.pass < 0 ? json(nullptr) : json(e.pass)},
         {"group", e.group < 0 ? json(nullptr) : json(e.group)},
         {"multiplexed", e.multiplexed},
         {"source", text_or_null(e.source)},
         {"role", text_or_null(e.role)},
         {"reason", text_or_null(e.reason)},
         {"remedy", text_or_null(e.remedy)},
         {"sharing", text_or_null(e.sharing)},
         {"bytes_per_count", e.bytes_per_count == 0 ? json(nullptr) : json(e.bytes_per_count)},
         {"parts", e.parts}};
}
void from_json(const json& j, EventRecord& e) {
    j.at("name").get_to(e.name);
    e.pmu = text_of(j, "pmu");
    e.domain = text_of(j, "domain");
    e.origin = text_of(j, "origin");
    e.unit = text_of(j, "unit");
    e.type = text_of(j, "type");
    e.config = text_of(j, "config");
    e.config1 = text_of(j, "config1");
    e.config2 = text_of(j, "config2");
    j.at("scale").get_to(e.scale);
    e.pass = optional_of<int>(j, "pass").value_or(-1);
    e.group = optional_of<int>(j, "group").value_or(-1);
    j.at("multiplexed").get_to(e.multiplexed);
    e.source = text_of(j, "source");
    e.role = text_of(j, "role");
    e.reason = text_of(j, "reason");
    e.remedy = text_of(j, "remedy");
    if (j.contains("sharing")) e.sharing = text_of(j, "sharing");
    if (j.contains("bytes_per_count")) e.bytes_per_count = optional_of<std::int64_t>(j, "bytes_per_count").value_or(0);
    if (j.contains("parts")) e.parts = list_of<EventPartRecord>(j, "parts");
}

void to_json(json& j, const CollectorRecord& c) {
    j = {{"name", c.name}, {"used", c.used}, {"cause", text_or_null(c.cause)}, {"remedy", text_or_null(c.remedy)}};
}
void from_json(const json& j, CollectorRecord& c) {
    j.at("name").get_to(c.name);
    j.at("used").get_to(c.used);
    c.cause = text_of(j, "cause");
    c.remedy = text_of(j, "remedy");
}

void to_json(json& j, const ReadCostRecord& r) {
    j = {{"pass", r.pass}, {"pairs", r.pairs}, {"time_ns_median", r.time_ns_median}, {"counts_mean", r.counts_mean}};
}
void from_json(const json& j, ReadCostRecord& r) {
    j.at("pass").get_to(r.pass);
    j.at("pairs").get_to(r.pairs);
    j.at("time_ns_median").get_to(r.time_ns_median);
    j.at("counts_mean").get_to(r.counts_mean);
}

void to_json(json& j, const SimulationRecord& s) {
    j = {{"geometry", s.geometry},
         {"geometry_source", s.geometry_source},
         {"seconds", s.seconds},
         {"line_references", s.line_references},
         {"hierarchy", value_or_null(s.hierarchy)}};
}
void from_json(const json& j, SimulationRecord& s) {
    j.at("geometry").get_to(s.geometry);
    j.at("geometry_source").get_to(s.geometry_source);
    j.at("seconds").get_to(s.seconds);
    j.at("line_references").get_to(s.line_references);
    if (j.contains("hierarchy")) s.hierarchy = optional_of<HierarchyRecord>(j, "hierarchy");
    if (s.hierarchy) s.hierarchy->spec.llc = s.geometry;
}

void to_json(json& j, const EmulatedCache& c) {
    j = {{"size_bytes", c.size_bytes}, {"ways", c.ways}, {"line_bytes", c.line_bytes}};
}
void from_json(const json& j, EmulatedCache& c) {
    j.at("size_bytes").get_to(c.size_bytes);
    j.at("ways").get_to(c.ways);
    j.at("line_bytes").get_to(c.line_bytes);
}

void to_json(json& j, const EmulationRecord& e) {
    j = {{"collector", e.collector},          {"version", e.version},     {"first_level", e.caches.first_level},
         {"last_level", e.caches.last_level}, {"processes", e.processes}, {"seconds", e.seconds}};
}
void from_json(const json& j, EmulationRecord& e) {
    j.at("collector").get_to(e.collector);
    j.at("version").get_to(e.version);
    j.at("first_level").get_to(e.caches.first_level);
    j.at("last_level").get_to(e.caches.last_level);
    j.at("processes").get_to(e.processes);
    j.at("seconds").get_to(e.seconds);
}

void to_json(json& j, const PageProof& p) {
    json nodes = json::object();
    for (const auto& [node, pages] : p.on_node)
        nodes[std::to_string(node)] = pages;
    j = {{"buffer", p.buffer},           {"pages", p.pages},       {"on_node", std::move(nodes)},
         {"not_present", p.not_present}, {"in_place", p.in_place}, {"percent_in_place", p.percent_in_place()}};
}
void from_json(const json& j, PageProof& p) {
    j.at("buffer").get_to(p.buffer);
    j.at("pages").get_to(p.pages);
    p.on_node.clear();
    for (const auto& [node, pages] : j.at("on_node").items())
        p.on_node[std::stoi(node)] = pages.get<std::uint64_t>();
    j.at("not_present").get_to(p.not_present);
    j.at("in_place").get_to(p.in_place);
}

void to_json(json& j, const PlacementRecord& p) {
    j = {{"cpus_request", p.requested.cpus_request},
         {"memory_request", p.requested.memory_request},
         {"cpus", p.requested.cpus},
         {"policy", policy_name(p.requested.policy)},
         {"nodes", p.requested.nodes},
         {"bound_cpus", p.bound_cpus},
         {"bind_cpus_reason", text_or_null(p.bind_cpus_reason)},
         {"bound_memory", p.bound_memory},
         {"bind_memory_reason", text_or_null(p.bind_memory_reason)},
         {"affinity_read_back", p.affinity_read_back},
         {"pages_before", p.pages_before},
         {"pages_after", p.pages_after},
         {"pages_reason", text_or_null(p.pages_reason)},
         {"arena_bytes", p.arena_bytes},
         {"huge_page_bytes", value_or_null(p.huge_page_bytes)},
         {"steps", p.steps},
         {"steps_migrated", p.steps_migrated}};
}
void from_json(const json& j, PlacementRecord& p) {
    j.at("cpus_request").get_to(p.requested.cpus_request);
    j.at("memory_request").get_to(p.requested.memory_request);
    p.requested.cpus = list_of<int>(j, "cpus");
    p.requested.policy = policy_named(j.at("policy").get<std::string>());
    p.requested.nodes = list_of<int>(j, "nodes");
    j.at("bound_cpus").get_to(p.bound_cpus);
    p.bind_cpus_reason = text_of(j, "bind_cpus_reason");
    j.at("bound_memory").get_to(p.bound_memory);
    p.bind_memory_reason = text_of(j, "bind_memory_reason");
    p.affinity_read_back = list_of<std::vector<int>>(j, "affinity_read_back");
    p.pages_before = list_of<PageProof>(j, "pages_before");
    p.pages_after = list_of<PageProof>(j, "pages_after");
    p.pages_reason = text_of(j, "pages_reason");
    j.at("arena_bytes").get_to(p.arena_bytes);
    p.huge_page_bytes = optional_of<std::uint64_t>(j, "huge_page_bytes");
    j.at("steps").get_to(p.steps);
    j.at("steps_migrated").get_to(p.steps_migrated);
}

void to_json(json& j, const EnvironmentFact& f) {
    j = {{"group", f.group}, {"name", f.name}, {"value", text_or_null(f.value)}, {"reason", text_or_null(f.reason)}};
}
void from_json(const json& j, EnvironmentFact& f) {
    j.at("group").get_to(f.group);
    j.at("name").get_to(f.name);
    f.value = text_of(j, "value");
    f.reason = text_of(j, "reason");
}

void to_json(json& j, const FileRecord& f) { j = {{"bytes", f.bytes}, {"sha256", f.sha256}}; }
void from_json(const json& j, FileRecord& f) {
    j.at("bytes").get_to(f.bytes);
    j.at("sha256").get_to(f.sha256);
}

void to_json(json& j, const FailureRecord& f) {
    j = {{"operation", f.operation},
         {"object", f.object},
         {"cause", f.cause},
         {"remedy", f.remedy},
         {"exit_code", f.exit_code}};
}
void from_json(const json& j, FailureRecord& f) {
    j.at("operation").get_to(f.operation);
    j.at("object").get_to(f.object);
    j.at("cause").get_to(f.cause);
    j.at("remedy").get_to(f.remedy);
    j.at("exit_code").get_to(f.exit_code);
}

void to_json(json& j, const PresetRecord& p) {
    j = {{"name", text_or_null(p.name)},
         {"reason", text_or_null(p.reason)},
         {"source", text_or_null(p.source)},
         {"verified", p.verified}};
}
void from_json(const json& j, PresetRecord& p) {
    p.name = text_of(j, "name");
    p.reason = text_of(j, "reason");
    p.source = text_of(j, "source");
    j.at("verified").get_to(p.verified);
}

void to_json(json& j, const UnavailableRecord& u) {
    j = {{"metric", u.metric}, {"reason", u.reason}, {"remedy", text_or_null(u.remedy)}};
}
void from_json(const json& j, UnavailableRecord& u) {
    j.at("metric").get_to(u.metric);
    j.at("reason").get_to(u.reason);
    u.remedy = text_of(j, "remedy");
}

namespace {

nlohmann::ordered_json run_document(const RunRecord& r) {
    nlohmann::ordered_json j;
    j["schema"] = run_schema;
    j["status"] = name_of(r.status);
    j["failure"] = value_or_null(r.failure);
    j["version"] = r.version;
    j["git_revision"] = text_or_null(r.git_revision);
    j["command"] = r.command;
    j["host"] = r.host;
    j["started"] = r.started;
    j["finished"] = text_or_null(r.finished);
    j["workload"] = json(r.workload);
    j["experiments"] = json(r.experiments);
    j["placement"] = json(r.placement);
    j["environment"] = json(r.environment);
    j["collectors"] = json(r.collectors);
    j["preset"] = json(r.preset);
    j["events"] = json(r.events);
    j["passes"] = r.passes;
    j["read_cost"] = json(r.read_cost);
    j["simulation"] = value_or_null(r.simulation);
    j["expected"] = value_or_null(r.expected);
    j["emulation"] = value_or_null(r.emulation);
    j["calibration"] = value_or_null(r.calibration);
    j["calibration_reason"] = text_or_null(r.calibration_reason);
    j["qualification"] = json(r.qualification);
    j["unavailable"] = json(r.unavailable);
    j["warnings"] = json(r.warnings);
    j["files"] = json(r.files);
    return j;
}

RunRecord run_record_of(const json& j) {
    RunRecord r;
    r.status = status_named(j.at("status").get<std::string>());
    r.failure = optional_of<FailureRecord>(j, "failure");
    j.at("version").get_to(r.version);
    r.git_revision = text_of(j, "git_revision");
    r.command = list_of<std::string>(j, "command");
    j.at("host").get_to(r.host);
    j.at("started").get_to(r.started);
    r.finished = text_of(j, "finished");
    j.at("workload").get_to(r.workload);
    r.experiments = list_of<ExperimentRecord>(j, "experiments");
    j.at("placement").get_to(r.placement);
    r.environment = list_of<EnvironmentFact>(j, "environment");
    r.collectors = list_of<CollectorRecord>(j, "collectors");
    j.at("preset").get_to(r.preset);
    r.events = list_of<EventRecord>(j, "events");
    j.at("passes").get_to(r.passes);
    r.read_cost = list_of<ReadCostRecord>(j, "read_cost");
    r.simulation = optional_of<SimulationRecord>(j, "simulation");
    if (j.contains("expected")) r.expected = optional_of<ExpectedRecord>(j, "expected");
    if (j.contains("emulation")) r.emulation = optional_of<EmulationRecord>(j, "emulation");
    if (j.contains("calibration")) r.calibration = optional_of<CalibrationUse>(j, "calibration");
    if (j.contains("calibration_reason")) r.calibration_reason = text_of(j, "calibration_reason");
    j.at("qualification").get_to(r.qualification);
    r.unavailable = list_of<UnavailableRecord>(j, "unavailable");
    r.warnings = list_of<Warning>(j, "warnings");
    j.at("files").get_to(r.files);
    return r;
}

} // namespace

std::string to_json_text(const RunRecord& record) { return document_text(run_document(record)); }

Result<RunRecord> parse_run_record(std::string_view text, const std::string& name) {
    const auto malformed = [&](std::string cause) {
        return fail(
            {ExitCode::bad_data, "read", name, std::move(cause), "give a run directory that bytebound run wrote"});
    };
    try {
        const json document = json::parse(text);
        const auto schema = document.is_object() ? document.value("schema", std::string()) : std::string();
        if (schema != run_schema)
            return malformed("its schema is \"" + schema + "\", not \"" + std::string(run_schema) + "\"");
        return run_record_of(document);
    } catch (const std::exception& error) { // nlohmann's type and key errors, with their path
        return malformed(error.what());
    }
}

} // namespace bytebound
