#include "machine/limits.hpp"

#include <catch2/catch.hpp>

#include "machine/kernel.hpp"
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

TEST_CASE("kernel versions are compared as numbers, and an unknown one is before no other") {
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
