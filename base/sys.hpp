#pragma once

#include <linux/perf_event.h>
#include <sched.h>
#include <sys/types.h>

#include <cstddef>
#include <span>

namespace bytebound {

/// Outcome of one system call: the kernel's value, or errno. Exactly one of the two is valid.
struct SysResult {
    long value = -1;
    int error = 0; ///< errno; 0 when the call succeeded
    bool ok() const { return error == 0; }
};

/// The interface between bytebound and the kernel. All system calls that open, read, control or close a counter, or
/// that bind memory or verify a placement, go through it, so that tests can script every answer and every failure.
class Sys {
public:
    virtual ~Sys() = default;
    virtual SysResult perf_event_open(perf_event_attr& attr, pid_t pid, int cpu, int group_fd, unsigned long flags) = 0;
    virtual SysResult read(int fd, void* buffer, std::size_t bytes) = 0;
    virtual SysResult close(int fd) = 0;
    virtual SysResult ioctl(int fd, unsigned long request, unsigned long argument) = 0;
    /// mmap(2) of a descriptor at offset 0; value is the address.
    virtual SysResult map(int fd, std::size_t bytes, int protection, int flags) = 0;
    virtual SysResult unmap(void* address, std::size_t bytes) = 0;
    /// Affinity of thread `tid` (0: the caller).
    virtual SysResult sched_getaffinity(pid_t tid, std::size_t bytes, cpu_set_t* set) = 0;
    /// move_pages(2) with nodes == nullptr: queries the node of every page and moves nothing.
    virtual SysResult query_pages(unsigned long count, void** pages, int* status) = 0;
    // Binding. The defaults answer ENOSYS, for test kernels without it.
    virtual SysResult sched_setaffinity(pid_t tid, std::size_t bytes, const cpu_set_t* set);
    /// mbind(2) of whole pages, with no flags: `nodes` is a mask, empty for a policy without nodes.
    virtual SysResult bind_memory(void* address, std::size_t bytes, int policy, std::span<const unsigned long> nodes);
    /// get_mempolicy(2) of the calling thread: its policy, and the mask of that policy's nodes.
    virtual SysResult thread_memory_policy(int* policy, std::span<unsigned long> nodes);
    // Files and directories that contain counters (resctrl). The defaults answer ENOSYS, for test kernels without them.
    virtual SysResult open_file(const char* path, int flags);
    virtual SysResult read_at_start(int fd, void* buffer, std::size_t bytes); ///< pread(2) at offset 0
    virtual SysResult write(int fd, const void* buffer, std::size_t bytes);
    virtual SysResult make_directory(const char* path);
    virtual SysResult remove_directory(const char* path);
};

/// The running kernel.
class KernelSys final : public Sys {
public:
    SysResult perf_event_open(perf_event_attr& attr, pid_t pid, int cpu, int group_fd, unsigned long flags) override;
    SysResult read(int fd, void* buffer, std::size_t bytes) override;
    SysResult close(int fd) override;
    SysResult ioctl(int fd, unsigned long request, unsigned long argument) override;
    SysResult map(int fd, std::size_t bytes, int protection, int flags) override;
    SysResult unmap(void* address, std::size_t bytes) override;
    SysResult sched_getaffinity(pid_t tid, std::size_t bytes, cpu_set_t* set) override;
    SysResult query_pages(unsigned long count, void** pages, int* status) override;
    SysResult sched_setaffinity(pid_t tid, std::size_t bytes, const cpu_set_t* set) override;
    SysResult bind_memory(void* address, std::size_t bytes, int policy, std::span<const unsigned long> nodes) override;
    SysResult thread_memory_policy(int* policy, std::span<unsigned long> nodes) override;
    SysResult open_file(const char* path, int flags) override;
    SysResult read_at_start(int fd, void* buffer, std::size_t bytes) override;
    SysResult write(int fd, const void* buffer, std::size_t bytes) override;
    SysResult make_directory(const char* path) override;
    SysResult remove_directory(const char* path) override;
};

} // namespace bytebound
