#include "counters/names/resolver.hpp"

#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>

#include <algorithm>

#include "base/text.hpp"
#include "counters/names/event_name.hpp"
#include "counters/names/pmu_device.hpp"
#include "counters/names/pmu_terms.hpp"
#include "counters/names/resolution_step.hpp"
#include "counters/names/static_events.hpp"
#include "counters/names/vendor_names.hpp"

namespace bytebound {
namespace {

// Since Linux 5.13 the high half of a generic event's config selects the core PMU (PERF_PMU_TYPE_SHIFT).
constexpr unsigned pmu_type_shift = 32;

/// The name being resolved and where it is looked up.
struct Query {
    const SysRoot& root;
    int cpu;
    std::string_view written; ///< the complete name
    EventName parsed;

    std::string name() const { return std::string(written); }
};

/// Fills in the privilege levels. `no_exclude`: the PMU accepts no exclude bits at all.
Step<Event> with_domain(Event event, const Query& query, bool no_exclude) {
    const auto& asked = query.parsed.domain;
    if (no_exclude) {
        if (asked) {
            return unavailable("PMU " + event.pmu + " counts all privilege levels and cannot be restricted",
                               "leave out the modifier");
        }
        event.domain = Domain::unrestricted;
        return event;
    }
    if (happens_in_kernel_only(event.type, event.config)) {
        if (asked == Domain::user) {
            return unavailable("it happens only inside the kernel: restricted to user code it counts 0",
                               "leave out :u");
        }
        event.domain = asked.value_or(Domain::user_and_kernel);
        return event;
    }
    event.domain = asked.value_or(Domain::user);
    return event;
}

/// Config word of a generic event on the core PMU with this type.
std::uint64_t generic_config(const SysRoot& root, std::uint64_t config, std::uint32_t pmu_type) {
    return has_several_core_pmus(root) ? config | std::uint64_t{pmu_type} << pmu_type_shift : config;
}

/// PERF_TYPE_HARDWARE and PERF_TYPE_HW_CACHE, on the core PMU of the pinned CPU.
Step<Event> on_core_pmu(std::uint32_t type, std::uint64_t config, std::string origin, const Query& query) {
    const auto core = core_pmu_of(query.root, query.cpu);
    if (!core) return unavailable(explain_no_core_pmu(query.root, query.cpu));
    Event event;
    event.name = query.written;
    event.pmu = core->name;
    event.type = type;
    event.config = generic_config(query.root, config, core->type);
    event.cpus = core->cpus;
    event.origin = std::move(origin);
    return with_domain(std::move(event), query, false);
}

Step<Event> software_event(std::uint64_t config, const Query& query) {
    Event event;
    event.name = query.written;
    event.pmu = "software";
    event.type = PERF_TYPE_SOFTWARE;
    event.config = config;
    event.origin = "software event";
    return with_domain(std::move(event), query, false);
}

/// rNNNN; nullopt if the name does not have that form.
std::optional<std::uint64_t> raw_code(std::string_view name) {
    if (name.size() < 2 || name.size() > 17 || name[0] != 'r') return {};
    return parse_unsigned("0x" + std::string(name.substr(1)));
}

Step<Event> raw_event(std::uint64_t code, const Query& query) {
    const auto core = core_pmu_of(query.root, query.cpu);
    if (!core) return unavailable(explain_no_core_pmu(query.root, query.cpu));
    Event event;
    event.name = query.written;
    event.pmu = core->name;
    event.type = core->type;
    event.config = code;
    event.cpus = core->cpus;
    event.origin = "raw code on PMU " + core->name;
    return with_domain(std::move(event), query, false);
}

// ---- pmu/terms/ ------------------------------------------------------------------------------------------------

/// A PMU that this machine lacks: a known event without hardware. Hints if the user forgot the instance number.
Step<Event> absent_pmu(const Query& query) {
    const std::string& pmu = query.parsed.body;
    std::vector<std::string> instances, names = pmu_names(query.root);
    for (const std::string& name : names) {
        if (name.starts_with(pmu + "_")) instances.push_back(name);
    }
    std::string remedy = "see bytebound events list";
    if (!instances.empty()) {
        remedy = "use one of " + join(instances, ", ");
    } else if (const auto near = nearest(pmu, names)) {
        remedy = "did you mean " + *near + "?";
    }
    return unavailable("this machine has no PMU " + pmu, remedy);
}

/// cpu_core/cycles/, cpu_core/LLC-loads/: generic names inside the slashes of a core PMU that has no such alias.
std::optional<std::pair<std::uint32_t, std::uint64_t>> generic_term(const Query& query) {
    if (query.parsed.terms.size() != 1 || query.parsed.terms[0].value) return {};
    const std::string& key = query.parsed.terms[0].key;
    const std::string& pmu = query.parsed.body;
    if (query.root.exists(pmu_path(pmu, "events/" + key)) || query.root.exists(pmu_path(pmu, "format/" + key)))
        return {};
    if (const auto config = hardware_config(key)) return std::pair(std::uint32_t{PERF_TYPE_HARDWARE}, *config);
    const auto cache = parse_cache_event(key);
    if (cache && cache->exists_anywhere) return std::pair(std::uint32_t{PERF_TYPE_HW_CACHE}, cache->config);
    return {};
}

/// Uncore PMUs have a cpumask with one CPU per box, and cannot follow threads.
Step<void> read_scope(Event& event, const Query& query) {
    const auto mask = pmu_cpu_list(query.root, event.pmu, "cpumask");
    if (!mask) return broken_sysfs(mask.error());
    const auto cpus = pmu_cpu_list(query.root, event.pmu, "cpus");
    if (!cpus) return broken_sysfs(cpus.error());
    if (*mask) {
        if ((*mask)->empty())
            return unavailable("PMU " + event.pmu + " does not serve any online CPU", "bring one online");
        event.scope = Scope::cpu;
        event.cpus = **mask;
    } else if (event.pmu.starts_with("uncore_")) {
        return unavailable("broken sysfs: uncore PMU " + event.pmu + " has no cpumask", "see dmesg for its driver");
    } else if (*cpus) {
        event.cpus = **cpus;
    }
    return {};
}

Step<Event> pmu_event(const Query& query) {
    const std::string& pmu = query.parsed.body;
    if (!pmu_exists(query.root, pmu)) return absent_pmu(query);
    const auto type = pmu_type(query.root, pmu);
    if (!type) return broken_sysfs(type.error());

    Event event;
    event.name = query.written;
    event.pmu = pmu;
    event.type = *type;
    if (auto step = read_scope(event, query); !step) return tl::unexpected(step.error());

    if (const auto generic = is_core_pmu(query.root, pmu) ? generic_term(query) : std::nullopt) {
        event.type = generic->first;
        event.config = generic_config(query.root, generic->second, *type);
        event.origin = "generic event on PMU " + pmu;
    } else {
        auto encoding = encode_terms(query.root, query.written, pmu, query.parsed.terms);
        if (!encoding) return tl::unexpected(encoding.error());
        event.config = encoding->words[0];
        event.config1 = encoding->words[1];
        event.config2 = encoding->words[2];
        event.scale = encoding->scale;
        event.unit = std::move(encoding->unit);
        event.origin = std::move(encoding->origin);
    }
    // msr and the uncore drivers register with PERF_PMU_CAP_NO_EXCLUDE: they return EINVAL for exclude bits.
    const bool no_exclude = event.scope == Scope::cpu || pmu == "msr";
    return with_domain(std::move(event), query, no_exclude);
}

// ---- mem:ADDR[/LEN][:rwx] --------------------------------------------------------------------------------------

Step<Event> breakpoint_event(const Query& query) {
    const auto wrong = [&](std::string cause) {
        return wrong_name(query.name(), std::move(cause), "write mem:0xADDRESS/LENGTH:w (LENGTH 1, 2, 4 or 8)");
    };
    std::string_view rest = query.parsed.body;
    std::uint32_t type = 0;
    if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
        for (const char access : rest.substr(colon + 1)) {
            if (access == 'r')
                type |= HW_BREAKPOINT_R;
            else if (access == 'w')
                type |= HW_BREAKPOINT_W;
            else if (access == 'x')
                type |= HW_BREAKPOINT_X;
            else
                return wrong("'" + std::string(1, access) + "' is not a kind of access");
        }
        rest = rest.substr(0, colon);
    }
    if (type == 0) type = HW_BREAKPOINT_RW;

    const auto slash = rest.find('/');
    const auto address = parse_unsigned(rest.substr(0, slash));
    if (!address) return wrong("'" + std::string(rest.substr(0, slash)) + "' is not an address");
    // perf's defaults: the kernel accepts only word-sized execution breakpoints.
    std::uint64_t length = (type & HW_BREAKPOINT_X) != 0 ? sizeof(long) : std::uint64_t{HW_BREAKPOINT_LEN_4};
    if (slash != std::string_view::npos) {
        const auto given = parse_unsigned(rest.substr(slash + 1));
        if (!given || (*given != 1 && *given != 2 && *given != 4 && *given != 8))
            return wrong("'" + std::string(rest.substr(slash + 1)) + "' is not a length");
        length = *given;
    }

    Event event;
    event.name = query.written;
    event.pmu = "breakpoint";
    event.type = PERF_TYPE_BREAKPOINT;
    event.breakpoint_type = type;
    event.config1 = *address;
    event.config2 = length;
    event.origin = "breakpoint";
    return with_domain(std::move(event), query, false);
}

// ---- PMU::EVENT:ATTRIBUTE, by libpfm4 ----------------------------------------------------------------------------

/// `perf::PERF_COUNT_SW_TASK_CLOCK`, `perf_raw::r00c0`: the kernel's own events under libpfm4's names.
Step<Event> vendor_generic(const VendorEncoding& encoding, const Query& query) {
    switch (encoding.type) {
    case PERF_TYPE_HARDWARE:
    case PERF_TYPE_HW_CACHE: return on_core_pmu(encoding.type, encoding.words[0], {}, query);
    case PERF_TYPE_SOFTWARE: return software_event(encoding.words[0], query);
    case PERF_TYPE_RAW: return raw_event(encoding.words[0], query);
    default: return unavailable("it is not an event of a counting PMU", "see bytebound events list");
    }
}

Step<Event> vendor_core(const VendorEncoding& encoding, const Query& query) {
    // On a recorded machine libpfm4 cannot check for the CPU, so its encoding is used unchecked.
    if (query.root.is_live() && !encoding.present)
        return unavailable("the CPU of this machine is not libpfm4's " + encoding.pmu,
                           "use an event of this CPU: bytebound events list");
    auto event = TRY(raw_event(encoding.words[0], query));
    event.config1 = encoding.words[1];
    event.config2 = encoding.words[2];
    return event;
}

Step<Event> vendor_uncore(const VendorEncoding& encoding, const Query& query) {
    Query on_device = query;
    on_device.parsed.body = encoding.device;
    if (!pmu_exists(query.root, encoding.device)) return absent_pmu(on_device);
    const auto type = pmu_type(query.root, encoding.device);
    if (!type) return broken_sysfs(type.error());
    Event event;
    event.name = query.written;
    event.pmu = encoding.device;
    event.type = *type;
    event.config = encoding.words[0];
    event.config1 = encoding.words[1];
    event.config2 = encoding.words[2];
    if (auto step = read_scope(event, query); !step) return tl::unexpected(step.error());
    return with_domain(std::move(event), query, true);
}

Step<Event> vendor_event(const Query& query) {
    auto encoding = encode_vendor_name(query.parsed.body);
    if (!encoding) return tl::unexpected(encoding.error());
    const auto look_up = [&] {
        switch (encoding->kind) {
        case VendorEncoding::Kind::generic: return vendor_generic(*encoding, query);
        case VendorEncoding::Kind::uncore: return vendor_uncore(*encoding, query);
        case VendorEncoding::Kind::core: break;
        }
        return vendor_core(*encoding, query);
    };
    auto event = look_up();
    if (event) event->origin = "libpfm4 " + encoding->full_name;
    return event;
}

// ---- bare names ------------------------------------------------------------------------------------------------

Step<Event> unknown_bare_name(const Query& query) {
    const std::string& name = query.parsed.body;
    std::vector<std::string> known;
    for (const ListedEvent& event : list_events(query.root)) {
        if (event.name.ends_with("/" + name + "/"))
            return wrong_name(query.name(), "no event has this name", "did you mean " + event.name + "?");
        known.push_back(event.name);
    }
    if (pmu_exists(query.root, name))
        return wrong_name(query.name(), "this is a PMU, not an event", "write " + name + "/TERMS/");
    if (const auto near = nearest(name, known))
        return wrong_name(query.name(), "no event has this name", "did you mean " + *near + "?");
    return wrong_name(query.name(), "no event has this name", "see bytebound events list");
}

Step<Event> bare_event(const Query& query) {
    const std::string& name = query.parsed.body;
    if (const auto config = hardware_config(name))
        return on_core_pmu(PERF_TYPE_HARDWARE, *config, "generic hardware event", query);
    if (const auto config = software_config(name)) return software_event(*config, query);
    if (const auto cache = parse_cache_event(name)) {
        if (!cache->exists_anywhere)
            return wrong_name(query.name(), "this cache has no such access", "see bytebound events list");
        return on_core_pmu(PERF_TYPE_HW_CACHE, cache->config, "generic cache event", query);
    }
    // As in perf, aliases of the core PMU need no slashes.
    const auto core = core_pmu_of(query.root, query.cpu);
    if (core && !name.empty()) {
        const auto aliases = pmu_aliases(query.root, core->name);
        if (std::binary_search(aliases.begin(), aliases.end(), name)) {
            Query inside = query;
            inside.parsed.form = EventName::Form::pmu;
            inside.parsed.body = core->name;
            inside.parsed.terms = {{name, {}}};
            return pmu_event(inside);
        }
    }
    if (const auto code = raw_code(name)) return raw_event(*code, query);
    return unknown_bare_name(query);
}

Step<Event> look_up(const Query& query) {
    switch (query.parsed.form) {
    case EventName::Form::pmu: return pmu_event(query);
    case EventName::Form::breakpoint: return breakpoint_event(query);
    case EventName::Form::vendor: return vendor_event(query);
    case EventName::Form::bare: break;
    }
    return bare_event(query);
}

} // namespace

EventResolver::EventResolver(const SysRoot& root, int cpu) : root_(root), cpu_(cpu) {}

Result<Resolution> EventResolver::resolve(std::string_view name) const {
    auto parsed = TRY(parse_event_name(name));
    auto event = look_up({root_, cpu_, name, std::move(parsed)});
    if (event) return Resolution{std::move(*event), {}, {}};
    if (auto* wrong = std::get_if<Error>(&event.error())) return fail(std::move(*wrong));
    auto& missing = std::get<Diagnosis>(event.error());
    return Resolution{{}, std::move(missing.cause), std::move(missing.remedy)};
}

} // namespace bytebound
