#include "model/ceilings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace bytebound {

namespace {

using KernelName = std::pair<StreamKernel, std::string_view>;
constexpr std::array<KernelName, 11> kernel_names{
    {{StreamKernel::read, "read"},
     {StreamKernel::write, "write"},
     {StreamKernel::nt_write, "nt-write"},
     {StreamKernel::copy, "copy"},
     {StreamKernel::nt_copy, "nt-copy"},
     {StreamKernel::row_copy, "row-copy"},
     {StreamKernel::nt_row_copy, "nt-row-copy"},
     {StreamKernel::row_copy_ascending, "row-copy-ascending"},
     {StreamKernel::nt_row_copy_ascending, "nt-row-copy-ascending"},
     {StreamKernel::prefetch_row_copy, "prefetch-row-copy"},
     {StreamKernel::prefetch_row_copy_ascending, "prefetch-row-copy-ascending"}}};
using LevelName = std::pair<MemoryLevel, std::string_view>;
constexpr std::array<LevelName, 4> level_names{
    {{MemoryLevel::l1, "L1"}, {MemoryLevel::l2, "L2"}, {MemoryLevel::llc, "LLC"}, {MemoryLevel::memory, "memory"}}};

template <class Value, std::size_t count>
std::optional<Value> named(const std::array<std::pair<Value, std::string_view>, count>& names, std::string_view name) {
    const auto at = std::find_if(names.begin(), names.end(), [&](const auto& each) { return each.second == name; });
    return at == names.end() ? std::nullopt : std::optional(at->first);
}

} // namespace

const Ceiling* Ceilings::find(StreamKernel kernel, MemoryLevel level, std::uint32_t threads,
                              std::uint64_t row_bytes) const {
    const auto at = std::find_if(ceilings.begin(), ceilings.end(), [&](const Ceiling& each) {
        return each.kernel == kernel && each.level == level && each.threads == threads &&
               (!copies_rows(kernel) || each.row_bytes == row_bytes);
    });
    return at == ceilings.end() ? nullptr : &*at;
}

const WriteAllocateFactor* Ceilings::find_factor(StreamKernel kernel, std::uint32_t threads,
                                                 std::uint64_t row_bytes) const {
    const auto at = std::find_if(write_allocate.begin(), write_allocate.end(), [&](const WriteAllocateFactor& each) {
        return each.kernel == kernel && each.threads == threads &&
               (!copies_rows(kernel) || each.row_bytes == row_bytes);
    });
    return at == write_allocate.end() ? nullptr : &*at;
}

const WriteAllocateFactor* Ceilings::nearest_factor(StreamKernel kernel, std::uint32_t threads,
                                                    std::uint64_t row_bytes) const {
    const WriteAllocateFactor* best = nullptr;
    const auto distance = [&](const WriteAllocateFactor& each) {
        const auto log_of = [](std::uint64_t bytes) {
            return std::log(static_cast<double>(std::max<std::uint64_t>(bytes, 1)));
        };
        return std::pair(!each.measured, std::abs(log_of(each.row_bytes) - log_of(row_bytes)));
    };
    for (const WriteAllocateFactor& each : write_allocate) {
        if (each.kernel != kernel || each.threads != threads) continue;
        if (best == nullptr || distance(each) < distance(*best)) best = &each;
    }
    return best;
}

bool is_narrow(double low, double value, double high) {
    return low >= (1 - widest_ceiling) * value && high <= (1 + widest_ceiling) * value;
}

std::string_view name_of(StreamKernel kernel) { return kernel_names[static_cast<std::size_t>(kernel)].second; }
std::string_view name_of(MemoryLevel level) { return level_names[static_cast<std::size_t>(level)].second; }
std::optional<StreamKernel> stream_kernel_named(std::string_view name) { return named(kernel_names, name); }
std::optional<MemoryLevel> memory_level_named(std::string_view name) { return named(level_names, name); }

} // namespace bytebound
