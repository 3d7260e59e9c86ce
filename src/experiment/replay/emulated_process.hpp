#pragma once
// The emulated side: what runs under valgrind.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "counters/registry.hpp"
#include "experiment/replay/emulation_spec.hpp"

namespace bytebound {

/// Addresses [begin, end).
struct AddressSpan {
    std::uint64_t begin = 0, end = 0;
};

/// Whether an address of one and another address of the other agree in their low 32 bits: callgrind's write-back model
/// then takes two lines for one. A span of more than 4 GiB does so with itself.
bool alias_modulo_4_gib(const AddressSpan& a, const AddressSpan& b);

struct NamedSpan {
    std::string_view name;
    AddressSpan span;
};

/// Error: not_possible, naming the first of `others` that has an address whose low 32 bits the arena has too.
Result<void> check_apart(const AddressSpan& arena, std::span<const NamedSpan> others);

/// Alignment of the arena under which its lines fall into the same sets as their offsets do: bytes of one way.
std::uint64_t arena_alignment(const EmulatedCache& last_level);

/// Runs the loop with the emulation started once, before the warm-up, and asks for one part per reading. Errors:
/// not_possible outside of an emulator, for no memory and for an arena that shares low 32 bits with stack, heap or
/// code; internal for a slab that is not the mask.
Result<void> run_emulated(const EmulationSpec& spec, std::span<const CollectorEntry> table);

} // namespace bytebound
