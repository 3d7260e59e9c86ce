#include "model/hierarchy_spec.hpp"

#include <array>
#include <string>
#include <utility>

namespace bytebound {

namespace {

Failure refuse_hierarchy(std::string object, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "use cache hierarchy", std::move(object), std::move(cause), std::move(remedy)});
}

} // namespace

std::span<const NamedValue<LlcPolicy>> llc_policy_words() {
    static constexpr NamedValue<LlcPolicy> words[] = {{LlcPolicy::non_inclusive, "non-inclusive"},
                                                      {LlcPolicy::inclusive, "inclusive"},
                                                      {LlcPolicy::exclusive, "exclusive"},
                                                      {LlcPolicy::victim, "victim"}};
    return words;
}

std::span<const NamedValue<Prefetch>> prefetch_words() {
    static constexpr NamedValue<Prefetch> words[] = {{Prefetch::none, "none"}, {Prefetch::next_line, "next-line"}};
    return words;
}

std::string_view name_of(LlcPolicy policy) { return name_in(llc_policy_words(), policy); }
std::string_view name_of(Prefetch prefetch) { return name_in(prefetch_words(), prefetch); }
std::optional<LlcPolicy> llc_policy_named(std::string_view name) { return value_named(llc_policy_words(), name); }
std::optional<Prefetch> prefetch_named(std::string_view name) { return value_named(prefetch_words(), name); }

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
