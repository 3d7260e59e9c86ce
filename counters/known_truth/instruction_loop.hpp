#pragma once
// A loop that executes a known number of user instructions.

#include <cassert>
#include <cstdint>

namespace bytebound::known_truth {

/// Whether the loop below is implemented for this architecture.
constexpr bool has_instruction_loop() {
#if defined(__x86_64__) || defined(__aarch64__)
    return true;
#else
    return false;
#endif
}

inline constexpr std::uint64_t instructions_per_iteration = 2;

/// Runs a loop of two instructions, count down and branch, `iterations` (not 0) times. Returns the instructions of the
/// loop; the call and the reads of the counters add a constant, tens of instructions. A core may fuse the two into one
/// micro-operation, but they retire as two instructions (Intel SDM vol. 3, INST_RETIRED.ANY; Arm ARM, INST_RETIRED).
/// Returns 0 if there is no such loop.
inline std::uint64_t run_instruction_loop(std::uint64_t iterations) noexcept {
    assert(iterations > 0);
    std::uint64_t left = iterations;
#if defined(__x86_64__)
    asm volatile("1: dec %0\n\tjnz 1b" : "+r"(left) : : "cc");
#elif defined(__aarch64__)
    asm volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r"(left) : : "cc");
#else
    left = 0;
    iterations = 0;
#endif
    return left == 0 ? instructions_per_iteration * iterations : 0;
}

} // namespace bytebound::known_truth
