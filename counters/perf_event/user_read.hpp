#pragma once
// The protocol of include/uapi/linux/perf_event.h for reading counters without a system call. Each event's page
// contains the index of its register and an offset to add, under a sequence lock that the kernel advances whenever it
// reschedules the event. Valid only in the thread that the events follow.

#include <linux/perf_event.h>

#include <cstdint>
#include <span>

#include "counters/perf_event/counter_registers.hpp"

namespace bytebound {

using EventPage = const volatile perf_event_mmap_page;

/// `raw` as a signed number of `width` bits: the kernel starts counters below 0 so that they interrupt at 0.
std::uint64_t sign_extended(std::uint64_t raw, unsigned width) noexcept;

/// ns between the kernel's last update of the page and clock value `cycles`, from its time_* fields. Modulo 2^64:
/// negative if the update came after `cycles`.
std::uint64_t ns_since_update(EventPage& page, std::uint64_t cycles) noexcept;

/// Whether the kernel allows user-space reads of this event's count and times.
bool allows_user_reads(EventPage& page) noexcept;

/// Result of one read of a group. The times are the leader's.
struct UserReading {
    std::uint64_t enabled_ns = 0;
    std::uint64_t running_ns = 0;
};

/// Reads all events of a group, leader first, as one consistent snapshot. If the kernel reschedules an event between
/// the first and the last of them, it tries again, a few times. Returns false if an event has no counter at the moment
/// (index 0), may not be read in user space, or the kernel was updating pages at every try; use read(2) then. `locks`
/// and `counts` have one element per page. `locks` receives the sequence numbers of the snapshot, or those of the last
/// try on failure.
bool read_pages(std::span<EventPage* const> pages, const CounterRegisters& registers, std::span<std::uint32_t> locks,
                std::span<std::uint64_t> counts, UserReading& times) noexcept;

} // namespace bytebound
