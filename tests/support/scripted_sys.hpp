#pragma once
// A scripted kernel: logs every call, tracks open descriptors, fails call number n, and has a PMU with a given number
// of counters.

#include <linux/perf_event.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/sys.hpp"

namespace bytebound {

class ScriptedSys final : public Sys {
public:
    /// One logged call: "open", "read", "close", "ioctl", "map", "unmap", "affinity", "pages".
    struct Call {
        std::string name;
        int fd = -1; ///< the descriptor used, or returned by open
        int error = 0;
        unsigned long request = 0; ///< ioctl
        perf_event_attr attr{};    ///< open
        int group_fd = -1, cpu = -1;
        pid_t pid = 0;
    };

    // ---- script ----
    /// The n-th call (from 1) fails with the errno; close() cannot fail.
    std::map<std::size_t, int> fail_call;
    /// errno for this event, 0 to open it.
    std::function<int(const perf_event_attr&)> refuse = [](const perf_event_attr&) { return 0; };
    /// Raw count of an event at its n-th read (from 1).
    std::function<std::uint64_t(const perf_event_attr&, std::uint64_t n)> count =
        [](const perf_event_attr& attr, std::uint64_t n) { return (attr.config + 1) * 1000 * n; };
    /// Counters of the core PMU, and the number occupied by others. A group that needs more than all of them does not
    /// open (EINVAL, as validate_group in the kernel); one that needs more than are free opens but never runs.
    unsigned counters = 1000, held_counters = 0;
    /// Counters of every box, that is, of a PMU with a dynamic type (32 and above) on one CPU. 0: unlimited.
    unsigned box_counters = 0;
    bool one_event_per_group = false;    ///< boxes accept no larger groups (EINVAL), as in arm_dmc620_pmu.c
    std::size_t descriptor_limit = 1000; ///< EMFILE beyond
    /// Replaces the number of bytes that read() returns.
    std::optional<long> read_answer;
    cpu_set_t affinity{};

    // ---- what happened ----
    std::vector<Call> calls;
    std::set<int> open_descriptors;
    std::size_t most_open = 0;

    std::size_t count_of(const std::string& name) const {
        std::size_t n = 0;
        for (const Call& call : calls)
            n += call.name == name;
        return n;
    }

    // ---- Sys ----
    SysResult perf_event_open(perf_event_attr& attr, pid_t pid, int cpu, int group_fd, unsigned long) override {
        Call& call = log("open");
        call.attr = attr;
        call.group_fd = group_fd;
        call.cpu = cpu;
        call.pid = pid;
        if (call.error == 0) call.error = refuse(attr);
        if (call.error == 0 && open_descriptors.size() >= descriptor_limit) call.error = EMFILE;
        if (call.error == 0 && group_fd >= 0 && !groups_.contains(group_fd)) call.error = EBADF;
        const unsigned in_group = group_fd >= 0 ? hardware_members(group_fd) : 0;
        if (call.error == 0 && is_hardware(attr) && in_group + 1 > counters) call.error = EINVAL;
        if (call.error == 0 && is_box(attr) && group_fd >= 0 &&
            (one_event_per_group || (box_counters != 0 && groups_.at(group_fd).members.size() + 1 > box_counters)))
            call.error = EINVAL;
        if (call.error != 0) return {-1, call.error};
        const int fd = next_fd_++;
        call.fd = fd;
        open_descriptors.insert(fd);
        most_open = std::max(most_open, open_descriptors.size());
        const int leader = group_fd < 0 ? fd : group_fd;
        groups_[leader].members.push_back({fd, attr});
        if (group_fd < 0) groups_[leader].order = next_order_++;
        if (group_fd < 0) groups_[leader].cpu = cpu;
        return {fd, 0};
    }

    SysResult read(int fd, void* buffer, std::size_t bytes) override {
        Call& call = log("read");
        call.fd = fd;
        if (call.error != 0) return {-1, call.error};
        if (read_answer) return {*read_answer, 0};
        Simulated& group = groups_.at(fd);
        const std::size_t need = (3 + 2 * group.members.size()) * 8;
        if (bytes < need) return {-1, ENOSPC};
        ++group.reads;
        std::vector<std::uint64_t> words = {group.members.size(), group.reads * 1'000'000,
                                            runs(fd) ? group.reads * 1'000'000 : 0};
        for (const Member& member : group.members) {
            words.push_back(runs(fd) ? count(member.attr, group.reads) : 0);
            words.push_back(id_of(member.fd));
        }
        std::memcpy(buffer, words.data(), need);
        return {static_cast<long>(need), 0};
    }

    SysResult close(int fd) override {
        Call& call = log("close");
        call.fd = fd;
        call.error = open_descriptors.erase(fd) == 1 ? 0 : EBADF;
        groups_.erase(fd);
        return call.error == 0 ? SysResult{0, 0} : SysResult{-1, call.error};
    }

    SysResult ioctl(int fd, unsigned long request, unsigned long argument) override {
        Call& call = log("ioctl");
        call.fd = fd;
        call.request = request;
        if (call.error != 0) return {-1, call.error};
        if (request == PERF_EVENT_IOC_ID) *reinterpret_cast<std::uint64_t*>(argument) = id_of(fd);
        return {0, 0};
    }

    SysResult map(int fd, std::size_t, int, int) override {
        log("map").fd = fd;
        return {-1, ENODEV};
    }
    SysResult unmap(void*, std::size_t) override {
        log("unmap");
        return {0, 0};
    }
    SysResult sched_getaffinity(pid_t, std::size_t bytes, cpu_set_t* set) override {
        const Call& call = log("affinity");
        if (call.error != 0) return {-1, call.error};
        std::memcpy(set, &affinity, std::min(bytes, sizeof affinity));
        return {static_cast<long>(std::min(bytes, sizeof affinity)), 0};
    }
    SysResult query_pages(unsigned long pages, void**, int* status) override {
        const Call& call = log("pages");
        if (call.error != 0) return {-1, call.error};
        for (unsigned long i = 0; i < pages; ++i)
            status[i] = 0;
        return {0, 0};
    }

private:
    struct Member {
        int fd;
        perf_event_attr attr;
    };
    struct Simulated {
        std::vector<Member> members;
        std::uint64_t reads = 0;
        int order = 0, cpu = -1;
    };

    static std::uint64_t id_of(int fd) { return 7000 + static_cast<std::uint64_t>(fd); }
    /// Whether the type uses a counter of the core PMU: generic, cache and raw events.
    static bool is_hardware(const perf_event_attr& attr) {
        return attr.type == PERF_TYPE_HARDWARE || attr.type == PERF_TYPE_HW_CACHE || attr.type == PERF_TYPE_RAW;
    }
    static bool is_box(const perf_event_attr& attr) { return attr.type >= 32; }
    bool box_runs(const Simulated& mine) const {
        std::size_t used = 0;
        for (const auto& [other, group] : groups_)
            if (group.order < mine.order && group.cpu == mine.cpu &&
                group.members[0].attr.type == mine.members[0].attr.type)
                used += group.members.size();
        return box_counters == 0 || used + mine.members.size() <= box_counters;
    }
    unsigned hardware_members(int leader) const {
        unsigned n = 0;
        for (const Member& member : groups_.at(leader).members)
            n += is_hardware(member.attr);
        return n;
    }
    /// Groups get counters in the order of opening, as long as enough are left for the whole group.
    bool runs(int leader) const {
        if (is_box(groups_.at(leader).members[0].attr)) return box_runs(groups_.at(leader));
        unsigned used = held_counters;
        const int order = groups_.at(leader).order;
        for (const auto& [other, group] : groups_) {
            if (group.order < order && used + hardware_members(other) <= counters) used += hardware_members(other);
        }
        return hardware_members(leader) == 0 || used + hardware_members(leader) <= counters;
    }

    Call& log(std::string name) {
        calls.push_back({std::move(name), -1, 0, 0, {}, -1, -1, 0});
        const auto failure = fail_call.find(calls.size());
        if (failure != fail_call.end() && calls.back().name != "close") calls.back().error = failure->second;
        return calls.back();
    }

    int next_fd_ = 100, next_order_ = 0;
    std::map<int, Simulated> groups_;
};

} // namespace bytebound
