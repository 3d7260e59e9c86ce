#pragma once
// The program that runs under valgrind.

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

/// Whether an address of one span and an address of the other are equal in their low 32 bits: callgrind's write-back
/// model then confuses two lines. A span of more than 4 GiB conflicts with itself.
bool alias_modulo_4_gib(const AddressSpan& a, const AddressSpan& b);

struct NamedSpan {
    std::string_view name;
    AddressSpan span;
};

/// Error: not_possible, with the first of `others` that contains an address whose low 32 bits are also in the arena.
Result<void> check_apart(const AddressSpan& arena, std::span<const NamedSpan> others);

/// Alignment that maps the arena's lines to the same sets as their offsets: bytes of one way.
std::uint64_t arena_alignment(const EmulatedCache& last_level);

/// Runs the loop with the emulation started once, before the warm-up, and requests one part per reading. Errors:
/// not_possible outside of an emulator, if memory cannot be allocated, and for an arena whose low 32 address bits
/// overlap with stack, heap or code; internal for a slab that does not equal the mask.
Result<void> run_emulated(const EmulationSpec& spec, std::span<const CollectorEntry> table);

} // namespace bytebound
