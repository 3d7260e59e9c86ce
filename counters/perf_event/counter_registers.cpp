#include "counters/perf_event/counter_registers.hpp"

#ifdef BYTEBOUND_HAVE_VALGRIND_H
#include <valgrind/valgrind.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bytebound {
namespace {

bool under_valgrind() {
#ifdef BYTEBOUND_HAVE_VALGRIND_H
    return RUNNING_ON_VALGRIND != 0;
#else
    return false;
#endif
}

#if defined(__x86_64__)

/// rdpmc: ECX bit 30 selects the fixed counters; bit 29 selects PERF_METRICS, which holds four fractions rather than a
/// count (Intel SDM 3, "Performance Metrics"; INTEL_PMC_FIXED_RDPMC_METRICS in the kernel).
class ProcessorRegisters final : public CounterRegisters {
public:
    std::string_view instruction() const override { return "rdpmc"; }
    std::optional<std::uint64_t> counter(std::uint32_t page_index) const noexcept override {
        constexpr std::uint32_t metrics = 1u << 29;
        const std::uint32_t selected = page_index - 1;
        if (page_index == 0 || (selected & metrics) != 0) return {};
        std::uint32_t low = 0, high = 0;
        asm volatile("rdpmc" : "=a"(low), "=d"(high) : "c"(selected));
        return std::uint64_t{high} << 32 | low;
    }
    std::uint64_t cycles() const noexcept override { return __builtin_ia32_rdtsc(); }
    void fence() const noexcept override { _mm_lfence(); }
};

#elif defined(__aarch64__)

/// Index 32 is the cycle counter, 1 to 31 are the event counters (armv8pmu_user_event_idx() in the kernel).
class ProcessorRegisters final : public CounterRegisters {
public:
    std::string_view instruction() const override { return "mrs pmevcntr"; }
    std::optional<std::uint64_t> counter(std::uint32_t page_index) const noexcept override {
        std::uint64_t value = 0;
        switch (page_index) {
            // clang-format off
#define BYTEBOUND_EVENT_COUNTER(index, number) \
    case index: asm volatile("mrs %0, pmevcntr" #number "_el0" : "=r"(value)); return value;
            BYTEBOUND_EVENT_COUNTER(1, 0)
            BYTEBOUND_EVENT_COUNTER(2, 1)
            BYTEBOUND_EVENT_COUNTER(3, 2)
            BYTEBOUND_EVENT_COUNTER(4, 3)
            BYTEBOUND_EVENT_COUNTER(5, 4)
            BYTEBOUND_EVENT_COUNTER(6, 5)
            BYTEBOUND_EVENT_COUNTER(7, 6)
            BYTEBOUND_EVENT_COUNTER(8, 7)
            BYTEBOUND_EVENT_COUNTER(9, 8)
            BYTEBOUND_EVENT_COUNTER(10, 9)
            BYTEBOUND_EVENT_COUNTER(11, 10)
            BYTEBOUND_EVENT_COUNTER(12, 11)
            BYTEBOUND_EVENT_COUNTER(13, 12)
            BYTEBOUND_EVENT_COUNTER(14, 13)
            BYTEBOUND_EVENT_COUNTER(15, 14)
            BYTEBOUND_EVENT_COUNTER(16, 15)
            BYTEBOUND_EVENT_COUNTER(17, 16)
            BYTEBOUND_EVENT_COUNTER(18, 17)
            BYTEBOUND_EVENT_COUNTER(19, 18)
            BYTEBOUND_EVENT_COUNTER(20, 19)
            BYTEBOUND_EVENT_COUNTER(21, 20)
            BYTEBOUND_EVENT_COUNTER(22, 21)
            BYTEBOUND_EVENT_COUNTER(23, 22)
            BYTEBOUND_EVENT_COUNTER(24, 23)
            BYTEBOUND_EVENT_COUNTER(25, 24)
            BYTEBOUND_EVENT_COUNTER(26, 25)
            BYTEBOUND_EVENT_COUNTER(27, 26)
            BYTEBOUND_EVENT_COUNTER(28, 27)
            BYTEBOUND_EVENT_COUNTER(29, 28)
            BYTEBOUND_EVENT_COUNTER(30, 29)
            BYTEBOUND_EVENT_COUNTER(31, 30)
#undef BYTEBOUND_EVENT_COUNTER
            // clang-format on
        case 32: asm volatile("mrs %0, pmccntr_el0" : "=r"(value)); return value;
        default: return {};
        }
    }
    std::uint64_t cycles() const noexcept override {
        std::uint64_t value = 0;
        asm volatile("mrs %0, cntvct_el0" : "=r"(value));
        return value;
    }
    void fence() const noexcept override { asm volatile("isb" ::: "memory"); }
};

#endif

} // namespace

const CounterRegisters* processor_registers() {
#if defined(__x86_64__) || defined(__aarch64__)
    static const ProcessorRegisters registers;
    return under_valgrind() ? nullptr : &registers;
#else
    return nullptr;
#endif
}

} // namespace bytebound
