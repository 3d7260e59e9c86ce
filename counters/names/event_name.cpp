#include "counters/names/event_name.hpp"

#include "base/text.hpp"
#include "counters/names/resolver.hpp"

namespace bytebound {
namespace {

Failure malformed(std::string_view name, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "resolve event", std::string(name), std::move(cause), std::move(remedy), 0});
}

/// "u", "k", "uk", "ku"; nullopt for any other text.
std::optional<Domain> parse_domain(std::string_view modifiers) {
    if (modifiers == "u") return Domain::user;
    if (modifiers == "k") return Domain::kernel;
    if (modifiers == "uk" || modifiers == "ku") return Domain::user_and_kernel;
    return {};
}

Failure unknown_modifier(std::string_view name, std::string_view modifiers) {
    // Appending avoids a false -Wrestrict of gcc 12 at -O3 for "literal" + string.
    std::string cause = "'";
    cause.append(modifiers).append("' is not a modifier");
    return malformed(name, std::move(cause), "write :u, :k or :uk");
}

bool is_access(std::string_view text) {
    return !text.empty() && text.find_first_not_of("rwx") == std::string_view::npos;
}

/// mem:ADDR[/LEN][:ACCESS][:MODIFIERS]: the body contains everything except the modifiers.
Result<EventName> parse_breakpoint_name(std::string_view name) {
    EventName parsed{EventName::Form::breakpoint, {}, {}, {}};
    std::string_view rest = name.substr(std::string_view("mem:").size());
    const auto colon = rest.rfind(':');
    if (colon != std::string_view::npos && !is_access(rest.substr(colon + 1))) {
        parsed.domain = parse_domain(rest.substr(colon + 1));
        if (!parsed.domain) return unknown_modifier(name, rest.substr(colon + 1));
        rest = rest.substr(0, colon);
    }
    parsed.body = rest;
    return parsed;
}

Result<EventName> parse_pmu_name(std::string_view name) {
    const auto first = name.find('/');
    const auto last = name.rfind('/');
    if (first == last) return malformed(name, "a PMU event ends with '/'", "write PMU/TERMS/");
    if (first == 0) return malformed(name, "there is no PMU before the first '/'", "write PMU/TERMS/");

    EventName parsed{EventName::Form::pmu, std::string(name.substr(0, first)), {}, {}};
    std::string_view modifiers = name.substr(last + 1);
    if (modifiers.starts_with(':')) modifiers.remove_prefix(1);
    if (last + 1 < name.size()) {
        parsed.domain = parse_domain(modifiers);
        if (!parsed.domain) return unknown_modifier(name, modifiers);
    }
    auto terms = parse_terms(name.substr(first + 1, last - first - 1));
    if (!terms) return malformed(name, "its terms are malformed", "write PMU/ALIAS/ or PMU/event=0x..,umask=0x../");
    parsed.terms = std::move(*terms);
    return parsed;
}

/// PMU::EVENT[:ATTRIBUTE]...[:MODIFIERS], libpfm4's form: a suffix that is not one of our modifiers is an attribute.
Result<EventName> parse_vendor_name(std::string_view name) {
    const auto colons = name.find("::");
    if (colons == 0) return malformed(name, "there is no PMU before '::'", "write PMU::EVENT");
    if (colons + 2 == name.size()) return malformed(name, "there is no event after '::'", "write PMU::EVENT");
    EventName parsed{EventName::Form::vendor, {}, {}, {}};
    const auto last = name.rfind(':');
    if (last > colons + 1) parsed.domain = parse_domain(name.substr(last + 1));
    parsed.body = parsed.domain ? name.substr(0, last) : name;
    return parsed;
}

} // namespace

std::optional<std::vector<EventTerm>> parse_terms(std::string_view text) {
    std::vector<EventTerm> terms;
    for (const std::string& part : split(text, ',')) {
        const std::string_view term = trim(part);
        const auto equals = term.find('=');
        const std::string_view key = trim(term.substr(0, equals));
        if (key.empty() || key.find('/') != std::string_view::npos) return {};
        if (equals == std::string_view::npos) {
            terms.push_back({std::string(key), {}});
            continue;
        }
        const std::string_view value = trim(term.substr(equals + 1));
        if (value.empty()) return {};
        terms.push_back({std::string(key), std::string(value)});
    }
    return terms;
}

Result<EventName> parse_event_name(std::string_view name) {
    if (trim(name).empty()) return malformed(name, "the name is empty", "see bytebound events list");
    if (name.starts_with("mem:")) return parse_breakpoint_name(name);
    if (name.find('/') != std::string_view::npos) return parse_pmu_name(name);
    if (name.find("::") != std::string_view::npos) return parse_vendor_name(name);

    EventName parsed;
    const auto colon = name.rfind(':');
    if (colon != std::string_view::npos) {
        parsed.domain = parse_domain(name.substr(colon + 1));
        if (!parsed.domain) return unknown_modifier(name, name.substr(colon + 1));
    }
    parsed.body = name.substr(0, colon);
    return parsed;
}

std::vector<std::string> split_event_names(std::string_view list) {
    std::vector<std::string> names;
    if (trim(list).empty()) return names;
    std::string current;
    bool inside_slashes = false;
    for (const char c : list) {
        // The slash in mem:ADDR/LEN does not open a term list.
        if (c == '/' && !current.starts_with("mem:")) inside_slashes = !inside_slashes;
        if (c == ',' && !inside_slashes) {
            names.push_back(current);
            current.clear();
        } else if (!current.empty() || (c != ' ' && c != '\t')) {
            current += c;
        }
    }
    names.push_back(current);
    for (std::string& name : names)
        name = std::string(trim(name));
    return names;
}

} // namespace bytebound
