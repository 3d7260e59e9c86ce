#pragma once

#include <sys/types.h>

#include <memory>
#include <vector>

#include "base/sys.hpp"
#include "base/unique_fd.hpp"
#include "counters/collector.hpp"

namespace bytebound {

/// The events of a plan on a process that waits before its exec, and on all that it will start. Counting begins with
/// its exec (enable_on_exec) and follows it into its children (inherit). A value is complete when they have ended.
/// read() gives the events of all passes, in plan order: where they do not fit, the kernel takes turns.
class TreeCounters final : public WorkerCounters {
public:
    /// Error: not_possible with the event's name and errno; nothing remains open.
    static Result<std::unique_ptr<WorkerCounters>> open(Sys& sys, const CountingPlan& plan, pid_t process);

    std::size_t size() const override { return descriptors_.size(); }
    bool read(std::span<CounterValue> out) noexcept override;
    Error last_error() const override;

private:
    explicit TreeCounters(Sys& sys) : sys_(sys) {}
    Sys& sys_;
    std::vector<UniqueFd> descriptors_;
    SysResult answer_;
};

} // namespace bytebound
