#include "counters/names/resolver.hpp"

#include <linux/perf_event.h>

#include <algorithm>

#include "base/text.hpp"
#include "counters/names/arm_generic.hpp"
#include "counters/names/breakpoint.hpp"
#include "counters/names/pmu_boxes.hpp"
#include "counters/names/pmu_device.hpp"
#include "counters/names/pmu_terms.hpp"
#include "counters/names/query.hpp"
#include "counters/names/raw_code.hpp"
#include "counters/names/resolution_step.hpp"
#include "counters/names/static_events.hpp"
#include "counters/names/unknown_name.hpp"
#include "counters/names/vendor_names.hpp"

namespace bytebound {
namespace {

// Since Linux 5.13 the high half of a generic event's config selects the core PMU (PERF_PMU_TYPE_SHIFT).
constexpr unsigned pmu_type_shift = 32;

/// Fills in the privilege levels. `no_exclude`: the PMU accepts no exclude bits at all.
Step<Event> with_domain(Event event, const NameQuery& query, bool no_exclude) {
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

Step<Event> pmu_event(const NameQuery& query);

/// A generic event through the PMU's own event, for a kernel that cannot select the PMU otherwise. `why`: the reason.
Step<Event> through_alias(std::uint32_t type, std::uint64_t config, const std::string& pmu, const std::string& why,
                          const NameQuery& query) {
    const auto alias = arm_alias(type, config);
    const auto aliases = pmu_aliases(query.root, pmu);
    if (!alias || !std::binary_search(aliases.begin(), aliases.end(), *alias)) {
        const std::string missing = alias ? " has no event " + std::string(*alias) : " has no event for it";
        return unavailable(why + ", and PMU " + pmu + missing, "write " + pmu + "/event=0x.../, or use a newer kernel");
    }
    NameQuery inside = query;
    inside.parsed.body = pmu;
    inside.parsed.terms = {{std::string(*alias), {}}};
    return pmu_event(inside);
}

/// PERF_TYPE_HARDWARE and PERF_TYPE_HW_CACHE, on the core PMU of the pinned CPU.
Step<Event> on_core_pmu(std::uint32_t type, std::uint64_t config, std::string origin, const NameQuery& query) {
    const auto core = core_pmu_of(query.root, query.cpu);
    if (!core) return unavailable(explain_no_core_pmu(query.root, query.cpu));
    if (const std::string why = refuses_pmu_in_config(query.root, core->name); !why.empty())
        return through_alias(type, config, core->name, why, query);
    Event event;
    event.name = query.written;
    event.pmu = core->name;
    event.type = type;
    event.config = generic_config(query.root, config, core->type);
    event.cpus = core->cpus;
    event.origin = std::move(origin);
    return with_domain(std::move(event), query, false);
}

Step<Event> software_event(std::uint64_t config, const NameQuery& query) {
    Event event;
    event.name = query.written;
    event.pmu = "software";
    event.type = PERF_TYPE_SOFTWARE;
    event.config = config;
    event.origin = "software event";
    return with_domain(std::move(event), query, false);
}

Step<Event> raw_event(std::uint64_t code, const NameQuery& query) {
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

/// cpu_core/cycles/, cpu_core/LLC-loads/: generic names inside the slashes of a core PMU that has no such alias.
std::optional<std::pair<std::uint32_t, std::uint64_t>> generic_term(const NameQuery& query) {
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
Step<void> read_scope(Event& event, const NameQuery& query) {
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

/// An event of one existing PMU.
Step<Event> pmu_event(const NameQuery& query) {
    const std::string& pmu = query.parsed.body;
    const auto type = pmu_type(query.root, pmu);
    if (!type) return broken_sysfs(type.error());

    Event event;
    event.name = query.written;
    event.pmu = pmu;
    event.type = *type;
    if (auto step = read_scope(event, query); !step) return tl::unexpected(step.error());

    if (const auto generic = is_core_pmu(query.root, pmu) ? generic_term(query) : std::nullopt) {
        if (const std::string why = refuses_pmu_in_config(query.root, pmu); !why.empty())
            return through_alias(generic->first, generic->second, pmu, why, query);
        event.type = generic->first;
        event.config = generic_config(query.root, generic->second, *type);
        event.origin = "generic event on PMU " + pmu;
    } else {
        if (query.parsed.terms.empty())
            return wrong_name(query.name(), "it selects no event of PMU " + pmu, "write " + pmu + "/TERMS/");
        auto encoding = encode_terms(query.root, query.written, pmu, query.parsed.terms);
        if (!encoding) return tl::unexpected(encoding.error());
        event.config = encoding->words[0];
        event.config1 = encoding->words[1];
        event.config2 = encoding->words[2];
        event.scale = encoding->scale;
        event.unit = std::move(encoding->unit);
        event.origin = std::move(encoding->origin);
        const auto aliases = event.scope == Scope::cpu ? pmu_aliases(query.root, pmu) : std::vector<std::string>{};
        if (!encoding->raw.empty()) event.caveat = caveat_of_raw_code(encoding->raw, aliases);
    }
    // msr and the uncore drivers register with PERF_PMU_CAP_NO_EXCLUDE: they return EINVAL for exclude bits.
    const bool no_exclude = event.scope == Scope::cpu || pmu == "msr";
    return with_domain(std::move(event), query, no_exclude);
}

// ---- PMU::EVENT:ATTRIBUTE, by libpfm4 ----------------------------------------------------------------------------

/// `perf::PERF_COUNT_SW_TASK_CLOCK`, `perf_raw::r00c0`: the kernel's own events under libpfm4's names.
Step<Event> vendor_generic(const VendorEncoding& encoding, const NameQuery& query) {
    switch (encoding.type) {
    case PERF_TYPE_HARDWARE:
    case PERF_TYPE_HW_CACHE: return on_core_pmu(encoding.type, encoding.words[0], {}, query);
    case PERF_TYPE_SOFTWARE: return software_event(encoding.words[0], query);
    case PERF_TYPE_RAW: return raw_event(encoding.words[0], query);
    default: return unavailable("it is not an event of a counting PMU", "see bytebound events list");
    }
}

Step<Event> vendor_core(const VendorEncoding& encoding, const NameQuery& query) {
    // On a recorded machine libpfm4 cannot check for the CPU, so its encoding is used unchecked.
    if (query.root.is_live() && !encoding.present)
        return unavailable("the CPU of this machine is not libpfm4's " + encoding.pmu,
                           "use an event of this CPU: bytebound events list");
    auto event = TRY(raw_event(encoding.words[0], query));
    event.config1 = encoding.words[1];
    event.config2 = encoding.words[2];
    return event;
}

Step<Event> vendor_uncore(const VendorEncoding& encoding, const NameQuery& query) {
    NameQuery on_device = query;
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

Step<Event> vendor_event(const NameQuery& query) {
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

Step<Event> bare_event(const NameQuery& query) {
    const std::string& name = query.parsed.body;
    if (!query.parsed.suffix.empty()) return unknown_bare_name(query);
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
            NameQuery inside = query;
            inside.parsed.form = EventName::Form::pmu;
            inside.parsed.body = core->name;
            inside.parsed.terms = {{name, {}}};
            return pmu_event(inside);
        }
    }
    if (const auto code = raw_code(name)) {
        auto event = raw_event(*code, query);
        if (event) event->caveat = caveat_of_raw_code(name, {});
        return event;
    }
    return unknown_bare_name(query);
}

// ---- several PMUs ----------------------------------------------------------------------------------------------

Step<Resolution> whole(Step<Event> event) {
    if (!event) return tl::unexpected(event.error());
    return Resolution{std::move(*event), {}, {}};
}

bool has_empty_cpumask(const SysRoot& root, const std::string& pmu) {
    const auto mask = pmu_cpu_list(root, pmu, "cpumask");
    return mask && *mask && (*mask)->empty();
}

/// Of core PMUs, each counts only on its own CPUs: the one of the pinned CPU is meant.
Step<Resolution> one_of_core_pmus(std::vector<Event> events, const NameQuery& query) {
    for (Event& event : events)
        if (event.cpus.empty() || std::binary_search(event.cpus.begin(), event.cpus.end(), query.cpu))
            return Resolution{std::move(event), {}, {}};
    return unavailable("no PMU " + query.parsed.body + " serves CPU " + std::to_string(query.cpu),
                       "pin to a CPU of one of them (--cpus)");
}

/// The sum over the boxes that the name of the PMU matches. A box without an online CPU is left out, with a caveat; so
/// is a PMU of another kind that a glob matches and that does not have the event.
Step<Resolution> sum_of_boxes(const std::vector<std::string>& boxes, const NameQuery& query) {
    std::vector<Event> events;
    std::vector<std::string> left_out;
    std::optional<Refusal> first;
    for (const std::string& box : boxes) {
        NameQuery inside = query;
        inside.parsed.body = box;
        auto event = pmu_event(inside);
        if (event) {
            events.push_back(std::move(*event));
            continue;
        }
        const bool other_kind = is_glob(query.parsed.body) && std::holds_alternative<Error>(event.error());
        if (!other_kind && !has_empty_cpumask(query.root, box)) return tl::unexpected(event.error());
        left_out.push_back(box + " (" + cause_of(event.error()) + ")");
        if (!first) first = event.error();
    }
    if (events.empty() && std::holds_alternative<Error>(*first))
        return wrong_name(query.name(), "none of the PMUs " + join(boxes, ", ") + " has this event",
                          "bytebound events list shows their events");
    if (events.empty()) return tl::unexpected(*first);
    if (events.front().scope == Scope::thread) return one_of_core_pmus(std::move(events), query);
    for (const Event& event : events)
        if (event.scale != events.front().scale || event.unit != events.front().unit || event.scope != Scope::cpu)
            return unavailable("PMUs " + events.front().pmu + " and " + event.pmu + " count in different units",
                               "request them one by one");
    Resolution sum{events.front(), {}, {}};
    if (!left_out.empty()) sum.event->caveat = "the sum leaves out " + join(left_out, ", ");
    if (events.size() > 1) sum.boxes = std::move(events);
    return sum;
}

Step<Resolution> pmu_events(const NameQuery& query) {
    const std::vector<std::string> boxes = boxes_named(query.root, query.parsed.body);
    if (boxes.size() > 1) return sum_of_boxes(boxes, query);
    NameQuery one = query;
    if (boxes.size() == 1) {
        one.parsed.body = boxes.front();
        return whole(pmu_event(one));
    }
    // perf accepts its own terms after a generic name, too: cycles/name=LABEL/.
    if (!query.parsed.terms.empty()) return whole(absent_pmu(query));
    one.parsed.form = EventName::Form::bare;
    return whole(bare_event(one));
}

Step<Resolution> look_up(const NameQuery& query) {
    switch (query.parsed.form) {
    case EventName::Form::pmu: return pmu_events(query);
    case EventName::Form::breakpoint: return whole(breakpoint_event(query));
    case EventName::Form::vendor: return whole(vendor_event(query));
    case EventName::Form::bare: break;
    }
    return whole(bare_event(query));
}

} // namespace

EventResolver::EventResolver(const SysRoot& root, int cpu) : root_(root), cpu_(cpu) {}

Result<Resolution> EventResolver::resolve(std::string_view name) const {
    auto parsed = TRY(parse_event_name(name));
    const std::string label = parsed.label, ignored = parsed.ignored;
    auto found = look_up({root_, cpu_, name, std::move(parsed)});
    if (found) {
        if (!ignored.empty()) found->event->origin += "; ignored: " + ignored;
        found->label = label;
        return std::move(*found);
    }
    if (auto* wrong = std::get_if<Error>(&found.error())) return fail(std::move(*wrong));
    auto& missing = std::get<Diagnosis>(found.error());
    return Resolution{{}, std::move(missing.cause), std::move(missing.remedy), {}, label, missing.no_core_pmu};
}

} // namespace bytebound
