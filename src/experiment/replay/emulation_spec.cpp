#include "experiment/replay/emulation_spec.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace bytebound {

using nlohmann::json;

namespace {

template <class Value>
Value required(std::optional<Value> value, const std::string& name) {
    if (!value) throw std::invalid_argument("\"" + name + "\" is not known");
    return *value;
}

std::string loop_word(LoopKind kind) {
    for (const LoopEntry& entry : loops())
        if (entry.kind == kind) return std::string(entry.name);
    return {};
}

LoopKind loop_named(const std::string& name) {
    for (const LoopEntry& entry : loops())
        if (entry.name == name) return entry.kind;
    throw std::invalid_argument("\"" + name + "\" is not a loop");
}

Between between_named(const std::string& name) {
    for (const Between between : {Between::none, Between::use, Between::evict})
        if (name_of(between) == name) return between;
    throw std::invalid_argument("\"" + name + "\" is not a value of --between");
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
        {"active_rows", spec.active_rows},
        {"added", spec.change.added},
        {"removed", spec.change.removed},
        {"alternate", spec.change.alternate},
        {"warmup_steps", spec.warmup_steps},
        {"readings", spec.readings},
        {"batch", spec.batch},
        {"pattern", name_of(spec.pattern)},
        {"seed", spec.seed},
        {"k", spec.k},
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
        j.at("active_rows").get_to(spec.active_rows);
        spec.change = {spec.workspace.pool_rows, spec.active_rows, j.at("added").get<std::uint32_t>(),
                       j.at("removed").get<std::uint32_t>(), j.at("alternate").get<bool>()};
        j.at("warmup_steps").get_to(spec.warmup_steps);
        j.at("readings").get_to(spec.readings);
        j.at("batch").get_to(spec.batch);
        const auto pattern = j.at("pattern").get<std::string>();
        spec.pattern = required(pattern_named(pattern), pattern);
        j.at("seed").get_to(spec.seed);
        j.at("k").get_to(spec.k);
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
