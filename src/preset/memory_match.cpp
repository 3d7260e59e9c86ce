#include "preset/preset.hpp"

namespace bytebound {

MemoryMatch match_memory(const SysRoot&, const Preset& preset, std::optional<std::uint64_t>) {
    return {{}, "preset " + preset.name + " names no memory-controller events", {}, {}};
}

EstimateMatch match_core_estimate(const SysRoot&, const Preset& preset) {
    return {{}, "preset " + preset.name + " names no estimate"};
}

} // namespace bytebound
