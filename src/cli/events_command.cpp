#include <sched.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "counters/registry.hpp"
#include "doctor/diagnosis.hpp"
#include "render/answers/events_text.hpp"

namespace bytebound {
namespace {

/// Lists the events of one of libpfm4's PMUs: "skx::".
ExitCode list_vendor(const std::string& word, bool json) {
    const std::string pmu = word.substr(0, word.size() - 2);
    if (!has_vendor_names())
        return complain({ExitCode::not_possible, "list events of", word, "this build does not include libpfm4",
                         "build with libpfm4 (-Dlibpfm4=enabled)"});
    std::vector<ListedEvent> events;
    for (const std::string& name : vendor_events(pmu))
        events.push_back({name, pmu, "libpfm4"});
    if (!events.empty()) return print(json ? events_list_json(events) : events_list_text(events));
    std::vector<std::string> known;
    for (const VendorPmu& vendor : vendor_pmus())
        known.push_back(vendor.name);
    const auto near = nearest(pmu, known);
    return complain({ExitCode::usage, "list events of", word, "libpfm4 has no such PMU",
                     near ? "did you mean " + *near + "::?" : "bytebound events list --json shows them"});
}

ExitCode list(const std::vector<std::string>& names, const SysRoot& root, bool json) {
    if (names.size() == 2 && names[1].size() > 2 && names[1].ends_with("::")) return list_vendor(names[1], json);
    if (names.size() > 1) {
        return complain({ExitCode::usage, "parse", "argument '" + names[1] + "'",
                         "list accepts only one PMU of libpfm4, as PMU::",
                         "write bytebound events list, or events resolve " + names[1]});
    }
    const auto events = list_events(root);
    // libpfm4 knows which of its PMUs the running machine has, not what a recorded one has.
    const auto vendor = root.is_live() ? vendor_pmus() : std::vector<VendorPmu>{};
    return print(json ? events_list_json(events, vendor) : events_list_text(events, vendor));
}

std::unique_ptr<Collector> perf_collector(Sys& sys, const SysRoot& root) {
    return find_collector(collectors(), "perf")->make(sys, root);
}

/// `perf`: null on a recorded machine, where nothing is opened.
Result<ResolvedName> resolve_one(const std::string& name, const EventResolver& resolver, Collector* perf, int cpu) {
    ResolvedName entry{name, TRY(resolver.resolve(name)), {}, {}};
    if (perf == nullptr) return entry;
    PlanRequest request;
    request.names = {name};
    request.cpu = cpu;
    const auto plan = TRY(perf->plan(request));
    entry.planned = plan.events.front();
    return entry;
}

/// Doctor's reason for a machine without a core PMU, as run gives it.
void take_doctors_cause(std::vector<ResolvedName>& names, Sys& sys, const SysRoot& root) {
    std::optional<SourceDiagnosis> found;
    for (ResolvedName& name : names) {
        const bool planned = name.planned && name.planned->no_core_pmu;
        if (!name.resolution.no_core_pmu && !planned) continue;
        if (!found) found = diagnose_core_pmu(&sys, root);
        if (found->state != SourceState::unavailable) return;
        if (name.resolution.no_core_pmu) {
            name.resolution.unavailable = found->cause;
            name.resolution.remedy = found->remedy;
        }
        if (planned) {
            name.planned->reason = found->cause;
            name.planned->remedy = found->remedy;
        }
    }
}

/// Shows the encoding of each name and, on the running machine, whether it opens.
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
    ExitCode code = ExitCode::done;
    for (std::size_t i = 1; i < names.size(); ++i) {
        auto entry = resolve_one(names[i], resolver, perf.get(), cpu);
        if (!entry) {
            // The others are shown nevertheless.
            const ExitCode refused = complain(entry.error());
            if (code == ExitCode::done) code = refused;
            resolved.push_back({names[i], {}, {}, entry.error()});
            continue;
        }
        resolved.push_back(std::move(*entry));
    }
    take_doctors_cause(resolved, sys, root);
    const std::string text = json ? events_resolve_json(resolved) : events_resolve_text(resolved);
    const ExitCode printed = text.empty() ? ExitCode::done : print(text);
    return code == ExitCode::done ? printed : code;
}

} // namespace

ExitCode events_main(const std::vector<std::string>& words) {
    bool json = false;
    SysRoot root;
    const Syntax syntax{"bytebound events",
                        "list: all event names from the kernel's tables and from /sys of this machine.\n"
                        "list PMU::: libpfm4's names for one PMU.\n"
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
