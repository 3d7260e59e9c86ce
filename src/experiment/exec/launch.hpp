#pragma once
// A command in a process of its own, held before its exec until its counters are open.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/stop.hpp"

namespace bytebound {

/// How the memory of a command is placed: a mode of set_mempolicy(2), which its children inherit.
struct MemoryPlace {
    int mode = 0;
    std::vector<int> nodes;
};

struct Launch {
    std::string name; ///< of the command, for errors
    std::string path; ///< what execve(2) gets
    std::vector<std::string> argv;
    std::vector<int> cpus; ///< that it may use; empty: as this process
    std::optional<MemoryPlace> memory;
    int output = -1;                           ///< descriptor for its stdout and stderr
    std::vector<std::string> environment = {}; ///< "NAME=VALUE", beside that of this process
};

/// How a command ended, and what the kernel's accounting says of it and of the children that it waited for.
struct CommandEnd {
    int exit_code = 0;
    int signal = 0; ///< that killed it; 0: it exited
    bool timed_out = false;
    std::uint64_t time_ns = 0; ///< from the go to its exit
    std::uint64_t user_ns = 0, system_ns = 0;
    std::uint64_t page_faults = 0, context_switches = 0;
    /// Largest resident size of one of these processes. nullopt: not above `bytebound`'s own, which a process keeps
    /// over its exec.
    std::optional<std::uint64_t> max_rss_bytes;
    std::uint64_t children_left = 0; ///< processes that ran on after its exit, and were killed
};

/// Calls `visit` with the pid of the running command, about every 5 ms.
using Sampler = void (*)(void* into, pid_t pid);

/// A process that waits at its gate. The destructor kills it and everything that it started.
class GatedProcess {
public:
    /// Error (not_possible): fork(2) failed, or the kernel refused the placement.
    static Result<GatedProcess> start(const Launch& launch);
    GatedProcess(GatedProcess&&) noexcept;
    GatedProcess& operator=(GatedProcess&&) = delete;
    ~GatedProcess();

    pid_t pid() const { return pid_; }
    /// Opens the gate. Error (usage): the program cannot be executed.
    Result<void> go();
    /// Waits for the end; `timeout_s` 0: for ever. Nothing is killed by then but by the timeout. nullopt: `stop` was
    /// set. After it, counters can be read before finish().
    bool wait(double timeout_s, const StopFlag& stop, Sampler sample, void* into);
    /// After wait(): reaps it, kills what it left running.
    CommandEnd finish();

private:
    GatedProcess(std::string name, pid_t pid, Descriptor gate, Descriptor status)
        : name_(std::move(name)), pid_(pid), gate_(std::move(gate)), status_(std::move(status)) {}

    std::string name_;
    pid_t pid_ = -1; ///< -1: reaped
    Descriptor gate_, status_;
    std::uint64_t begin_ns_ = 0, end_ns_ = 0, own_rss_bytes_ = 0;
    bool timed_out_ = false;
};

/// Makes this process the parent of all processes that its commands leave behind, so that they can be found.
/// Linux: PR_SET_CHILD_SUBREAPER.
void adopt_orphans();

} // namespace bytebound
