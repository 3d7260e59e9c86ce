#include "counters/perf_event/user_read.hpp"

#include <atomic>
#include <cassert>

namespace bytebound {
namespace {

constexpr int tries = 4;

// perf_event_mmap_page.capabilities, read as one word because the kernel may change the bits at any time.
constexpr std::uint64_t cap_user_rdpmc = 1u << 2, cap_user_time = 1u << 3, cap_user_time_short = 1u << 5;

/// The kernel writes the page on the reading CPU, in an interrupt, so only compiler reordering must be prevented.
void keep_order() noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }

bool being_updated(std::uint32_t lock) noexcept { return lock % 2 != 0; }

} // namespace

std::uint64_t sign_extended(std::uint64_t raw, unsigned width) noexcept {
    if (width == 0 || width >= 64) return raw;
    const unsigned shift = 64 - width;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(raw << shift) >> shift);
}

std::uint64_t ns_since_update(EventPage& page, std::uint64_t cycles) noexcept {
    // A clock of fewer than 64 bits (CNTVCT_EL0 has at least 56) is extended from the value at the kernel's last
    // update.
    if ((page.capabilities & cap_user_time_short) != 0)
        cycles = page.time_cycles + ((cycles - page.time_cycles) & page.time_mask);
    const unsigned shift = page.time_shift;
    const std::uint64_t mult = page.time_mult;
    // The product is computed in two halves to avoid overflow.
    const std::uint64_t rest = cycles & ((std::uint64_t{1} << shift) - 1);
    return page.time_offset + (cycles >> shift) * mult + ((rest * mult) >> shift);
}

bool allows_user_reads(EventPage& page) noexcept {
    constexpr std::uint64_t needed = cap_user_rdpmc | cap_user_time;
    return (page.capabilities & needed) == needed;
}

bool read_pages(std::span<EventPage* const> pages, const CounterRegisters& registers, std::span<std::uint32_t> locks,
                std::span<std::uint64_t> counts, UserReading& times) noexcept {
    assert(!pages.empty() && locks.size() == pages.size() && counts.size() == pages.size());
    for (int attempt = 0; attempt < tries; ++attempt) {
        bool torn = false;
        for (std::size_t i = 0; i < pages.size(); ++i) {
            locks[i] = pages[i]->lock;
            torn = torn || being_updated(locks[i]);
        }
        keep_order();
        registers.fence();
        for (std::size_t i = 0; i < pages.size(); ++i) {
            EventPage& page = *pages[i];
            const std::uint32_t index = page.index;
            if (!allows_user_reads(page) || index == 0) return false;
            const auto raw = registers.counter(index);
            if (!raw) return false;
            counts[i] = static_cast<std::uint64_t>(page.offset) + sign_extended(*raw, page.pmc_width);
        }
        EventPage& leader = *pages.front();
        const std::uint64_t since_update = ns_since_update(leader, registers.cycles());
        times = {leader.time_enabled + since_update, leader.time_running + since_update};
        registers.fence();
        keep_order();
        for (std::size_t i = 0; i < pages.size(); ++i)
            torn = torn || pages[i]->lock != locks[i];
        if (!torn) return true;
    }
    return false;
}

} // namespace bytebound
