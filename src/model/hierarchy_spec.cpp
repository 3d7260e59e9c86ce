#include "model/hierarchy_spec.hpp"

#include <array>
#include <string>
#include <utility>

namespace bytebound {

namespace {

constexpr std::array<std::pair<LlcPolicy, std::string_view>, 4> policies{{{LlcPolicy::non_inclusive, "non-inclusive"},
                                                                          {LlcPolicy::inclusive, "inclusive"},
                                                                          {LlcPolicy::exclusive, "exclusive"},
                                                                          {LlcPolicy::victim, "victim"}}};
constexpr std::array<std::pair<Prefetch, std::string_view>, 2> prefetches{
    {{Prefetch::none, "none"}, {Prefetch::next_line, "next-line"}}};

template <class Table, class Value>
std::string_view name_in(const Table& table, Value value) {
    for (const auto& [entry, name] : table)
        if (entry == value) return name;
    return {};
}

template <class Value, std::size_t size>
std::optional<Value> named_in(const std::array<std::pair<Value, std::string_view>, size>& table,
                              std::string_view name) {
    for (const auto& [value, entry] : table)
        if (entry == name) return value;
    return {};
}

Failure refuse_hierarchy(std::string object, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "use cache hierarchy", std::move(object), std::move(cause), std::move(remedy)});
}

} // namespace

std::string_view name_of(LlcPolicy policy) { return name_in(policies, policy); }
std::string_view name_of(Prefetch prefetch) { return name_in(prefetches, prefetch); }
std::optional<LlcPolicy> llc_policy_named(std::string_view name) { return named_in(policies, name); }
std::optional<Prefetch> prefetch_named(std::string_view name) { return named_in(prefetches, name); }

Result<void> check(const HierarchySpec& spec) {
    constexpr unsigned most_workers = 4096;
    TRY(check(spec.llc));
    const std::array<std::pair<std::string_view, const std::optional<CacheGeometry>*>, 2> levels{
        {{"L1", &spec.l1}, {"L2", &spec.l2}}};
    for (const auto& [name, level] : levels) {
        if (!*level) continue;
        TRY(check(**level));
        if ((*level)->line_bytes != spec.llc.line_bytes)
            return refuse_hierarchy(std::string(name),
                                    "its lines have " + std::to_string((*level)->line_bytes) +
                                        " bytes, those of the LLC " + std::to_string(spec.llc.line_bytes),
                                    "give every level the same line");
    }
    if (!spec.l1 && !spec.l2 && (spec.policy == LlcPolicy::exclusive || spec.policy == LlcPolicy::victim))
        return refuse_hierarchy(std::string(name_of(spec.policy)),
                                "this LLC is filled only from a private cache, and there is none",
                                "give an L1 or an L2");
    if (spec.workers == 0 || spec.workers > most_workers)
        return refuse_hierarchy(std::to_string(spec.workers) + " workers", "the number must be from 1 to 4096",
                                "give fewer");
    return {};
}

} // namespace bytebound
