#include "base/sys.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace bytebound {
namespace {

SysResult outcome(long value) { return value < 0 ? SysResult{-1, errno} : SysResult{value, 0}; }

constexpr SysResult no_such_call{-1, ENOSYS};

} // namespace

SysResult Sys::sched_setaffinity(pid_t, std::size_t, const cpu_set_t*) { return no_such_call; }
SysResult Sys::bind_memory(void*, std::size_t, int, std::span<const unsigned long>) { return no_such_call; }
SysResult Sys::thread_memory_policy(int*, std::span<unsigned long>) { return no_such_call; }
SysResult Sys::open_file(const char*, int) { return no_such_call; }
SysResult Sys::read_at_start(int, void*, std::size_t) { return no_such_call; }
SysResult Sys::write(int, const void*, std::size_t) { return no_such_call; }
SysResult Sys::make_directory(const char*) { return no_such_call; }
SysResult Sys::remove_directory(const char*) { return no_such_call; }

SysResult KernelSys::perf_event_open(perf_event_attr& attr, pid_t pid, int cpu, int group_fd, unsigned long flags) {
    return outcome(::syscall(SYS_perf_event_open, &attr, pid, cpu, group_fd, flags));
}

SysResult KernelSys::read(int fd, void* buffer, std::size_t bytes) { return outcome(::read(fd, buffer, bytes)); }

SysResult KernelSys::close(int fd) { return outcome(::close(fd)); }

SysResult KernelSys::ioctl(int fd, unsigned long request, unsigned long argument) {
    return outcome(::ioctl(fd, request, argument));
}

SysResult KernelSys::map(int fd, std::size_t bytes, int protection, int flags) {
    void* address = ::mmap(nullptr, bytes, protection, flags, fd, 0);
    if (address == MAP_FAILED) return {-1, errno};
    return {reinterpret_cast<long>(address), 0};
}

SysResult KernelSys::unmap(void* address, std::size_t bytes) { return outcome(::munmap(address, bytes)); }

SysResult KernelSys::sched_getaffinity(pid_t tid, std::size_t bytes, cpu_set_t* set) {
    return outcome(::sched_getaffinity(tid, bytes, set));
}

SysResult KernelSys::query_pages(unsigned long count, void** pages, int* status) {
    return outcome(::syscall(SYS_move_pages, 0, count, pages, nullptr, status, 0));
}

SysResult KernelSys::sched_setaffinity(pid_t tid, std::size_t bytes, const cpu_set_t* set) {
    return outcome(::sched_setaffinity(tid, bytes, set));
}

SysResult KernelSys::bind_memory(void* address, std::size_t bytes, int policy, std::span<const unsigned long> nodes) {
    // get_nodes() in mm/mempolicy.c uses one bit less than the number it receives.
    const unsigned long bits = nodes.empty() ? 0 : nodes.size_bytes() * 8 + 1;
    return outcome(::syscall(SYS_mbind, address, bytes, policy, nodes.empty() ? nullptr : nodes.data(), bits, 0));
}

SysResult KernelSys::thread_memory_policy(int* policy, std::span<unsigned long> nodes) {
    return outcome(::syscall(SYS_get_mempolicy, policy, nodes.data(), nodes.size_bytes() * 8 + 1, nullptr, 0));
}

SysResult KernelSys::open_file(const char* path, int flags) { return outcome(::open(path, flags | O_CLOEXEC)); }

SysResult KernelSys::read_at_start(int fd, void* buffer, std::size_t bytes) {
    return outcome(::pread(fd, buffer, bytes, 0));
}

SysResult KernelSys::write(int fd, const void* buffer, std::size_t bytes) {
    return outcome(::write(fd, buffer, bytes));
}

SysResult KernelSys::make_directory(const char* path) { return outcome(::mkdir(path, 0755)); }

SysResult KernelSys::remove_directory(const char* path) { return outcome(::rmdir(path)); }

} // namespace bytebound
