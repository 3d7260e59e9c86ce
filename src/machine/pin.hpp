#pragma once

#include <memory>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "machine/machine.hpp"

namespace bytebound {

/// Binds the calling thread to one CPU for its lifetime and restores the former affinity, also when it is destroyed by
/// another thread. bind() reads the affinity back and fails (internal: a proof failed) when it did not take; on a
/// machine that cannot bind it succeeds with bound() == false. Other errors: not_possible when the kernel refuses this
/// CPU. `sys` must outlive the pin.
class Pin {
public:
    static Result<Pin> bind(Sys& sys, const Machine& machine, int cpu);
    Pin(Pin&&) noexcept;
    Pin& operator=(Pin&&) noexcept;
    ~Pin();
    bool bound() const;
    /// The affinity that the kernel named after binding; empty when not bound.
    const std::vector<int>& read_back() const;

private:
    struct Impl;
    explicit Pin(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

/// Affinity of the calling thread as the kernel has it. Error: internal, with errno.
Result<std::vector<int>> read_affinity(Sys& sys);
/// Lets thread `tid` (0: the caller) run on these CPUs alone. `error` is the kernel's errno.
SysResult set_affinity(Sys& sys, pid_t tid, const std::vector<int>& cpus);

} // namespace bytebound
