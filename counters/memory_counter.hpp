#pragma once
// A counter at a memory controller: described by a preset, opened by the uncore collector.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "counters/event.hpp"

namespace bytebound {

/// Kind of memory behind a controller. Traffic of different classes is never added up.
enum class MemoryClass { ddr, hbm, pmem, cxl };
std::string_view name_of(MemoryClass memory); ///< "ddr", "hbm", "pmem", "cxl"

/// Direction of the traffic, as seen from memory. `combined`: the hardware does not distinguish reads from writes.
enum class Direction { read, write, combined };
std::string_view name_of(Direction direction); ///< "read", "write", "combined"

/// One counter of one box on one CPU of the box's cpumask. A box is a PMU instance: a channel, a controller or a mesh.
struct MemoryCounter {
    Event event; ///< cpu-scoped; `event.cpus` is the cpumask
    int cpu = 0; ///< opened once, on this CPU of the cpumask: every CPU of the socket would count the same box
    MemoryClass memory = MemoryClass::ddr;
    Direction direction = Direction::read;
    std::uint32_t bytes_per_count = 0;
    unsigned counters_per_box = 0; ///< hardware counters of the box; 0: not known
    unsigned width_bits = 0;       ///< of a hardware counter; 0: not known
    bool saturates = false;        ///< stops at its highest value instead of wrapping (AMD UMC)
    bool operator==(const MemoryCounter&) const = default;
};

} // namespace bytebound
