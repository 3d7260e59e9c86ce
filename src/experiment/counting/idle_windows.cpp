#include "experiment/counting/idle_windows.hpp"

#include <map>
#include <thread>

namespace bytebound {

bool watch_idle(OpenCounters& counters, std::uint32_t windows, std::vector<CounterValue>& edges) {
    const std::size_t size = counters.size();
    edges.resize((std::size_t{windows} + 1) * size);
    for (std::uint32_t edge = 0; edge <= windows; ++edge) {
        if (edge > 0) std::this_thread::sleep_for(idle_window);
        if (!counters.read_after(std::span(edges).subspan(edge * size, size))) return false;
    }
    return true;
}

std::vector<IdleWindow> idle_traffic(const Counting& counting, int pass, std::span<const CounterValue> edges) {
    const std::vector<CounterSlot> slots = counting.slots_of(pass);
    std::vector<IdleWindow> windows;
    if (slots.empty()) return windows;
    for (std::size_t edge = 0; (edge + 2) * slots.size() <= edges.size(); ++edge) {
        IdleWindow& window = windows.emplace_back();
        std::size_t shared = 0;
        for (std::size_t s = 0; s < slots.size(); ++s) {
            const std::string& role = counting.events[slots[s].column].role;
            if (slots[s].sharing != Sharing::socket || !role.starts_with("dram_")) continue;
            const Reading reading = difference(edges[edge * slots.size() + s], edges[(edge + 1) * slots.size() + s]);
            if (!has_count(reading)) continue;
            window.bytes += scaled_count(reading) * slots[s].weight;
            window.ns += static_cast<double>(reading.enabled_ns);
            ++shared;
        }
        if (shared > 0) window.ns /= static_cast<double>(shared);
    }
    return windows;
}

} // namespace bytebound
