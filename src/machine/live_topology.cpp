#include "machine/live_topology.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/sysroot.hpp"

namespace bytebound {
namespace {

/// nullptr if hwloc cannot load it.
hwloc_topology_t load() {
    hwloc_topology_t topology = nullptr;
    if (hwloc_topology_init(&topology) != 0) return nullptr;
    // CPUs outside of the cpuset remain visible, to distinguish "not allowed" from "does not exist".
    hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    // CPUID reports wrong caches in many guests, and hwloc's use of it prints complaints on stderr under valgrind. It
    // is used only if sysfs has no caches (masked in a container).
    if (SysRoot().exists("sys/devices/system/cpu/cpu0/cache/index0"))
        hwloc_topology_set_components(topology, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86");
    if (hwloc_topology_load(topology) == 0) return topology;
    hwloc_topology_destroy(topology);
    return nullptr;
}

/// What loading does to a process. hwloc 2.9 asserts on some trees (an empty /sys/devices/system/node, as runtimes that
/// mask single directories leave it), which would end this program, so a child process tries first.
std::string refusal_of_child() {
    const pid_t child = ::fork();
    if (child < 0) return std::string("no process to try it in (") + std::strerror(errno) + ")";
    if (child == 0) {
        const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(null, STDERR_FILENO);
        ::alarm(20);
        const bool loaded = load() != nullptr;
        ::_exit(loaded ? 0 : 1);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return "the process that tried it is lost";
    if (WIFSIGNALED(status))
        return std::string("it ends the process that loads it (SIG") + ::sigabbrev_np(WTERMSIG(status)) + ")";
    return WEXITSTATUS(status) == 0 ? "" : "it cannot load the topology";
}

} // namespace

std::vector<int> from_bitmap(hwloc_const_bitmap_t bitmap) {
    std::vector<int> numbers;
    // An infinite bitmap has no last element; its finite part includes everything that a machine can have.
    const int last = hwloc_bitmap_last(bitmap);
    for (int number = hwloc_bitmap_first(bitmap); number >= 0 && number <= last;
         number = hwloc_bitmap_next(bitmap, number))
        numbers.push_back(number);
    return numbers;
}

LiveTopology::LiveTopology() {
    // hwloc writes about masked directories to stderr otherwise; its users have set the variable if they want that.
    ::setenv("HWLOC_HIDE_ERRORS", "2", 0);
    refusal_ = refusal_of_child();
    if (!refusal_.empty()) return;
    topology_ = load();
    // A synthetic or imported topology describes another machine.
    this_system_ = topology_ != nullptr && hwloc_topology_is_thissystem(topology_) != 0;
    if (topology_ == nullptr)
        refusal_ = "it cannot load the topology";
    else if (!this_system_)
        refusal_ = "a HWLOC_ variable gives it another machine";
}

LiveTopology::~LiveTopology() {
    if (topology_ != nullptr) hwloc_topology_destroy(topology_);
}

const LiveTopology& LiveTopology::get() {
    static const LiveTopology topology;
    return topology;
}

} // namespace bytebound
