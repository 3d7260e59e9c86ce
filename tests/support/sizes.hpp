#pragma once
// Powers of two in bytes, for literal inputs.

#include <cstdint>

namespace bytebound::test {

inline constexpr std::uint64_t kib = 1 << 10, mib = 1 << 20, gib = 1 << 30;

} // namespace bytebound::test
