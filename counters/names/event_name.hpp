#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "counters/event.hpp"

namespace bytebound {

/// "key=value" or "key" of pmu/terms/.
struct EventTerm {
    std::string key;
    std::optional<std::string> value;
};

/// The parts of an event name, before any lookup. A name has exactly one of the four forms.
struct EventName {
    enum class Form { bare, pmu, breakpoint, vendor };
    Form form = Form::bare;
    std::string body; ///< bare: the name; pmu: the device; breakpoint: address, length, access; vendor: PMU::EVENT:...
    std::vector<EventTerm> terms; ///< form pmu
    std::optional<Domain> domain; ///< from a modifier; nullopt: the default
    std::string label;            ///< from name=; empty: the name as it is written
    std::string ignored;          ///< perf's modifiers and terms without a meaning for counting: "period, :S"
    std::string suffix;           ///< bare: the text after the first ':', if it is not a modifier
};

/// Error: usage, with the malformed part of the name.
Result<EventName> parse_event_name(std::string_view name);

/// "event=0x04,umask=0x03" -> terms; nullopt if a term has no key or an empty value.
std::optional<std::vector<EventTerm>> parse_terms(std::string_view text);

} // namespace bytebound
