#include "record/hierarchy_json.hpp"

#include "io/json.hpp"

namespace bytebound {

using nlohmann::json;

namespace {

constexpr const char* level_names[] = {"l1", "l2", "llc"};

json private_level(const std::optional<CacheGeometry>& level, const std::string& source) {
    if (!level) return nullptr;
    return {{"size_bytes", level->size_bytes},
            {"ways", level->ways},
            {"line_bytes", level->line_bytes},
            {"source", source}};
}

std::optional<CacheGeometry> private_level(const json& j, std::string& source) {
    if (j.is_null()) return {};
    j.at("source").get_to(source);
    return CacheGeometry{j.at("size_bytes").get<std::uint64_t>(), j.at("ways").get<std::uint32_t>(),
                         j.at("line_bytes").get<std::uint32_t>()};
}

template <class Value, class Named>
Value word_of(const json& j, const char* key, Named named) {
    const auto name = j.at(key).get<std::string>();
    const std::optional<Value> value = named(name);
    if (!value) throw std::invalid_argument("simulation.hierarchy." + std::string(key) + ": \"" + name + "\" is none");
    return *value;
}

json level_lines(const LevelLines& lines) {
    return {{"hits", lines.hits},
            {"misses", lines.misses},
            {"up_lines", lines.up},
            {"down_lines", lines.down},
            {"victim_lines", lines.victims}};
}

} // namespace

void to_json(json& j, const HierarchyRecord& r) {
    j = {{"policy", name_of(r.spec.policy)},
         {"prefetch", name_of(r.spec.prefetch)},
         {"workers", r.spec.workers},
         {"l1", private_level(r.spec.l1, r.l1_source)},
         {"l2", private_level(r.spec.l2, r.l2_source)}};
}

void from_json(const json& j, HierarchyRecord& r) {
    r.spec.policy = word_of<LlcPolicy>(j, "policy", llc_policy_named);
    r.spec.prefetch = word_of<Prefetch>(j, "prefetch", prefetch_named);
    j.at("workers").get_to(r.spec.workers);
    r.spec.l1 = private_level(j.at("l1"), r.l1_source);
    r.spec.l2 = private_level(j.at("l2"), r.l2_source);
}

void to_json(json& j, const LevelRecord& r) {
    j = {{"steps", r.steps},
         {"prefetched_lines", r.lines.prefetched},
         {"handed_over_lines", r.lines.handed_over},
         {"invalidated_lines", r.lines.invalidated},
         {"back_invalidated_lines", r.lines.back_invalidated}};
    for (std::size_t level = 0; level < cache_level_count; ++level)
        j[level_names[level]] = level_lines(r.lines.levels[level]);
}

void from_json(const json& j, LevelRecord& r) {
    j.at("steps").get_to(r.steps);
    j.at("prefetched_lines").get_to(r.lines.prefetched);
    j.at("handed_over_lines").get_to(r.lines.handed_over);
    j.at("invalidated_lines").get_to(r.lines.invalidated);
    j.at("back_invalidated_lines").get_to(r.lines.back_invalidated);
    for (std::size_t level = 0; level < cache_level_count; ++level) {
        const json& lines = j.at(level_names[level]);
        LevelLines& into = r.lines.levels[level];
        lines.at("hits").get_to(into.hits);
        lines.at("misses").get_to(into.misses);
        lines.at("up_lines").get_to(into.up);
        lines.at("down_lines").get_to(into.down);
        lines.at("victim_lines").get_to(into.victims);
    }
}

} // namespace bytebound
