#pragma once
// Kernel events of known number: page faults, context switches, CPU time, breakpoint hits.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "base/mapped_region.hpp"

namespace bytebound::known_truth {

/// Untouched pages that are not backed by huge pages: the first touch of each is one page fault.
class FreshPages {
public:
    /// Error: not_possible if mmap or madvise fails.
    static Result<FreshPages> map(std::size_t pages);
    /// Writes one byte of each page and returns their number. A second call causes no more faults.
    std::size_t touch() noexcept;

private:
    FreshPages(MappedRegion region, std::size_t page_bytes) : region_(std::move(region)), page_bytes_(page_bytes) {}
    MappedRegion region_;
    std::size_t page_bytes_;
};

/// Context switches of this thread so far, voluntary and not, as getrusage(2) counts them.
std::uint64_t switches_so_far() noexcept;

/// Sleeps `naps` times for a moment; each time gives up the CPU, which is one context switch. Returns the switches of
/// this thread, voluntary and not, according to getrusage(2), an independent count that includes preemption.
std::uint64_t take_naps(unsigned naps) noexcept;

/// Works until the thread has used `ns` of CPU time. Returns the CPU time used according to CLOCK_THREAD_CPUTIME_ID.
std::uint64_t spend_cpu_time(std::uint64_t ns) noexcept;

/// A word that a breakpoint can watch. Its address does not change.
class WatchedWord {
public:
    WatchedWord() = default;
    WatchedWord(const WatchedWord&) = delete;
    WatchedWord& operator=(const WatchedWord&) = delete;

    /// perf's name for a breakpoint on its first `bytes` (1, 2, 4 or 8): "mem:0x7ffc1000/4:w".
    std::string event_name(std::size_t bytes, bool reads_too) const;
    /// Writes it `writes` times and reads it `reads` times.
    void touch(unsigned writes, unsigned reads) noexcept;

private:
    alignas(8) volatile std::uint8_t bytes_[8] = {};
};

} // namespace bytebound::known_truth
