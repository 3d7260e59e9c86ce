#include "cli/cache_options.hpp"

#include <tuple>

#include "base/text.hpp"

namespace bytebound {
namespace {

/// Words of --cache-model: `llc` for the LLC alone, or a policy.
std::vector<std::string> model_names() {
    std::vector<std::string> names = names_of(llc_policy_words());
    names.insert(names.begin(), "llc");
    return names;
}

Result<void> model_into(std::optional<LlcPolicy>& target, const std::string& text) {
    target = llc_policy_named(text);
    if (target || text == "llc") return {};
    return unknown_word("--cache-model", "cache model", text, model_names());
}

Result<void> prefetch_into(Prefetch& target, const std::string& text) {
    const auto prefetch = prefetch_named(text);
    if (!prefetch) return unknown_word("--prefetch", "prefetcher", text, names_of(prefetch_words()));
    target = *prefetch;
    return {};
}

/// Private levels have the line of the LLC.
Result<CacheGeometry> parse_private_level(const std::string& text) {
    const auto geometry = TRY(parse_geometry(text));
    if (geometry.line_bytes == 0) return geometry;
    return fail({ExitCode::usage, "use cache geometry", text, "private levels have the line length of the LLC",
                 "give SIZE:WAYS here, and the line length to --llc"});
}

Result<void> level_into(PrivateLevelChoice& target, const std::string& text) {
    target = {true, {}};
    if (text == "none") return {};
    target.geometry = TRY(parse_private_level(text));
    return {};
}

} // namespace

Option llc_option(std::optional<CacheGeometry>& target, const std::string& help, const std::string& group) {
    return {"--llc", "SIZE:WAYS[:LINE]", help, group, [&target](const std::string& text) -> Result<void> {
                target = TRY(parse_geometry(text));
                return {};
            }};
}

void add_cache_options(std::vector<Option>& table, RunOptions& o, const std::string& group) {
    table.push_back(llc_option(
        o.llc, "geometry of the simulated cache, e.g. 32MiB:16 (this machine's, as is its line length)", group));
    table.push_back({"--cache-model", "MODEL",
                     join(model_names(), "|") + ": the LLC alone, or below private levels (llc)", group,
                     [&o](const std::string& text) { return model_into(o.cache_model, text); }});
    for (const auto& [name, level, target] :
         {std::tuple{"--l1", "L1 data cache", &o.l1}, std::tuple{"--l2", "L2", &o.l2}})
        table.push_back({name, "SIZE:WAYS",
                         "simulated " + std::string(level) + " of every worker, or none (this machine's)", group,
                         [target](const std::string& text) { return level_into(*target, text); }});
    table.push_back({"--prefetch", "KIND", join(names_of(prefetch_words()), "|") + ": the simulated prefetcher (none)",
                     group, [&o](const std::string& text) { return prefetch_into(o.prefetch, text); }});
}

} // namespace bytebound
