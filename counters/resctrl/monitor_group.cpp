#include "counters/resctrl/monitor_group.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "counters/sys_file.hpp"

namespace bytebound {
namespace {

constexpr std::string_view mount_point = "sys/fs/resctrl";
constexpr std::string_view own_prefix = "bytebound-";

std::string groups_of(const ResctrlPlace& place) {
    std::string path(mount_point);
    if (!place.control.empty()) path += "/" + place.control;
    return path + "/mon_groups";
}

bool lists_pid(const SysRoot& root, const std::string& tasks, pid_t pid) {
    const auto lines = split(text_of(root, tasks), '\n');
    return std::find(lines.begin(), lines.end(), std::to_string(pid)) != lines.end();
}

/// Removes the groups of killed programs: groups without tasks whose process is gone, or has the PID of this process. A
/// process of another PID namespace is not visible in proc, but its threads are listed in the group.
void remove_stale_groups(Sys& sys, const SysRoot& root, const std::string& groups) {
    for (const std::string& name : root.list(groups)) {
        if (!name.starts_with(own_prefix)) continue;
        const auto pid = parse_unsigned(std::string_view(name).substr(own_prefix.size()));
        if (!pid) continue;
        const bool own = *pid == static_cast<std::uint64_t>(::getpid());
        if (!own && root.exists("proc/" + std::to_string(*pid))) continue;
        const auto tasks = root.read(groups + "/" + name + "/tasks");
        if (tasks && tasks->empty()) sys.remove_directory((root.path() / groups / name).c_str());
    }
}

Failure refused(const std::string& path, int error) {
    Error why{ExitCode::not_possible, "make monitoring group", path, "the kernel refuses it", {}, error};
    switch (error) {
    // alloc_rmid() in fs/resctrl/monitor.c: ENOSPC if all are in use, EBUSY if the unused ones are in limbo.
    case ENOSPC:
        why.cause = "no RMID is free: all belong to groups";
        why.remedy = "remove unused groups: sudo rmdir /sys/fs/resctrl/mon_groups/NAME";
        break;
    case EBUSY:
        why.cause = "the free RMIDs are in limbo: lines of their previous groups are still in the cache";
        why.remedy = "try again in a few seconds";
        break;
    case EACCES:
    case EPERM:
        why.cause = "monitoring groups in sys/fs/resctrl belong to root";
        why.remedy = "run as root";
        break;
    case EROFS:
        why.cause = "resctrl is mounted read-only, as in a container";
        why.remedy = "on the host: sudo mount -o remount,rw /sys/fs/resctrl";
        break;
    case ENOENT:
        why.cause = "this resctrl has no monitoring groups";
        why.remedy = "sudo mount -t resctrl resctrl /sys/fs/resctrl";
        break;
    default: why.remedy = "cat /sys/fs/resctrl/info/last_cmd_status"; break;
    }
    return fail(std::move(why));
}

/// CPUs that share the L3 cache with this id, which is the number in mon_data's directory names; empty if sysfs does
/// not list them.
std::vector<int> cpus_of_l3(const SysRoot& root, int id) {
    const std::string cpus = "sys/devices/system/cpu/";
    const auto online = parse_cpu_list(text_of(root, cpus + "online"));
    std::vector<int> found;
    for (const int cpu : online.value_or(std::vector<int>())) {
        const std::string home = cpus + "cpu" + std::to_string(cpu) + "/cache/";
        for (const std::string& index : root.list(home)) {
            if (!index.starts_with("index") || integer_of(root, home + index + "/level") != 3) continue;
            if (integer_of(root, home + index + "/id") == id) found.push_back(cpu);
        }
    }
    return found;
}

} // namespace

ResctrlPlace parse_resctrl_groups(std::string_view text) {
    ResctrlPlace place;
    for (const std::string& line : split(text, '\n')) {
        if (line.starts_with("res:")) place.control = line.substr(4);
        if (line.starts_with("mon:")) place.monitor = line.substr(4);
    }
    if (place.control == "/") place.control.clear();
    return place;
}

ResctrlPlace resctrl_place(const SysRoot& root) {
    if (const auto text = root.read("proc/self/cpu_resctrl_groups"); text && !text->empty())
        return parse_resctrl_groups(*text);
    for (const std::string& name : root.list(mount_point)) {
        if (name == "info" || name == "mon_groups" || name == "mon_data") continue;
        if (lists_pid(root, std::string(mount_point) + "/" + name + "/tasks", ::getpid())) return {name, {}};
    }
    return {};
}

Result<std::unique_ptr<MonitorGroup>> MonitorGroup::make(Sys& sys, const SysRoot& root) {
    const ResctrlPlace place = resctrl_place(root);
    const std::string groups = groups_of(place);
    remove_stale_groups(sys, root, groups);
    const std::string name = groups + "/" + std::string(own_prefix) + std::to_string(::getpid());
    const std::string path = (root.path() / name).string();
    const SysResult made = sys.make_directory(path.c_str());
    if (!made.ok()) return refused(name, made.error);
    const std::string home = place.monitor.empty() ? std::string() : (root.path() / groups / place.monitor).string();
    std::unique_ptr<MonitorGroup> group(new MonitorGroup(sys, path, home));
    TRY(group->find_domains(root, name));
    return group;
}

Result<void> MonitorGroup::find_domains(const SysRoot& root, const std::string& name) {
    const std::string data = name + "/mon_data";
    for (const std::string& entry : root.list(data)) {
        constexpr std::string_view prefix = "mon_L3_";
        if (!entry.starts_with(prefix)) continue;
        const auto id = parse_unsigned(std::string_view(entry).substr(prefix.size())); // "00", "01", ...
        if (!id) continue;
        auto domain = std::make_unique<ResctrlDomain>();
        domain->directory = path_ + "/mon_data/" + entry;
        domain->cpus = cpus_of_l3(root, static_cast<int>(*id));
        domain->reached = domain->cpus.empty();
        domains_.push_back(std::move(domain));
    }
    if (domains_.empty())
        return fail({ExitCode::not_possible, "list", data, "it has no mon_L3_* directory",
                     "a kernel that monitors the L3: cat /sys/fs/resctrl/info/L3_MON/mon_features", 0});
    return {};
}

MonitorGroup::~MonitorGroup() {
    if (!home_.empty()) {
        // rmdir returns the threads to the control group, but these came from one of its monitoring groups.
        std::vector<std::string> tids;
        if (const SysResult tasks = sys_.open_file((path_ + "/tasks").c_str(), O_RDONLY); tasks.ok()) {
            UniqueFd file(sys_, static_cast<int>(tasks.value));
            char text[4096];
            if (const SysResult got = sys_.read_at_start(file.get(), text, sizeof text); got.ok())
                tids = split({text, static_cast<std::size_t>(got.value)}, '\n');
        }
        for (const std::string& tid : tids)
            if (const auto number = parse_unsigned(tid)) move(static_cast<pid_t>(*number), home_);
    }
    sys_.remove_directory(path_.c_str());
}

SysResult MonitorGroup::move(pid_t tid, const std::string& group) {
    const SysResult opened = sys_.open_file((group + "/tasks").c_str(), O_WRONLY);
    if (!opened.ok()) return opened;
    UniqueFd file(sys_, static_cast<int>(opened.value));
    const std::string text = std::to_string(tid); // one thread per write
    return sys_.write(file.get(), text.data(), text.size());
}

Result<void> MonitorGroup::watch(pid_t tid, const std::vector<int>& cpus) {
    const SysResult moved = move(tid, path_);
    if (!moved.ok())
        return fail({ExitCode::not_possible, "add thread " + std::to_string(tid) + " to", path_,
                     "the kernel refuses it", "cat /sys/fs/resctrl/info/last_cmd_status", moved.error});
    for (const auto& domain : domains_) {
        const auto runs_there = [&](int cpu) {
            return std::find(domain->cpus.begin(), domain->cpus.end(), cpu) != domain->cpus.end();
        };
        if (cpus.empty() || std::any_of(cpus.begin(), cpus.end(), runs_there))
            domain->reached.store(true, std::memory_order_relaxed);
    }
    return {};
}

} // namespace bytebound
