#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <regex>

#include "preset/preset.hpp"

namespace bytebound {
namespace {

/// Thrown inside this file only; parse_preset() turns it into an Error.
struct Wrong {
    std::size_t line = 0;
    std::string cause;
};

template <class Node>
[[noreturn]] void wrong(const Node& node, std::string cause) {
    throw Wrong{node.source().begin.line, std::move(cause)};
}

void allow_keys(const toml::table& table, std::initializer_list<std::string_view> known, const std::string& where) {
    for (const auto& [key, value] : table)
        if (std::find(known.begin(), known.end(), key.str()) == known.end())
            wrong(key, "unknown key \"" + where + std::string(key.str()) + "\"");
}

std::string text(const toml::table& table, std::string_view key, bool required) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
        if (required) wrong(table, "key \"" + std::string(key) + "\" is missing");
        return {};
    }
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) wrong(*node, "key \"" + std::string(key) + "\" is not a text");
    return *value;
}

std::uint32_t number(const toml::node& node, std::string_view key) {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < 0 || *value > std::numeric_limits<std::uint32_t>::max())
        wrong(node, "key \"" + std::string(key) + "\" is not an unsigned number of 32 bits");
    return static_cast<std::uint32_t>(*value);
}

std::optional<std::uint32_t> optional_number(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    return number(*node, key);
}

const toml::array* list(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return nullptr;
    if (!node->is_array() || node->as_array()->empty())
        wrong(*node, "key \"" + std::string(key) + "\" is not a list with something in it");
    return node->as_array();
}

/// [0x55, [0x60, 0x6f]]: numbers and inclusive ranges.
std::vector<NumberRange> ranges(const toml::table& table, std::string_view key) {
    std::vector<NumberRange> found;
    const toml::array* array = list(table, key);
    if (array == nullptr) return found;
    for (const toml::node& item : *array) {
        if (const toml::array* pair = item.as_array()) {
            if (pair->size() != 2) wrong(item, "key \"" + std::string(key) + "\": a range has a first and a last");
            found.push_back({number(*pair->get(0), key), number(*pair->get(1), key)});
            if (found.back().first > found.back().last)
                wrong(item, "key \"" + std::string(key) + "\": the range ends before it begins");
        } else {
            const std::uint32_t value = number(item, key);
            found.push_back({value, value});
        }
    }
    return found;
}

CpuMatch cpu_match(const toml::table& table) {
    allow_keys(table, {"vendor", "family", "models", "steppings", "implementer", "parts"}, "match.");
    CpuMatch match;
    match.vendor = text(table, "vendor", false);
    match.family = optional_number(table, "family");
    match.models = ranges(table, "models");
    match.steppings = ranges(table, "steppings");
    match.implementer = optional_number(table, "implementer");
    if (const toml::array* parts = list(table, "parts"))
        for (const toml::node& part : *parts)
            match.parts.push_back(number(part, "parts"));
    const bool x86 = !match.vendor.empty() && match.family, arm = match.implementer && !match.parts.empty();
    if (x86 == arm) wrong(table, "key \"match\" needs vendor and family, or implementer and parts");
    return match;
}

CoreEvent core_event(const toml::table& table) {
    allow_keys(table, {"pmu", "terms", "event", "counts"}, "core.llc_misses.");
    CoreEvent event{text(table, "pmu", false), text(table, "terms", false), text(table, "event", false),
                    text(table, "counts", true)};
    const bool by_terms = !event.pmu.empty() && !event.terms.empty();
    const bool any_terms = !event.pmu.empty() || !event.terms.empty();
    if (any_terms ? !by_terms || !event.event.empty() : event.event.empty())
        wrong(table, "key \"core.llc_misses\" needs pmu and terms, or event");
    try {
        const std::regex compiles(event.pmu, std::regex::extended);
    } catch (const std::regex_error&) {
        wrong(*table.get("pmu"), "key \"pmu\" is not a regular expression");
    }
    return event;
}

Preset preset_of(const toml::table& table) {
    allow_keys(table, {"name", "title", "source", "verified", "match", "core"}, "");
    Preset preset;
    preset.name = text(table, "name", true);
    preset.title = text(table, "title", true);
    preset.source = text(table, "source", true);
    const toml::node* verified = table.get("verified");
    if (verified == nullptr || !verified->is_boolean()) wrong(table, "key \"verified\" must be true or false");
    preset.verified = verified->as_boolean()->get();
    if (const toml::array* matches = list(table, "match")) {
        for (const toml::node& item : *matches) {
            if (!item.is_table()) wrong(item, "key \"match\" is not a table");
            preset.matches.push_back(cpu_match(*item.as_table()));
        }
    }
    if (const toml::node* core = table.get("core")) {
        if (!core->is_table()) wrong(*core, "key \"core\" is not a table");
        allow_keys(*core->as_table(), {"llc_misses", "no_llc_misses"}, "core.");
        preset.no_llc_misses = text(*core->as_table(), "no_llc_misses", false);
        if (const toml::node* event = core->as_table()->get("llc_misses")) {
            if (!event->is_table()) wrong(*event, "key \"core.llc_misses\" is not a table");
            preset.llc_misses = core_event(*event->as_table());
        }
    }
    if (preset.llc_misses.has_value() == !preset.no_llc_misses.empty())
        wrong(table, "key \"core\" needs either llc_misses or no_llc_misses");
    return preset;
}

} // namespace

Result<Preset> parse_preset(std::string_view toml, const std::string& file) {
    const auto bad = [&](std::size_t line, std::string cause) {
        return fail({ExitCode::bad_data, "read preset", file + ":" + std::to_string(std::max<std::size_t>(line, 1)),
                     std::move(cause), "see the files in presets/ for the keys"});
    };
    try {
        return preset_of(toml::parse(toml, file));
    } catch (const Wrong& error) {
        return bad(error.line, error.cause);
    } catch (const toml::parse_error& error) {
        return bad(error.source().begin.line, std::string(error.description()));
    }
}

} // namespace bytebound
