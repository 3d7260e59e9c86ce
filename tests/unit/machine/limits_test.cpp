#include "machine/limits.hpp"

#include <catch2/catch.hpp>

#include "counters/kernel.hpp"
#include "support/tree.hpp"

using namespace bytebound;

TEST_CASE("a limit that no file sets is unknown, not absent") {
    test::Tree tree;
    CHECK(find_limits(tree.root()) == Limits{});
    tree.write("proc/self/cgroup", "0::/job");
    tree.write("sys/fs/cgroup/job/cpu.max", "max 100000");
    tree.write("sys/fs/cgroup/job/memory.max", "max");
    tree.write("proc/meminfo", "MemTotal:        2048 kB\nMemAvailable:    1024 kB");
    const Limits free = find_limits(tree.root());
    CHECK(free.cpu_hundredths == GroupLimit{true, {}});
    CHECK(free.memory_bytes == GroupLimit{true, {}});
    CHECK(free.memory_available_bytes == 1048576u);
    tree.write("sys/fs/cgroup/job/cpu.max", "150000 100000");
    tree.write("sys/fs/cgroup/job/memory.max", "4096");
    CHECK(find_limits(tree.root()).cpu_hundredths == GroupLimit{true, 150});
    CHECK(find_limits(tree.root()).memory_bytes == GroupLimit{true, 4096});
}

TEST_CASE("the lowest limit of the process's group and of those above it counts") {
    test::Tree tree;
    tree.write("proc/self/cgroup", "0::/jobs/mine/step");
    tree.write("sys/fs/cgroup/jobs/mine/memory.max", "8192");
    tree.write("sys/fs/cgroup/jobs/memory.max", "4096");
    tree.write("sys/fs/cgroup/jobs/mine/step/memory.max", "max");
    CHECK(find_limits(tree.root()).memory_bytes == GroupLimit{true, 4096});
    // cgroup v1: the path of the controller that is asked for.
    tree.write("proc/self/cgroup", "9:cpu,cpuacct:/a\n8:memory:/b/c\n1:name=systemd:/d");
    tree.write("sys/fs/cgroup/memory/b/memory.limit_in_bytes", "209715200");
    tree.write("sys/fs/cgroup/memory/b/c/memory.limit_in_bytes", "9223372036854771712");
    tree.write("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "50000");
    tree.write("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000");
    const Limits limits = find_limits(tree.root());
    CHECK(limits.memory_bytes == GroupLimit{true, 209715200});
    CHECK(limits.cpu_hundredths == GroupLimit{true, 50});
}

TEST_CASE("a memory cgroup below the machine's memory is what a run may fill") {
    Limits limits;
    CHECK(memory_room(limits).bytes == std::nullopt);
    limits.memory_available_bytes = std::uint64_t{1} << 30;
    CHECK(describe(memory_room(limits)) == "the machine has 1 GiB available");
    limits.memory_bytes = {true, 200u << 20};
    CHECK(describe(memory_room(limits)) == "the memory cgroup allows 200 MiB");
    limits.memory_bytes = {true, std::uint64_t{2} << 30};
    CHECK(memory_room(limits).of == RoomOf::machine);
}

TEST_CASE("the address space of a process is a room, less the stacks of the threads it will start") {
    Limits limits;
    limits.memory_available_bytes = std::uint64_t{1} << 30;
    limits.address_space_left = 500u << 20;
    limits.thread_stack_bytes = 8u << 20;
    CHECK(describe(memory_room(limits)) == "ulimit -v allows 500 MiB more");
    CHECK(memory_room(limits, 4).bytes == 468u << 20);
    CHECK(memory_room(limits, 100).bytes == 0u);
    limits.address_space_left = std::uint64_t{4} << 30;
    CHECK(memory_room(limits, 4).of == RoomOf::machine);
}

TEST_CASE("the tightest pids cgroup says how many more tasks there may be") {
    test::Tree tree;
    tree.write("proc/self/cgroup", "0::/jobs/mine");
    tree.write("sys/fs/cgroup/jobs/mine/pids.max", "max");
    CHECK(find_limits(tree.root()).tasks_left == GroupLimit{true, {}});
    tree.write("sys/fs/cgroup/jobs/pids.max", "10");
    tree.write("sys/fs/cgroup/jobs/pids.current", "7");
    CHECK(find_limits(tree.root()).tasks_left == GroupLimit{true, 3});
    tree.write("sys/fs/cgroup/jobs/mine/pids.max", "2");
    tree.write("sys/fs/cgroup/jobs/mine/pids.current", "4"); // lowered afterwards
    CHECK(find_limits(tree.root()).tasks_left == GroupLimit{true, 0});
    tree.write("proc/self/cgroup", "7:pids:/a");
    tree.write("sys/fs/cgroup/pids/a/pids.max", "5");
    tree.write("sys/fs/cgroup/pids/a/pids.current", "4");
    CHECK(find_limits(tree.root()).tasks_left == GroupLimit{true, 1});
}

TEST_CASE("a kernel's version is compared by number, and an unknown one is before none") {
    test::Tree tree;
    CHECK_FALSE(kernel_release(tree.root()).version);
    CHECK_FALSE(kernel_release(tree.root()).before(99, 0));
    tree.write("proc/version", "Linux version 6.9.0-rc1+ (builder@host) #1 SMP");
    const KernelRelease kernel = kernel_release(tree.root());
    CHECK(kernel.text == "6.9.0-rc1+");
    CHECK(kernel.before(6, 10));
    CHECK(kernel.before(7, 0));
    CHECK_FALSE(kernel.before(6, 9));
    CHECK_FALSE(kernel.before(5, 17));
    tree.write("proc/sys/kernel/osrelease", "custom");
    CHECK(kernel_release(tree.root()).text == "custom");
    CHECK_FALSE(kernel_release(tree.root()).version);
}
