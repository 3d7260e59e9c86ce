#pragma once
// Event pages and counter registers with contents chosen by the test.

#include <deque>
#include <map>

#include "counters/perf_event/user_read.hpp"
#include "wrapped_sys.hpp"

namespace bytebound {

/// A page whose event counts in register `index`, with both capabilities; 1 clock cycle is 1 ns.
inline perf_event_mmap_page page_of(std::uint32_t index, std::int64_t offset = 0) {
    perf_event_mmap_page page{};
    page.lock = 2;
    page.index = index;
    page.offset = offset;
    page.cap_user_rdpmc = 1;
    page.cap_user_time = 1;
    page.pmc_width = 48;
    page.time_shift = 10;
    page.time_mult = 1024;
    return page;
}

class ScriptedRegisters final : public CounterRegisters {
public:
    std::map<std::uint32_t, std::uint64_t> values; ///< by index of the page; others cannot be read
    std::uint64_t clock = 0;
    std::function<void(int n)> on_read = [](int) {}; ///< before the n-th read of a counter (from 1)
    mutable int reads = 0;

    std::string_view instruction() const override { return "rdpmc"; }
    std::optional<std::uint64_t> counter(std::uint32_t page_index) const noexcept override {
        on_read(++reads);
        const auto value = values.find(page_index);
        return value == values.end() ? std::nullopt : std::optional(value->second);
    }
    std::uint64_t cycles() const noexcept override { return clock; }
    void fence() const noexcept override {}
};

/// The scripted kernel with pages: events get them in the order of mapping.
class PagedSys : public WrappedSys {
public:
    std::deque<perf_event_mmap_page> pages;
    int maps = 0, mapped = 0;

    SysResult map(int, std::size_t, int, int) override {
        if (static_cast<std::size_t>(maps) >= pages.size()) return {-1, ENODEV};
        ++mapped;
        return {reinterpret_cast<long>(&pages[static_cast<std::size_t>(maps++)]), 0};
    }
    SysResult unmap(void*, std::size_t) override {
        --mapped;
        return {0, 0};
    }
};

} // namespace bytebound
