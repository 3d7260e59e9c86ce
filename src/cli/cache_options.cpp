#include "cli/cache_options.hpp"

#include <tuple>

namespace bytebound {
namespace {

Result<void> model_into(std::optional<LlcPolicy>& target, const std::string& text) {
    target = llc_policy_named(text);
    if (target || text == "llc") return {};
    std::vector<std::string> known{"llc"};
    for (const LlcPolicy policy :
         {LlcPolicy::non_inclusive, LlcPolicy::inclusive, LlcPolicy::exclusive, LlcPolicy::victim})
        known.emplace_back(name_of(policy));
    return unknown_word("--cache-model", "cache model", text, known);
}

Result<void> prefetch_into(Prefetch& target, const std::string& text) {
    const auto prefetch = prefetch_named(text);
    if (!prefetch) return unknown_word("--prefetch", "prefetcher", text, {"none", "next-line"});
    target = *prefetch;
    return {};
}

Result<void> level_into(PrivateLevelChoice& target, const std::string& text) {
    target = {true, {}};
    if (text == "none") return {};
    const auto geometry = TRY(parse_geometry(text));
    target.geometry = geometry;
    return {};
}

} // namespace

void add_cache_options(std::vector<Option>& table, RunOptions& o, const std::string& group) {
    table.push_back({"--llc", "SIZE:WAYS", "geometry of the simulated cache, e.g. 32MiB:16 (this machine's)", group,
                     [&o](const std::string& text) -> Result<void> {
                         const auto geometry = TRY(parse_geometry(text));
                         o.llc = geometry;
                         return {};
                     }});
    table.push_back({"--cache-model", "MODEL",
                     "llc|non-inclusive|inclusive|exclusive|victim: the LLC alone, or below private levels (llc)",
                     group, [&o](const std::string& text) { return model_into(o.cache_model, text); }});
    for (const auto& [name, level, target] :
         {std::tuple{"--l1", "L1 data cache", &o.l1}, std::tuple{"--l2", "L2", &o.l2}})
        table.push_back({name, "SIZE:WAYS",
                         "simulated " + std::string(level) + " of every worker, or none (this machine's)", group,
                         [target](const std::string& text) { return level_into(*target, text); }});
    table.push_back({"--prefetch", "KIND", "none|next-line: the simulated prefetcher (none)", group,
                     [&o](const std::string& text) { return prefetch_into(o.prefetch, text); }});
}

} // namespace bytebound
