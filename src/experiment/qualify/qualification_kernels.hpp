#pragma once
// The kernels of known truth, on the leader's CPU and on memory of the run's policy.

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

/// One thing that an event can be checked on.
struct KernelCheck {
    TruthKernel kernel;
    std::string_view unit; ///< of the event's values
    double threshold;      ///< of |bias|
};
/// What an event that fills `role` is checked on, by the table of metrics; empty: no kernel knows a truth for it.
std::vector<KernelCheck> checks_of(std::string_view role);
/// Why no kernel knows a truth for an event of this role.
std::string why_no_truth(std::string_view role);
/// What `work` of a kernel (instructions, pages, switches, ns, bytes) means in the units of an event of this role.
Truth truth_of(TruthKernel kernel, std::string_view role, double work, std::size_t line_bytes);

/// How much is done.
struct KernelAmounts {
    std::uint64_t iterations = 500'000; ///< of the loop of two instructions
    std::size_t pages = 512;
    unsigned naps = 20;
    std::uint64_t cpu_ns = 2'000'000;
    std::uint64_t stream_bytes = std::uint64_t{64} << 20; ///< N; at least this much for DRAM bytes to be judged
};

/// Runs kernels on the calling thread. What a kernel needs is prepared outside of what is counted.
class KernelRunner {
public:
    KernelRunner(const Machine& machine, const Placement& placement, KernelAmounts amounts, std::size_t line_bytes)
        : machine_(&machine), placement_(&placement), amounts_(amounts), line_bytes_(line_bytes) {}

    /// "2-instruction loop", "read 64 MiB".
    std::string describe(TruthKernel kernel) const;
    /// Why this kernel cannot run here; empty when it can.
    std::string obstacle(TruthKernel kernel) const;
    /// Before each run(). Errors: those of mapping and binding memory.
    Result<void> prepare(TruthKernel kernel);
    /// What was done: instructions, pages, switches, ns or bytes; 0 when its witness did not see it.
    double run(TruthKernel kernel) noexcept;
    /// Whether what was done is measured by a second witness, which differs from a counter by what happens between the
    /// readings of the two.
    static bool is_witnessed(TruthKernel kernel);
    /// What a witness has seen so far that sees no less than any counter of the thread: its context switches, or the
    /// time that passes. The thread's own CPU clock is none for CPU time: it leaves out interrupts and what a
    /// hypervisor stole (update_rq_clock_task in kernel/sched/core.c), the kernel's task-clock does not (perf_clock in
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
    std::uint64_t stored_ = 1; ///< changes with every store, so that every line is changed
};

} // namespace bytebound
