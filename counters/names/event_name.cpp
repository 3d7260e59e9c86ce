#include "counters/names/event_name.hpp"

#include "base/text.hpp"
#include "counters/names/perf_modifiers.hpp"
#include "counters/names/perf_terms.hpp"
#include "counters/names/pmu_boxes.hpp"
#include "counters/names/resolver.hpp"

namespace bytebound {
namespace {

Failure malformed(std::string_view name, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "resolve event", std::string(name), std::move(cause), std::move(remedy), 0});
}

Failure unknown_modifier(std::string_view name, std::string_view modifiers) {
    // Appending avoids a false -Wrestrict of gcc 12 at -O3 for "literal" + string.
    std::string cause = "'";
    cause.append(modifiers).append("' is not a modifier");
    return malformed(name, std::move(cause), "write :u, :k or :uk");
}

void ignore(EventName& parsed, const std::string& what) {
    if (!parsed.ignored.empty()) parsed.ignored += ", ";
    parsed.ignored += what;
}

/// Sets the domain; refuses perf's modifiers that change what is counted.
Result<void> take_modifiers(EventName& parsed, std::string_view name, const Modifiers& modifiers) {
    if (!modifiers.refused.empty()) {
        std::string cause = "perf's modifier ";
        cause.append(modifiers.refused).append(" ").append(modifiers.refusal);
        return malformed(name, std::move(cause), "remove it; :u, :k and :uk select the domain");
    }
    parsed.domain = modifiers.domain;
    if (!modifiers.ignored.empty()) ignore(parsed, ":" + modifiers.ignored);
    return {};
}

Result<void> set_modifiers(EventName& parsed, std::string_view name, std::string_view text) {
    const auto modifiers = parse_modifiers(text);
    if (!modifiers) return unknown_modifier(name, text);
    return take_modifiers(parsed, name, *modifiers);
}

/// Without the quotes of name='LABEL'.
std::string_view unquoted(std::string_view text) {
    const bool quoted = text.size() > 1 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front();
    return quoted ? text.substr(1, text.size() - 2) : text;
}

/// Takes perf's own terms out of the list; what is left is the encoding.
Result<void> take_perf_terms(EventName& parsed, std::string_view name) {
    for (const EventTerm& term : parsed.terms) {
        switch (perf_term(term.key)) {
        case PerfTerm::none: break;
        case PerfTerm::name:
            parsed.label = term.value ? unquoted(*term.value) : std::string_view();
            if (trim(parsed.label).empty()) return malformed(name, "term name has no value", "write name=LABEL");
            break;
        case PerfTerm::ignored: ignore(parsed, term.key); break;
        case PerfTerm::refused: {
            std::string cause = "perf's term ";
            cause.append(term.key).append(" ").append(refusal_of_term(term.key));
            return malformed(name, std::move(cause), "remove it");
        }
        }
    }
    std::erase_if(parsed.terms, [](const EventTerm& term) { return perf_term(term.key) != PerfTerm::none; });
    return {};
}

bool is_access(std::string_view text) {
    return !text.empty() && text.find_first_not_of("rwx") == std::string_view::npos;
}

/// mem:ADDR[/LEN][:ACCESS][:MODIFIERS]: the body contains everything except the modifiers.
Result<EventName> parse_breakpoint_name(std::string_view name) {
    EventName parsed;
    parsed.form = EventName::Form::breakpoint;
    std::string_view rest = name.substr(std::string_view("mem:").size());
    const auto colon = rest.rfind(':');
    if (colon != std::string_view::npos && !is_access(rest.substr(colon + 1))) {
        TRY(set_modifiers(parsed, name, rest.substr(colon + 1)));
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

    const std::string_view pmu = name.substr(0, first);
    if (const char foreign = foreign_character(pmu); foreign != '\0')
        return malformed(name, "'" + std::string(1, foreign) + "' cannot be part of the name of a PMU",
                         "write PMU/TERMS/; bytebound events list shows the PMUs");
    EventName parsed;
    parsed.form = EventName::Form::pmu;
    parsed.body = pmu;
    std::string_view modifiers = name.substr(last + 1);
    if (modifiers.starts_with(':')) modifiers.remove_prefix(1);
    if (last + 1 < name.size()) TRY(set_modifiers(parsed, name, modifiers));
    auto terms = parse_terms(name.substr(first + 1, last - first - 1));
    if (!terms) return malformed(name, "its terms are malformed", "write PMU/ALIAS/ or PMU/event=0x..,umask=0x../");
    parsed.terms = std::move(*terms);
    TRY(take_perf_terms(parsed, name));
    return parsed;
}

/// PMU::EVENT[:ATTRIBUTE]...[:MODIFIERS], libpfm4's form: a suffix that is not one of our modifiers is an attribute.
Result<EventName> parse_vendor_name(std::string_view name) {
    const auto colons = name.find("::");
    if (colons == 0) return malformed(name, "there is no PMU before '::'", "write PMU::EVENT");
    if (colons + 2 == name.size()) return malformed(name, "there is no event after '::'", "write PMU::EVENT");
    EventName parsed;
    parsed.form = EventName::Form::vendor;
    parsed.body = name;
    const auto last = name.rfind(':');
    // Of perf's modifiers only those of the domain: other letters are attributes ("e" is libpfm4's edge).
    const auto modifiers = last > colons + 1 ? parse_modifiers(name.substr(last + 1)) : std::nullopt;
    if (!modifiers || !modifiers->domain || !modifiers->refused.empty() || !modifiers->ignored.empty()) return parsed;
    parsed.domain = modifiers->domain;
    parsed.body = name.substr(0, last);
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
    if (name.find_first_of("{}") != std::string_view::npos)
        return malformed(name, "this is a group in perf's syntax, and groups are planned here",
                         "list its events, separated by commas; those of one ratio share a group");
    if (name.starts_with("mem:")) return parse_breakpoint_name(name);
    if (name.find('/') != std::string_view::npos) return parse_pmu_name(name);
    if (name.find("::") != std::string_view::npos) return parse_vendor_name(name);

    EventName parsed;
    parsed.body = name;
    const auto colon = name.rfind(':');
    if (colon == std::string_view::npos) return parsed;
    parsed.body = name.substr(0, colon);
    if (const auto modifiers = parse_modifiers(name.substr(colon + 1))) {
        TRY(take_modifiers(parsed, name, *modifiers));
    } else {
        // A tracepoint, or a vendor's name with unit masks: the lookup explains it.
        const auto first = name.find(':');
        parsed.body = name.substr(0, first);
        parsed.suffix = name.substr(first + 1);
        if (parsed.suffix.empty()) return unknown_modifier(name, {});
    }
    return parsed;
}

std::vector<std::string> split_event_names(std::string_view list) {
    std::vector<std::string> names;
    if (trim(list).empty()) return names;
    std::string current;
    bool inside_slashes = false;
    int braces = 0;
    for (const char c : list) {
        // The slash in mem:ADDR/LEN does not open a term list.
        if (c == '/' && !current.starts_with("mem:")) inside_slashes = !inside_slashes;
        braces += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (c == ',' && !inside_slashes && braces <= 0) {
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
