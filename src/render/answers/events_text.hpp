#pragma once

#include <optional>
#include <string>
#include <vector>

#include "counters/collector.hpp"
#include "counters/names/resolver.hpp"
#include "counters/names/vendor_names.hpp"

namespace bytebound {

/// The resolution of one name, or the error that makes it no name of an event.
struct ResolvedName {
    std::string name;
    Resolution resolution;
    std::optional<PlannedEvent> planned; ///< nullopt: not tried (a recorded machine)
    std::optional<Error> wrong = {};
};

/// `bytebound events list`: names by PMU and kind. `vendor`: the additional PMUs in libpfm4's tables.
std::string events_list_text(const std::vector<ListedEvent>& events, const std::vector<VendorPmu>& vendor = {});
std::string events_list_json(const std::vector<ListedEvent>& events, const std::vector<VendorPmu>& vendor = {});

/// `bytebound events resolve`: PMU, config words, domain, scale, and whether it opens on this machine.
std::string events_resolve_text(const std::vector<ResolvedName>& names);
std::string events_resolve_json(const std::vector<ResolvedName>& names);

} // namespace bytebound
