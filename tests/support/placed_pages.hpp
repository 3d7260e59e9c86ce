#pragma once
// What tests of bound memory and of its proof both need.

#include <unistd.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "machine/placement.hpp"

namespace bytebound::test {

inline std::size_t page_bytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

inline Placement on_nodes(std::vector<int> nodes) {
    Placement placement;
    placement.nodes = std::move(nodes);
    return placement;
}

} // namespace bytebound::test
