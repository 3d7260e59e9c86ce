#include "experiment/replay/emulation_spec.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "workload/patterns.hpp"

namespace bytebound {

using nlohmann::json;

namespace {

template <class Value>
Value required(std::optional<Value> value, const std::string& name) {
    if (!value) throw std::invalid_argument("\"" + name + "\" is not known");
    return *value;
}

std::string loop_word(LoopKind kind) {
    const LoopEntry* entry = find_loop(kind);
    return entry == nullptr ? std::string() : std::string(entry->name);
}

LoopKind loop_named(const std::string& name) {
    if (const LoopEntry* entry = find_loop(name)) return entry->kind;
    throw std::invalid_argument("\"" + name + "\" is not a loop");
}

Between between_named(const std::string& name) {
    if (const auto between = value_named(between_words(), name)) return *between;
    throw std::invalid_argument("\"" + name + "\" is not a --between value");
}

json layout_of(const RowLayout& layout) {
    json groups = json::array();
    for (const auto& group : layout.groups)
        groups.push_back({{"name", group.name}, {"row_bytes", group.row_bytes}});
    return groups;
}

} // namespace

std::string reading_label(std::uint32_t reading) { return "reading " + std::to_string(reading); }

std::string to_json_text(const EmulationSpec& spec) {
    const json j = {
        {"collector", spec.collector},
        {"loop", loop_word(spec.loop)},
        {"copy", name_of(spec.copy)},
        {"tau", spec.tau},
        {"pool_rows", spec.workspace.pool_rows},
        {"groups", layout_of(spec.workspace.layout)},
        {"mask_count", spec.workspace.mask_count},
        {"oracle_pairs", spec.workspace.oracle_pairs},
        {"active_rows", spec.trace.workload.active_rows},
        {"added", spec.trace.change.added},
        {"removed", spec.trace.change.removed},
        {"alternate", spec.trace.change.alternate},
        {"warmup_steps", spec.trace.warmup_steps},
        {"readings", spec.readings},
        {"batch", spec.batch},
        {"pattern", to_text(spec.trace.workload.pattern)},
        {"seed", spec.trace.workload.seed},
        {"k", spec.trace.k()},
        {"between", name_of(spec.between)},
        {"llc_bytes", spec.last_level.size_bytes},
        {"llc_ways", spec.last_level.ways},
        {"line_bytes", spec.last_level.line_bytes},
        {"cpus", spec.cpus},
        {"parent", spec.parent},
    };
    return j.dump(2) + "\n";
}

Result<EmulationSpec> parse_emulation_spec(std::string_view text, const std::string& name) {
    try {
        const json j = json::parse(text);
        EmulationSpec spec;
        j.at("collector").get_to(spec.collector);
        spec.loop = loop_named(j.at("loop").get<std::string>());
        const auto copy = j.at("copy").get<std::string>();
        spec.copy = required(copy_method_named(copy), copy);
        j.at("tau").get_to(spec.tau);
        j.at("pool_rows").get_to(spec.workspace.pool_rows);
        for (const json& group : j.at("groups"))
            spec.workspace.layout.groups.push_back(
                {group.at("name").get<std::string>(), group.at("row_bytes").get<std::uint64_t>()});
        j.at("mask_count").get_to(spec.workspace.mask_count);
        j.at("oracle_pairs").get_to(spec.workspace.oracle_pairs);
        j.at("active_rows").get_to(spec.trace.workload.active_rows);
        spec.trace.workload.pool_rows = spec.workspace.pool_rows;
        spec.trace.change = {j.at("added").get<std::uint32_t>(), j.at("removed").get<std::uint32_t>(),
                             j.at("alternate").get<bool>()};
        j.at("warmup_steps").get_to(spec.trace.warmup_steps);
        j.at("readings").get_to(spec.readings);
        j.at("batch").get_to(spec.batch);
        spec.trace.measured_steps = spec.readings * spec.batch;
        const auto pattern = j.at("pattern").get<std::string>();
        if (!check(pattern_of(pattern))) throw std::invalid_argument("\"" + pattern + "\" is not known");
        spec.trace.workload.pattern = pattern_of(pattern);
        j.at("seed").get_to(spec.trace.workload.seed);
        if (j.at("k").get<std::uint32_t>() != spec.trace.k())
            throw std::invalid_argument("\"k\" is not added + removed");
        spec.between = between_named(j.at("between").get<std::string>());
        j.at("llc_bytes").get_to(spec.last_level.size_bytes);
        j.at("llc_ways").get_to(spec.last_level.ways);
        j.at("line_bytes").get_to(spec.last_level.line_bytes);
        j.at("cpus").get_to(spec.cpus);
        j.at("parent").get_to(spec.parent);
        return spec;
    } catch (const std::exception& exception) {
        return fail({ExitCode::bad_data, "read", name, exception.what(),
                     "bytebound run --collector callgrind writes such files itself"});
    }
}

} // namespace bytebound
