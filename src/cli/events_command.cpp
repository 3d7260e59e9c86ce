#include <sched.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "counters/registry.hpp"
#include "report/events_text.hpp"

namespace bytebound {
namespace {

ExitCode list(const std::vector<std::string>& names, const SysRoot& root, bool json) {
    if (names.size() > 1) {
        return complain({ExitCode::usage, "parse", "argument '" + names[1] + "'", "list takes no names",
                         "write bytebound events list, or events resolve " + names[1]});
    }
    const auto events = list_events(root);
    return print(json ? events_list_json(events) : events_list_text(events));
}

std::unique_ptr<Collector> perf_collector(Sys& sys, const SysRoot& root) {
    return find_collector(collectors(), "perf")->make(sys, root);
}

/// What one name becomes, and, on the running machine, whether it opens here.
ExitCode resolve(const std::vector<std::string>& names, const SysRoot& root, bool json) {
    if (names.size() == 1) {
        return complain({ExitCode::usage, "parse", "argument NAME", "it is missing",
                         "write bytebound events resolve NAME..., names as in bytebound events list"});
    }
    const int cpu = root.is_live() ? ::sched_getcpu() : 0;
    const EventResolver resolver(root, cpu);
    KernelSys sys;
    const auto perf = root.is_live() ? perf_collector(sys, root) : nullptr;
    std::vector<ResolvedName> resolved;
    for (std::size_t i = 1; i < names.size(); ++i) {
        const auto resolution = resolver.resolve(names[i]);
        if (!resolution) return complain(resolution.error());
        ResolvedName entry{names[i], *resolution, {}};
        if (perf != nullptr) {
            PlanRequest request;
            request.names = {names[i]};
            request.cpu = cpu;
            const auto plan = perf->plan(request);
            if (!plan) return complain(plan.error());
            entry.planned = plan->events.front();
        }
        resolved.push_back(std::move(entry));
    }
    return print(json ? events_resolve_json(resolved) : events_resolve_text(resolved));
}

} // namespace

ExitCode events_main(const std::vector<std::string>& words) {
    bool json = false;
    SysRoot root;
    const Syntax syntax{"bytebound events",
                        "list: every event name that the kernel's tables and this machine's /sys know.\n"
                        "resolve NAME...: PMU, config words, domain, scale, and whether it opens here.",
                        "bytebound events resolve cycles:u LLC-load-misses msr/tsc/",
                        {json_option(json), sysroot_option(root)},
                        "list|resolve",
                        1,
                        4096};
    const auto parsed = parse(syntax, words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    const std::string& action = parsed->positionals.front();
    if (action == "list") return list(parsed->positionals, root, json);
    if (action == "resolve") return resolve(parsed->positionals, root, json);
    const std::vector<std::string> known{"list", "resolve"};
    const auto near = nearest(action, known);
    return complain({ExitCode::usage, "parse", "argument '" + action + "'", "unknown action",
                     (near ? "did you mean '" + *near + "'? " : "") + "known: list, resolve"});
}

} // namespace bytebound
