#include "experiment/qualify/qualification_kernels.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "counters/known_truth/instruction_loop.hpp"
#include "counters/known_truth/line_streams.hpp"
#include "experiment/measure/bound_arena.hpp"

namespace bytebound {
namespace {

using known_truth::flush_lines;

bool is_stream(TruthKernel kernel) {
    return kernel == TruthKernel::read || kernel == TruthKernel::store || kernel == TruthKernel::nontemporal_store ||
           kernel == TruthKernel::copy;
}

Result<MappedRegion> stream_memory(const Machine& machine, const Placement& placement, std::uint64_t bytes) {
    KernelSys sys;
    auto arena = TRY(allocate_bound(sys, machine, placement, bytes));
    // First touch, not with zeros.
    known_truth::store_stream({arena.region.data(), arena.region.size()}, 0x5851f42d4c957f2du);
    return std::move(arena.region);
}

} // namespace

std::vector<KernelCheck> checks_of(std::string_view role) {
    std::vector<KernelCheck> checks;
    if (const MetricEntry* metric = find_metric(role))
        for (const TruthKernel kernel : metric->kernels)
            checks.push_back({kernel, metric->counted_in, is_stream(kernel) ? traffic_bias : exact_bias});
    return checks;
}

std::string why_no_truth(std::string_view role) {
    const MetricEntry* metric = find_metric(role);
    return metric != nullptr && !metric->no_kernel.empty() ? std::string(metric->no_kernel)
                                                           : "there is no kernel with known counts for this event";
}

Truth truth_of(TruthKernel kernel, std::string_view role, double work, std::size_t line_bytes) {
    if (role == metric_name::llc_misses) return Truth::exactly(work / static_cast<double>(line_bytes));
    const MetricEntry* metric = find_metric(role);
    if (metric == nullptr || !metric->dram) return Truth::exactly(work);
    const bool reads = metric->dram != Direction::write, writes = metric->dram != Direction::read;
    const bool loads = kernel == TruthKernel::read || kernel == TruthKernel::copy;
    const bool stores = kernel != TruthKernel::read;
    // Whether a full-line store first reads the line (write-allocate) depends on the machine.
    const bool allocates = kernel == TruthKernel::store || kernel == TruthKernel::copy;
    const double least = (reads && loads ? work : 0) + (writes && stores ? work : 0);
    return {least, least + (reads && allocates ? work : 0)};
}

std::string KernelRunner::describe(TruthKernel kernel) const {
    const std::string size = format_size(static_cast<double>(amounts_.stream_bytes));
    switch (kernel) {
    case TruthKernel::instructions: return "2-instruction loop";
    case TruthKernel::fresh_pages: return fmt::format("touch {} fresh pages", amounts_.pages);
    case TruthKernel::naps: return fmt::format("{} naps, confirmed by getrusage", amounts_.naps);
    case TruthKernel::cpu_time: return fmt::format("{:g} ms of CPU time", static_cast<double>(amounts_.cpu_ns) / 1e6);
    case TruthKernel::read: return "read " + size;
    case TruthKernel::store: return "store " + size;
    case TruthKernel::nontemporal_store: return "store " + size + " past the caches";
    case TruthKernel::copy: return "copy " + size;
    }
    return {};
}

std::string KernelRunner::obstacle(TruthKernel kernel) const {
    if (kernel == TruthKernel::instructions && !known_truth::has_instruction_loop())
        return "no loop of known length for this architecture";
    if (kernel == TruthKernel::nontemporal_store && !known_truth::has_nontemporal_stores())
        return "this architecture has no stores that are guaranteed to bypass the caches";
    if (is_stream(kernel) && !known_truth::can_flush_lines())
        return "this architecture has no cache flush for user code";
    return {};
}

Result<void> KernelRunner::map_streams() {
    if (from_.size() != 0) return {};
    for (MappedRegion* region : {&from_, &to_}) {
        *region = TRY(stream_memory(*machine_, *placement_, amounts_.stream_bytes));
    }
    return {};
}

Result<void> KernelRunner::prepare(TruthKernel kernel) {
    if (kernel == TruthKernel::fresh_pages) {
        pages_ = TRY(known_truth::FreshPages::map(amounts_.pages));
    }
    if (!is_stream(kernel)) return {};
    TRY(map_streams());
    flush_lines({from_.data(), from_.size()});
    flush_lines({to_.data(), to_.size()});
    ++stored_;
    return {};
}

bool KernelRunner::is_witnessed(TruthKernel kernel) {
    return kernel == TruthKernel::naps || kernel == TruthKernel::cpu_time;
}

double KernelRunner::witnessed_so_far(TruthKernel kernel) noexcept {
    if (kernel == TruthKernel::naps) return static_cast<double>(known_truth::switches_so_far());
    if (kernel == TruthKernel::cpu_time) return static_cast<double>(now_ns());
    return 0;
}

double KernelRunner::run(TruthKernel kernel) noexcept {
    const std::span<std::byte> from(from_.data(), from_.size()), to(to_.data(), to_.size());
    switch (kernel) {
    case TruthKernel::instructions: return static_cast<double>(known_truth::run_instruction_loop(amounts_.iterations));
    case TruthKernel::fresh_pages: return static_cast<double>(pages_->touch());
    case TruthKernel::naps: {
        const std::uint64_t seen = known_truth::take_naps(amounts_.naps);
        // Fewer switches than sleeps: the witness is not reliable.
        return seen >= amounts_.naps ? static_cast<double>(seen) : 0;
    }
    case TruthKernel::cpu_time: return static_cast<double>(known_truth::spend_cpu_time(amounts_.cpu_ns));
    case TruthKernel::read: known_truth::read_stream(from, line_bytes_); break;
    case TruthKernel::store: known_truth::store_stream(to, stored_); break;
    case TruthKernel::nontemporal_store: known_truth::nontemporal_store_stream(to, stored_); break;
    case TruthKernel::copy: known_truth::copy_stream(to, from); break;
    }
    // Stored data must reach memory before the counters are read.
    if (kernel != TruthKernel::read) flush_lines(to);
    return static_cast<double>(from.size());
}

} // namespace bytebound
