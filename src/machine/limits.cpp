#include "machine/limits.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "counters/sys_file.hpp"
#include "machine/meminfo.hpp"

namespace bytebound {
namespace {

/// The process's path in the unified hierarchy ("0::/system.slice/x") or, with a controller, in that of cgroup v1
/// ("5:cpu,cpuacct:/x"), without the leading slash; cgroups(7).
std::string cgroup_path(const SysRoot& root, std::string_view controller) {
    for (const std::string& line : split(text_of(root, "proc/self/cgroup"), '\n')) {
        const std::size_t first = line.find(':'), second = line.find(":/", first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const auto controllers = split(line.substr(first + 1, second - first - 1), ',');
        if (std::find(controllers.begin(), controllers.end(), controller) != controllers.end())
            return line.substr(second + 2);
    }
    return {};
}

/// Directories of the process's group and of those above it, from the innermost to the root of the hierarchy.
std::vector<std::string> groups_of(const SysRoot& root, const std::string& mount, std::string_view controller) {
    std::vector<std::string> groups;
    std::string path = cgroup_path(root, controller);
    while (!path.empty()) {
        groups.push_back(mount + path + "/");
        const std::size_t slash = path.rfind('/');
        path.resize(slash == std::string::npos ? 0 : slash);
    }
    groups.push_back(mount);
    return groups;
}

GroupLimit lower_of(const GroupLimit& a, const GroupLimit& b) {
    if (!a.value || !b.value) return {a.stated || b.stated, a.value ? a.value : b.value};
    return {true, std::min(*a.value, *b.value)};
}

/// v2: "QUOTA PERIOD" or "max PERIOD". v1: two files; a quota of -1 means no limit.
GroupLimit cpu_quota(const std::string& quota_text, const std::string& period_text) {
    const auto quota = parse_unsigned(quota_text), period = parse_unsigned(period_text);
    if (!period) return {};
    if (!quota || *period == 0) return {true, {}};
    return {true, *quota * 100 / *period};
}

GroupLimit memory_limit(const SysRoot& root, const std::string& file) {
    const auto text = root.read(file);
    if (!text) return {};
    const auto limit = parse_unsigned(*text);
    // "max" in v2; v1 expresses "no limit" as a number near 2^63.
    if (!limit || *limit >= std::uint64_t{1} << 60) return {true, {}};
    return {true, limit};
}

} // namespace

Limits find_limits(const SysRoot& root) {
    Limits limits;
    limits.memory_available_bytes = meminfo_bytes(text_of(root, "proc/meminfo"), "MemAvailable");
    const std::string mount = "sys/fs/cgroup/";
    for (const std::string& group : groups_of(root, mount, "")) {
        const auto words = split(text_of(root, group + "cpu.max"), ' ');
        if (words.size() == 2) limits.cpu_hundredths = lower_of(limits.cpu_hundredths, cpu_quota(words[0], words[1]));
        limits.memory_bytes = lower_of(limits.memory_bytes, memory_limit(root, group + "memory.max"));
    }
    for (const std::string& group : groups_of(root, mount + "cpu/", "cpu"))
        limits.cpu_hundredths = lower_of(limits.cpu_hundredths, cpu_quota(text_of(root, group + "cpu.cfs_quota_us"),
                                                                          text_of(root, group + "cpu.cfs_period_us")));
    for (const std::string& group : groups_of(root, mount + "memory/", "memory"))
        limits.memory_bytes = lower_of(limits.memory_bytes, memory_limit(root, group + "memory.limit_in_bytes"));
    if (rlimit descriptors{}; root.is_live() && ::getrlimit(RLIMIT_NOFILE, &descriptors) == 0)
        limits.descriptors = descriptors.rlim_cur;
    return limits;
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

MemoryRoom memory_room(const Limits& limits) {
    const std::uint64_t machine = limits.memory_available_bytes.value_or(0);
    const auto& group = limits.memory_bytes.value;
    if (group && (machine == 0 || *group < machine)) return {*group, true};
    return {machine, false};
}

std::string describe(const MemoryRoom& room) {
    const std::string size = format_size(static_cast<double>(room.bytes));
    return room.of_group ? "the memory cgroup allows " + size : "the machine has " + size + " available";
}

} // namespace bytebound
