#include "machine/limits.hpp"

#include "base/text.hpp"
#include "counters/sys_file.hpp"
#include "machine/meminfo.hpp"

namespace bytebound {
namespace {

/// The process's path in the unified hierarchy ("0::/system.slice/x"), without the leading slash.
std::string cgroup_path(const SysRoot& root) {
    for (const std::string& line : split(text_of(root, "proc/self/cgroup"), '\n'))
        if (line.starts_with("0::/")) return line.substr(4);
    return {};
}

/// cgroup v2: "QUOTA PERIOD" or "max PERIOD". v1: two files; a quota of -1 means no limit.
GroupLimit cpu_quota(const SysRoot& root, const std::string& own) {
    const auto words = split(text_of(root, own + "cpu.max"), ' ');
    const bool second = words.size() == 2;
    const auto quota = parse_unsigned(second ? words[0] : text_of(root, "sys/fs/cgroup/cpu/cpu.cfs_quota_us"));
    const auto period = parse_unsigned(second ? words[1] : text_of(root, "sys/fs/cgroup/cpu/cpu.cfs_period_us"));
    if (!period) return {};
    if (!quota || *period == 0) return {true, {}};
    return {true, *quota * 100 / *period};
}

GroupLimit memory_limit(const SysRoot& root, const std::string& own) {
    const auto text = root.read(own + "memory.max");
    const auto limit = parse_unsigned(text ? *text : text_of(root, "sys/fs/cgroup/memory/memory.limit_in_bytes"));
    // cgroup v1 expresses "no limit" as a number near 2^63.
    if (limit && *limit < std::uint64_t{1} << 60) return {true, limit};
    return {limit.has_value() || text.has_value(), {}};
}

} // namespace

Limits find_limits(const SysRoot& root) {
    const std::string own = "sys/fs/cgroup/" + cgroup_path(root) + "/";
    return {meminfo_bytes(text_of(root, "proc/meminfo"), "MemAvailable"), cpu_quota(root, own),
            memory_limit(root, own)};
}

} // namespace bytebound
