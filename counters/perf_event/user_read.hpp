#pragma once
// The protocol of include/uapi/linux/perf_event.h for reading counters without a system call: each event's page says in
// which register it counts and what to add, under a sequence lock that the kernel moves whenever it reschedules the
// event. Only for the thread that the events follow.

#include <linux/perf_event.h>

#include <cstdint>
#include <span>

#include "counters/perf_event/counter_registers.hpp"

namespace bytebound {

using EventPage = const volatile perf_event_mmap_page;

/// `raw` as a signed number of `width` bits: counters start below 0 and interrupt at 0.
std::uint64_t sign_extended(std::uint64_t raw, unsigned width) noexcept;

/// ns between the kernel's last update of the page and clock value `cycles`, by its time_* fields. Modulo 2^64: an
/// update that came after `cycles` gives a negative number.
std::uint64_t ns_since_update(EventPage& page, std::uint64_t cycles) noexcept;

/// Whether the kernel lets user code read this event's count and times.
bool allows_user_reads(EventPage& page) noexcept;

/// What one read of a group gives. The times are the leader's.
struct UserReading {
    std::uint64_t enabled_ns = 0;
    std::uint64_t running_ns = 0;
};

/// Reads all events of a group, leader first, as one answer: between the first and the last of them the kernel
/// rescheduled none, or it tries again, a few times. False when an event has no counter at the moment (index 0), may
/// not be read in user space, or the kernel was busy with the pages at every try: read(2) then has the answer.
/// `locks` and `counts` have one place per page. `locks` holds the sequence numbers of the answer, after false those of
/// the last try.
bool read_pages(std::span<EventPage* const> pages, const CounterRegisters& registers, std::span<std::uint32_t> locks,
                std::span<std::uint64_t> counts, UserReading& times) noexcept;

} // namespace bytebound
