#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/unique_fd.hpp"
#include "counters/perf_event/mapped_page.hpp"
#include "counters/perf_event/user_read.hpp"

namespace bytebound {

/// The mapped control pages of a group's events, for reads without a system call.
class UserPages {
public:
    /// nullopt if the kernel does not allow user-space reads of every event. `registers` must outlive it.
    static std::optional<UserPages> map(Sys& sys, std::span<const UniqueFd> descriptors,
                                        const CounterRegisters& registers);

    /// See read_pages(); stores the counts in `counts()`.
    bool read(UserReading& times) noexcept { return read_pages(pages_, *registers_, locks_, counts_, times); }
    std::span<const std::uint64_t> counts() const { return counts_; }

    /// Changes whenever the kernel reschedules or reprograms one of the events. As of the last read(), which reads all
    /// pages even if it fails.
    std::uint64_t stamp() const noexcept {
        std::uint64_t sum = 0;
        for (const std::uint32_t lock : locks_)
            sum += lock;
        return sum;
    }

private:
    explicit UserPages(const CounterRegisters& registers) : registers_(&registers) {}

    const CounterRegisters* registers_;
    std::vector<MappedPage> mapped_;
    std::vector<EventPage*> pages_;
    std::vector<std::uint32_t> locks_;
    std::vector<std::uint64_t> counts_;
};

} // namespace bytebound
