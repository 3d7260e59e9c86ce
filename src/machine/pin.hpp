#pragma once

#include <memory>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "machine/machine.hpp"

namespace bytebound {

/// Binds the calling thread to one CPU for the Pin's lifetime and restores the former affinity, even if another thread
/// destroys it. bind() reads the affinity back and fails (internal: a proof failed) if it is not as set. On a machine
/// without CPU binding it succeeds with bound() == false. Other errors: not_possible if the kernel refuses this CPU.
/// `sys` must outlive the pin.
class Pin {
public:
    static Result<Pin> bind(Sys& sys, const Machine& machine, int cpu);
    Pin(Pin&&) noexcept;
    Pin& operator=(Pin&&) noexcept;
    ~Pin();
    bool bound() const;
    /// The affinity that the kernel reports after binding; empty if not bound.
    const std::vector<int>& read_back() const;

private:
    struct Impl;
    explicit Pin(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

/// The affinity of thread `tid` (0: the caller) according to the kernel. Error: not_possible, with errno.
Result<std::vector<int>> read_affinity(Sys& sys, pid_t tid = 0);
/// Restricts thread `tid` (0: the caller) to these CPUs. `error` is the kernel's errno.
SysResult set_affinity(Sys& sys, pid_t tid, const std::vector<int>& cpus);

} // namespace bytebound
