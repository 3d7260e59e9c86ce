#include "machine/pin.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"

namespace bytebound {

Result<std::vector<int>> read_affinity(Sys& sys, pid_t tid) {
    // The kernel needs room for every CPU it was built for, and returns EINVAL until the set is large enough.
    SysResult asked{-1, EINVAL};
    for (std::size_t sets = 1; sets <= 64 && asked.error == EINVAL; sets *= 2) {
        std::vector<cpu_set_t> mask(sets);
        const std::size_t bytes = sets * sizeof(cpu_set_t);
        asked = sys.sched_getaffinity(tid, bytes, mask.data());
        if (!asked.ok()) continue;
        std::vector<int> cpus;
        for (std::size_t cpu = 0; cpu < bytes * 8; ++cpu)
            if (CPU_ISSET_S(cpu, bytes, mask.data())) cpus.push_back(static_cast<int>(cpu));
        return cpus;
    }
    return fail({ExitCode::not_possible, "read affinity",
                 tid == 0 ? "of the calling thread" : "of thread " + std::to_string(tid),
                 "the kernel does not report it", "allow sched_getaffinity in the container's seccomp profile",
                 asked.error});
}

SysResult set_affinity(Sys& sys, pid_t tid, const std::vector<int>& cpus) {
    const int highest = cpus.empty() ? 0 : *std::max_element(cpus.begin(), cpus.end());
    std::vector<cpu_set_t> mask(static_cast<std::size_t>(highest) / CPU_SETSIZE + 1);
    const std::size_t bytes = mask.size() * sizeof(cpu_set_t);
    for (const int cpu : cpus)
        CPU_SET_S(static_cast<std::size_t>(cpu), bytes, mask.data());
    return sys.sched_setaffinity(tid, bytes, mask.data());
}

struct Pin::Impl {
    Sys* sys = nullptr; ///< nullptr: not bound, nothing to restore
    pid_t tid = 0;
    std::vector<int> former;
    std::vector<int> read_back; ///< the bound thread's affinity

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        // By thread id, because another thread may destroy the owner. If the thread has ended (ESRCH), nothing is left
        // to do.
        if (sys != nullptr) set_affinity(*sys, tid, former);
    }
};

Pin::Pin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pin::Pin(Pin&&) noexcept = default;
Pin& Pin::operator=(Pin&&) noexcept = default;
Pin::~Pin() = default;
bool Pin::bound() const { return impl_ != nullptr && impl_->sys != nullptr; }

const std::vector<int>& Pin::read_back() const {
    static const std::vector<int> nowhere;
    return impl_ != nullptr ? impl_->read_back : nowhere;
}

Result<Pin> Pin::bind(Sys& sys, const Machine& machine, int cpu) {
    auto impl = std::make_unique<Impl>();
    if (!machine.bind_cpus.available) return Pin(std::move(impl));

    const std::string object = "CPU " + std::to_string(cpu);
    auto former = TRY(read_affinity(sys));
    if (const SysResult bound = set_affinity(sys, 0, {cpu}); !bound.ok())
        return fail({ExitCode::not_possible, "bind worker to", object, "the kernel refuses this CPU",
                     "choose among CPUs " + format_cpu_list(machine.allowed) + " with --cpus", bound.error});
    // From here on, every exit restores the former affinity.
    impl->sys = &sys;
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
