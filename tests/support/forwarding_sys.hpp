#pragma once

#include "base/sys.hpp"

namespace bytebound::test {

/// The running kernel as a base class: tests override the calls whose answers they choose.
class ForwardingSys : public Sys {
public:
    SysResult perf_event_open(perf_event_attr& attr, pid_t pid, int cpu, int group_fd, unsigned long flags) override {
        return kernel_.perf_event_open(attr, pid, cpu, group_fd, flags);
    }
    SysResult read(int fd, void* buffer, std::size_t bytes) override { return kernel_.read(fd, buffer, bytes); }
    SysResult close(int fd) override { return kernel_.close(fd); }
    SysResult ioctl(int fd, unsigned long request, unsigned long argument) override {
        return kernel_.ioctl(fd, request, argument);
    }
    SysResult map(int fd, std::size_t bytes, int protection, int flags) override {
        return kernel_.map(fd, bytes, protection, flags);
    }
    SysResult unmap(void* address, std::size_t bytes) override { return kernel_.unmap(address, bytes); }
    SysResult sched_getaffinity(pid_t tid, std::size_t bytes, cpu_set_t* set) override {
        return kernel_.sched_getaffinity(tid, bytes, set);
    }
    SysResult sched_setaffinity(pid_t tid, std::size_t bytes, const cpu_set_t* set) override {
        return kernel_.sched_setaffinity(tid, bytes, set);
    }
    SysResult thread_memory_policy(int* policy, std::span<unsigned long> nodes) override {
        return kernel_.thread_memory_policy(policy, nodes);
    }
    SysResult bind_memory(void* address, std::size_t bytes, int policy, std::span<const unsigned long> nodes) override {
        return kernel_.bind_memory(address, bytes, policy, nodes);
    }
    SysResult query_pages(unsigned long count, void** pages, int* status) override {
        return kernel_.query_pages(count, pages, status);
    }
    SysResult open_file(const char* path, int flags) override { return kernel_.open_file(path, flags); }
    SysResult read_at_start(int fd, void* buffer, std::size_t bytes) override {
        return kernel_.read_at_start(fd, buffer, bytes);
    }
    SysResult write(int fd, const void* buffer, std::size_t bytes) override { return kernel_.write(fd, buffer, bytes); }
    SysResult make_directory(const char* path) override { return kernel_.make_directory(path); }
    SysResult remove_directory(const char* path) override { return kernel_.remove_directory(path); }

private:
    KernelSys kernel_;
};

} // namespace bytebound::test
