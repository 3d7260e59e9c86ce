#pragma once
// The kernels of known truth, on the leader's CPU and on memory with the run's policy.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/mapped_region.hpp"
#include "catalogue/metrics.hpp"
#include "counters/known_truth/kernel_events.hpp"
#include "experiment/qualify/qualification_judgement.hpp"
#include "machine/placement.hpp"

namespace bytebound {

/// A kernel to check an event on.
struct KernelCheck {
    TruthKernel kernel;
    std::string_view unit; ///< of the event's values
    double threshold;      ///< of |bias|
};
/// The checks for an event with role `role`, from the table of metrics; empty: no kernel has a known truth for it.
std::vector<KernelCheck> checks_of(std::string_view role);
/// Why no kernel has a known truth for an event of this role.
std::string why_no_truth(std::string_view role);
/// Converts `work` of a kernel (instructions, pages, switches, ns, bytes) to the unit of an event of this role.
Truth truth_of(TruthKernel kernel, std::string_view role, double work, std::size_t line_bytes);

/// Amounts of work.
struct KernelAmounts {
    std::uint64_t iterations = 500'000; ///< of the two-instruction loop
    std::size_t pages = 512;
    unsigned naps = 20;
    std::uint64_t cpu_ns = 2'000'000;
    std::uint64_t stream_bytes = std::uint64_t{64} << 20; ///< N; DRAM bytes are judged only with at least this much
};

/// Runs kernels on the calling thread. Preparation is outside of the counted part.
class KernelRunner {
public:
    KernelRunner(const Machine& machine, const Placement& placement, KernelAmounts amounts, std::size_t line_bytes)
        : machine_(&machine), placement_(&placement), amounts_(amounts), line_bytes_(line_bytes) {}

    /// "2-instruction loop", "read 64 MiB".
    std::string describe(TruthKernel kernel) const;
    /// Why this kernel cannot run here; empty if it can.
    std::string obstacle(TruthKernel kernel) const;
    /// Call it before each run(). Errors: those of mapping and binding memory.
    Result<void> prepare(TruthKernel kernel);
    /// Returns the amount of work: instructions, pages, switches, ns or bytes; 0 if its witness did not confirm it.
    double run(TruthKernel kernel) noexcept;
    /// Whether the truth is measured by a second count (the witness), which may differ from a counter by events between
    /// the two readings.
    static bool is_witnessed(TruthKernel kernel);
    /// The witness's count so far. It never undercounts a counter of the thread: its context switches, or elapsed time.
    /// The thread's CPU clock is not a witness for CPU time, because it excludes interrupts and stolen time
    /// (update_rq_clock_task in kernel/sched/core.c), unlike the kernel's task-clock (perf_clock in
    /// kernel/events/core.c). 0 for kernels without a witness.
    static double witnessed_so_far(TruthKernel kernel) noexcept;
    std::size_t line_bytes() const { return line_bytes_; }

private:
    Result<void> map_streams();

    const Machine* machine_;
    const Placement* placement_;
    KernelAmounts amounts_;
    std::size_t line_bytes_;
    std::optional<known_truth::FreshPages> pages_;
    MappedRegion from_, to_;
    std::uint64_t stored_ = 1; ///< changes with every store, so that every line changes
};

} // namespace bytebound
