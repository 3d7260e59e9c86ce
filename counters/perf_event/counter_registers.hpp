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
    /// Raw value of the counter that perf_event_mmap_page.index names (from 1); nothing when it is none that can be
    /// read so. Faults unless the page allows it.
    virtual std::optional<std::uint64_t> counter(std::uint32_t page_index) const noexcept = 0;
    /// The clock of perf_event_mmap_page.cap_user_time: TSC, CNTVCT_EL0.
    virtual std::uint64_t cycles() const noexcept = 0;
    /// Everything before it is done, nothing after it has begun.
    virtual void fence() const noexcept = 0;
};

/// Those of this processor; null where user code has none (other architectures, and under valgrind, which does not know
/// the instruction).
const CounterRegisters* processor_registers();

} // namespace bytebound
