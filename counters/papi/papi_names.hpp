#pragma once
// Names for PAPI; nothing here needs the library.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "counters/event.hpp"

namespace bytebound {

/// Names that PAPI alone understands: presets (PAPI_TOT_INS) and events of a component (sde:::lib::event). Its other
/// native events have libpfm4's names, which the common grammar has too.
bool is_papi_name(std::string_view name);

/// What PAPI calls an event.
struct PapiName {
    std::string name; ///< for PAPI_add_named_event(); empty: PAPI has none, `reason` says why
    Domain domain = Domain::user;
    std::string reason, remedy;
};

/// PAPI's name of `name`: names of ours for generic and software events are translated, PAPI's own stay. One event set
/// counts in one domain, user code here; native events that want another say so themselves (masks :u= and :k=).
/// Error: usage, for a malformed name.
Result<PapiName> papi_name_of(std::string_view name);

} // namespace bytebound
