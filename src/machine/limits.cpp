#include "machine/limits.hpp"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

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

/// What the pids controller still allows in a group.
GroupLimit tasks_left(const SysRoot& root, const std::string& group) {
    const auto text = root.read(group + "pids.max");
    if (!text) return {};
    const auto limit = parse_unsigned(*text), used = parse_unsigned(text_of(root, group + "pids.current"));
    if (!limit) return {true, {}}; // "max"
    return {true, *limit - std::min(*limit, used.value_or(0))};
}

std::optional<std::uint64_t> limit_of(__rlimit_resource resource) {
    rlimit limit{};
    if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
    return limit.rlim_cur;
}

/// "size resident ..." in pages; proc_pid_statm(5).
std::uint64_t address_space_in_use(const SysRoot& root) {
    const auto words = split(text_of(root, "proc/self/statm"), ' ');
    return words.empty() ? 0 : parse_unsigned(words[0]).value_or(0) * static_cast<std::uint64_t>(::getpagesize());
}

void find_process_limits(const SysRoot& root, Limits& limits) {
    limits.descriptors = limit_of(RLIMIT_NOFILE);
    if (::geteuid() != 0) limits.user_tasks = limit_of(RLIMIT_NPROC);
    limits.file_bytes = limit_of(RLIMIT_FSIZE);
    // The default stack of a thread (pthread_create(3)): 2 MiB without a limit.
    limits.thread_stack_bytes = limit_of(RLIMIT_STACK).value_or(2u << 20);
    if (const auto space = limit_of(RLIMIT_AS))
        limits.address_space_left = *space - std::min(*space, address_space_in_use(root));
}

/// 128 KiB suffice on x86-64: reading a file takes 64 KiB of it.
constexpr std::uint64_t least_stack = 256u << 10;

} // namespace

std::optional<Error> stack_shortage() {
    const auto stack = limit_of(RLIMIT_STACK);
    if (!stack || *stack >= least_stack) return std::nullopt;
    return Error{ExitCode::not_possible, "start", "bytebound",
                 "it needs " + format_size(static_cast<double>(least_stack)) + " of stack, and ulimit -s allows " +
                     format_size(static_cast<double>(*stack)),
                 "raise ulimit -s"};
}

Limits find_limits(const SysRoot& root) {
    Limits limits;
    limits.memory_available_bytes = meminfo_bytes(text_of(root, "proc/meminfo"), "MemAvailable");
    const std::string mount = "sys/fs/cgroup/";
    for (const std::string& group : groups_of(root, mount, "")) {
        const auto words = split(text_of(root, group + "cpu.max"), ' ');
        if (words.size() == 2) limits.cpu_hundredths = lower_of(limits.cpu_hundredths, cpu_quota(words[0], words[1]));
        limits.memory_bytes = lower_of(limits.memory_bytes, memory_limit(root, group + "memory.max"));
        limits.tasks_left = lower_of(limits.tasks_left, tasks_left(root, group));
    }
    for (const std::string& group : groups_of(root, mount + "cpu/", "cpu"))
        limits.cpu_hundredths = lower_of(limits.cpu_hundredths, cpu_quota(text_of(root, group + "cpu.cfs_quota_us"),
                                                                          text_of(root, group + "cpu.cfs_period_us")));
    for (const std::string& group : groups_of(root, mount + "memory/", "memory"))
        limits.memory_bytes = lower_of(limits.memory_bytes, memory_limit(root, group + "memory.limit_in_bytes"));
    for (const std::string& group : groups_of(root, mount + "pids/", "pids"))
        limits.tasks_left = lower_of(limits.tasks_left, tasks_left(root, group));
    if (root.is_live()) find_process_limits(root, limits);
    return limits;
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void share_heap_if_limited() {
    if (limit_of(RLIMIT_AS)) ::mallopt(M_ARENA_MAX, 1);
}

MemoryRoom memory_room(const Limits& limits, std::uint64_t threads) {
    MemoryRoom room(limits.memory_available_bytes);
    const auto& group = limits.memory_bytes.value;
    if (group && (!room.bytes || *group < *room.bytes)) room = {*group, RoomOf::group};
    if (!limits.address_space_left) return room;
    const std::uint64_t stacks = threads * limits.thread_stack_bytes;
    const std::uint64_t space = std::max(*limits.address_space_left, stacks) - stacks;
    return !room.bytes || space < *room.bytes ? MemoryRoom(space, RoomOf::process) : room;
}

std::string describe(const MemoryRoom& room) {
    const std::string size = format_size(static_cast<double>(room.bytes.value_or(0)));
    if (room.of == RoomOf::process) return "ulimit -v allows " + size + " more";
    return room.of == RoomOf::group ? "the memory cgroup allows " + size : "the machine has " + size + " available";
}

} // namespace bytebound
