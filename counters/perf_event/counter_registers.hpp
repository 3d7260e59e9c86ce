#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bytebound {

/// The processor's counter and clock registers, as user code reads them.
class CounterRegisters {
public:
    virtual ~CounterRegisters() = default;
    /// The instruction that reads a counter: "rdpmc", "mrs pmevcntr".
    virtual std::string_view instruction() const = 0;
    /// Raw value of the counter with index perf_event_mmap_page.index (from 1); nullopt if user code cannot read that
    /// counter. Faults unless the page allows it.
    virtual std::optional<std::uint64_t> counter(std::uint32_t page_index) const noexcept = 0;
    /// The clock of perf_event_mmap_page.cap_user_time: TSC, CNTVCT_EL0.
    virtual std::uint64_t cycles() const noexcept = 0;
    /// A full barrier: all earlier instructions are complete, and no later one has begun.
    virtual void fence() const noexcept = 0;
};

/// The registers of this processor; null if user code cannot read them (other architectures, and under valgrind, which
/// does not implement the instruction).
const CounterRegisters* processor_registers();

} // namespace bytebound
