#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/unique_fd.hpp"
#include "counters/perf_event/mapped_page.hpp"
#include "counters/perf_event/user_read.hpp"

namespace bytebound {

/// The mapped pages of a group's events, through which it is read without a system call.
class UserPages {
public:
    /// Nothing when the kernel does not let every one of the events be read in user space. `registers` outlives it.
    static std::optional<UserPages> map(Sys& sys, std::span<const UniqueFd> descriptors,
                                        const CounterRegisters& registers);

    /// See read_pages(); the counts stand in `counts()` then.
    bool read(UserReading& times) noexcept { return read_pages(pages_, *registers_, locks_, counts_, times); }
    std::span<const std::uint64_t> counts() const { return counts_; }

    /// Changes whenever the kernel reschedules or reprograms one of the events; as of the last read(), which failed or
    /// not has seen all pages.
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
