#pragma once
// Who opened something: a thread, and a process that is not a fork. Both are checked before every reading, so neither
// may cost a system call.

#include <cstdint>

namespace bytebound {

/// A number that no other thread of this process has had. From 1.
std::uint64_t this_thread() noexcept;

/// Non-zero in the process that called mark_process(), and 0 in its forks, by whatever call they are made: the kernel
/// empties the page (MADV_WIPEONFORK, Linux 4.14). False if the kernel does not know this advice; forks are then not
/// recognised.
bool mark_process() noexcept;
bool is_marked_process() noexcept;

} // namespace bytebound
