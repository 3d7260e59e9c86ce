#pragma once
// Who opened something: a thread, and a process that is not a fork. Both are checked before every reading, so neither
// may cost a system call.

#include <cstdint>

namespace bytebound {

/// A number that no other thread of this process has had. From 1.
std::uint64_t this_thread() noexcept;

/// A number of this process that its forks do not share, by whatever call they are made: the kernel empties the page
/// that holds it (MADV_WIPEONFORK, Linux 4.14). 0 in a fork that has not called mark_process(). Older kernels: 1
/// always.
std::uint32_t process_mark() noexcept;
/// Gives this process a number if it has none, and returns it.
std::uint32_t mark_process() noexcept;

} // namespace bytebound
