#pragma once

#include <string>

#include "machine/machine.hpp"

namespace bytebound {

/// Output of `bytebound topology`: packages, cores, SMT siblings, caches, NUMA nodes, and binding capabilities.
std::string topology_text(const Machine& machine);
/// The same as one JSON document, "bytebound.topology/1"; unknown sizes are null.
std::string topology_json(const Machine& machine);

} // namespace bytebound
