#pragma once
// Names for PAPI. This header does not need the library.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "counters/event.hpp"

namespace bytebound {

/// Whether only PAPI accepts the name: presets (PAPI_TOT_INS) and events of a component (sde:::lib::event). PAPI's
/// other native events have libpfm4's names, which the common grammar also accepts.
bool is_papi_name(std::string_view name);

/// PAPI's name for an event.
struct PapiName {
    std::string name; ///< for PAPI_add_named_event(); empty: PAPI has no such event, see `reason`
    Domain domain = Domain::user;
    std::string reason, remedy;
};

/// PAPI's name for `name`: our names for generic and software events are translated, PAPI's own are kept. An event set
/// counts one domain, here user code; native events that need another domain specify it themselves (masks :u= and :k=).
/// Error: usage, for a malformed name.
Result<PapiName> papi_name_of(std::string_view name);

} // namespace bytebound
