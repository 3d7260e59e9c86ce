#include "counters/names/arm_generic.hpp"

#include <linux/perf_event.h>

#include <algorithm>

#include "counters/kernel.hpp"
#include "counters/names/pmu_device.hpp"

namespace bytebound {
namespace {

struct Mapping {
    std::uint32_t type;
    std::uint64_t config;
    std::string_view alias;
};

constexpr std::uint64_t load(std::uint64_t cache) { return cache; }
constexpr std::uint64_t load_miss(std::uint64_t cache) { return cache | 1u << 16; }

constexpr Mapping mappings[] = {
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, "cpu_cycles"},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, "inst_retired"},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES, "l1d_cache"},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES, "l1d_cache_refill"},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS, "br_retired"},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES, "br_mis_pred"},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BUS_CYCLES, "bus_cycles"},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND, "stall_frontend"},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND, "stall_backend"},
    {PERF_TYPE_HW_CACHE, load(PERF_COUNT_HW_CACHE_L1D), "l1d_cache"},
    {PERF_TYPE_HW_CACHE, load_miss(PERF_COUNT_HW_CACHE_L1D), "l1d_cache_refill"},
    {PERF_TYPE_HW_CACHE, load(PERF_COUNT_HW_CACHE_L1I), "l1i_cache"},
    {PERF_TYPE_HW_CACHE, load_miss(PERF_COUNT_HW_CACHE_L1I), "l1i_cache_refill"},
    {PERF_TYPE_HW_CACHE, load(PERF_COUNT_HW_CACHE_DTLB), "l1d_tlb"},
    {PERF_TYPE_HW_CACHE, load_miss(PERF_COUNT_HW_CACHE_DTLB), "l1d_tlb_refill"},
    {PERF_TYPE_HW_CACHE, load(PERF_COUNT_HW_CACHE_ITLB), "l1i_tlb"},
    {PERF_TYPE_HW_CACHE, load_miss(PERF_COUNT_HW_CACHE_ITLB), "l1i_tlb_refill"},
    {PERF_TYPE_HW_CACHE, load(PERF_COUNT_HW_CACHE_LL), "ll_cache_rd"},
    {PERF_TYPE_HW_CACHE, load_miss(PERF_COUNT_HW_CACHE_LL), "ll_cache_miss_rd"},
    {PERF_TYPE_HW_CACHE, load(PERF_COUNT_HW_CACHE_BPU), "br_pred"},
    {PERF_TYPE_HW_CACHE, load_miss(PERF_COUNT_HW_CACHE_BPU), "br_mis_pred"},
};

} // namespace

std::string refuses_pmu_in_config(const SysRoot& root, std::string_view pmu) {
    if (!has_several_core_pmus(root) || pmu.starts_with("cpu")) return {};
    const KernelRelease kernel = kernel_release(root);
    if (!kernel.before(6, 6)) return {};
    return "Linux " + kernel.text +
           " cannot select one of several core PMUs for a generic event (Arm: since Linux 6.6)";
}

std::optional<std::string_view> arm_alias(std::uint32_t type, std::uint64_t config) {
    const auto found = std::find_if(std::begin(mappings), std::end(mappings),
                                    [&](const Mapping& m) { return m.type == type && m.config == config; });
    if (found == std::end(mappings)) return {};
    return found->alias;
}

} // namespace bytebound
