#include <hwloc/linux.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/text.hpp"
#include "machine/live_topology.hpp"
#include "machine/placement.hpp"

namespace bytebound {

Result<std::vector<int>> read_affinity(Sys& sys) {
    // The kernel wants room for every CPU it was built for: EINVAL until the set is large enough.
    SysResult asked{-1, EINVAL};
    for (std::size_t sets = 1; sets <= 64 && asked.error == EINVAL; sets *= 2) {
        std::vector<cpu_set_t> mask(sets);
        const std::size_t bytes = sets * sizeof(cpu_set_t);
        asked = sys.sched_getaffinity(0, bytes, mask.data());
        if (!asked.ok()) continue;
        std::vector<int> cpus;
        for (std::size_t cpu = 0; cpu < bytes * 8; ++cpu)
            if (CPU_ISSET_S(cpu, bytes, mask.data())) cpus.push_back(static_cast<int>(cpu));
        return cpus;
    }
    return fail({ExitCode::internal, "read affinity", "of the calling thread", "the kernel does not report it",
                 "allow sched_getaffinity in the container's seccomp profile", asked.error});
}

struct Pin::Impl {
    pid_t tid = 0;
    Bitmap former;              ///< nullptr: not bound, nothing to restore
    std::vector<int> read_back; ///< of the bound thread

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        // By thread id: the owner may be destroyed by another thread. A thread that has ended needs nothing (ESRCH).
        if (former != nullptr) hwloc_linux_set_tid_cpubind(LiveTopology::get().handle(), tid, former.get());
    }
};

Pin::Pin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pin::Pin(Pin&&) noexcept = default;
Pin& Pin::operator=(Pin&&) noexcept = default;
Pin::~Pin() = default;
bool Pin::bound() const { return impl_ != nullptr && impl_->former != nullptr; }

const std::vector<int>& Pin::read_back() const {
    static const std::vector<int> nowhere;
    return impl_ != nullptr ? impl_->read_back : nowhere;
}

Result<Pin> Pin::bind(Sys& sys, const Machine& machine, int cpu) {
    auto impl = std::make_unique<Impl>();
    const hwloc_topology_t topology = LiveTopology::get().handle();
    if (!machine.bind_cpus.available || topology == nullptr) return Pin(std::move(impl));

    const std::string object = "CPU " + std::to_string(cpu);
    const auto refused = [&](std::string cause, int error) {
        return fail({ExitCode::not_possible, "bind worker to", object, std::move(cause),
                     "choose among CPUs " + format_cpu_list(machine.allowed) + " with --cpus", error});
    };
    Bitmap former(hwloc_bitmap_alloc());
    if (hwloc_get_cpubind(topology, former.get(), HWLOC_CPUBIND_THREAD) != 0)
        return refused("the current affinity cannot be read", errno);
    const Bitmap wanted = to_bitmap(std::vector<int>{cpu});
    if (hwloc_set_cpubind(topology, wanted.get(), HWLOC_CPUBIND_THREAD | HWLOC_CPUBIND_STRICT) != 0)
        return refused("the kernel refuses this CPU", errno);
    // From here on every way out restores the former affinity.
    impl->tid = static_cast<pid_t>(::gettid());
    impl->former = std::move(former);

    auto read_back = TRY(read_affinity(sys));
    if (read_back != std::vector<int>{cpu}) {
        return fail({ExitCode::internal, "bind worker to", object,
                     "proof failed: after binding, the kernel reports the affinity " +
                         (read_back.empty() ? "of no CPU" : format_cpu_list(read_back)),
                     "look for a tool that moves threads (cpuset, irqbalance-like daemons, a wrapper library)", 0});
    }
    impl->read_back = std::move(read_back);
    return Pin(std::move(impl));
}

} // namespace bytebound
