#pragma once

#include "scripted_sys.hpp"

namespace bytebound {

/// The scripted kernel as a base class: tests override calls that the script cannot express.
class WrappedSys : public Sys {
public:
    ScriptedSys script;

    SysResult perf_event_open(perf_event_attr& attr, pid_t pid, int cpu, int group_fd, unsigned long flags) override {
        return script.perf_event_open(attr, pid, cpu, group_fd, flags);
    }
    SysResult read(int fd, void* buffer, std::size_t bytes) override { return script.read(fd, buffer, bytes); }
    SysResult close(int fd) override { return script.close(fd); }
    SysResult ioctl(int fd, unsigned long request, unsigned long argument) override {
        return script.ioctl(fd, request, argument);
    }
    SysResult map(int fd, std::size_t bytes, int protection, int flags) override {
        return script.map(fd, bytes, protection, flags);
    }
    SysResult unmap(void* address, std::size_t bytes) override { return script.unmap(address, bytes); }
    SysResult sched_getaffinity(pid_t tid, std::size_t bytes, cpu_set_t* set) override {
        return script.sched_getaffinity(tid, bytes, set);
    }
    SysResult query_pages(unsigned long count, void** pages, int* status) override {
        return script.query_pages(count, pages, status);
    }
};

/// A kernel with 4 debug registers, as on x86: a thread's fifth breakpoint does not open (ENOSPC), in any group,
/// multiplexed or not.
class FourDebugRegisters final : public WrappedSys {
public:
    SysResult perf_event_open(perf_event_attr& attr, pid_t pid, int cpu, int group_fd, unsigned long flags) override {
        const bool is_breakpoint = attr.type == PERF_TYPE_BREAKPOINT;
        if (is_breakpoint && breakpoints_.size() == 4) return {-1, ENOSPC};
        const SysResult opened = script.perf_event_open(attr, pid, cpu, group_fd, flags);
        if (is_breakpoint && opened.ok()) breakpoints_.insert(static_cast<int>(opened.value));
        return opened;
    }
    SysResult close(int fd) override {
        breakpoints_.erase(fd);
        return script.close(fd);
    }

private:
    std::set<int> breakpoints_;
};

} // namespace bytebound
