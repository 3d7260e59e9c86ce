#pragma once

#include <string>
#include <string_view>

#include "base/sysroot.hpp"
#include "counters/names/event_name.hpp"

namespace bytebound {

/// The name being resolved and where it is looked up.
struct NameQuery {
    const SysRoot& root;
    int cpu;
    std::string_view written; ///< the complete name
    EventName parsed;

    std::string name() const { return std::string(written); }
};

} // namespace bytebound
