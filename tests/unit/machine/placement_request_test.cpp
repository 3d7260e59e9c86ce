#include <catch2/catch.hpp>

#include "machine/placement.hpp"
#include "support/machine_of.hpp"
#include "support/machine_trees.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

using Cpus = std::vector<int>;

Cpus cpus_for(const Machine& machine, const std::string& request, unsigned threads) {
    const auto placement = resolve_placement(machine, request, "local", threads);
    INFO((placement ? "" : to_line(placement.error())));
    REQUIRE(placement);
    return placement->cpus;
}

Error error_for(const Machine& machine, const std::string& cpus, const std::string& memory, unsigned threads = 1) {
    const auto placement = resolve_placement(machine, cpus, memory, threads);
    REQUIRE_FALSE(placement);
    return placement.error();
}

} // namespace

TEST_CASE("auto takes one CPU per core, first cores first, SMT siblings last") {
    const Machine machine = machine_of(two_package_smt());
    CHECK(cpus_for(machine, "auto", 1) == Cpus{0});
    CHECK(cpus_for(machine, "auto", 3) == Cpus{0, 1, 2});
    CHECK(cpus_for(machine, "auto", 8) == Cpus{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("auto stays on allowed CPUs and takes a sibling if only that is allowed") {
    TreeFiles files = two_package_smt();
    files["proc/self/status"] = "Cpus_allowed_list:\t1,3,4-5\nMems_allowed_list:\t0-1";
    const Machine machine = machine_of(files);
    // Core 0 offers only 4; core 1 offers 1, then 5; core 2 nothing; core 3 offers 3.
    CHECK(cpus_for(machine, "auto", 4) == Cpus{4, 1, 3, 5});
}

TEST_CASE("a list keeps the user's order and its first CPUs become the workers'") {
    const Machine machine = machine_of(two_package_smt());
    CHECK(cpus_for(machine, "5,0-2", 4) == Cpus{5, 0, 1, 2});
    CHECK(cpus_for(machine, "5,0-2", 2) == Cpus{5, 0});
    CHECK(error_for(machine, "3,3", "local", 2).code == ExitCode::not_possible);
}

TEST_CASE("a list that repeats a million CPUs 300 times is read once") {
    const Machine machine = machine_of(two_package_smt());
    std::string text = "7";
    for (int i = 0; i < 300; ++i)
        text += ",0-1048576";
    CHECK(error_for(machine, text, "local").cause == "this machine has no such CPU");
}

TEST_CASE("core: and package: take one CPU per core before any sibling") {
    const Machine machine = machine_of(two_package_smt());
    CHECK(cpus_for(machine, "core:1-2", 4) == Cpus{1, 2, 5, 6});
    CHECK(cpus_for(machine, "core:3,0", 2) == Cpus{3, 0});
    CHECK(cpus_for(machine, "package:1", 4) == Cpus{2, 3, 6, 7});
}

TEST_CASE("CPUs, cores and packages that do not exist are wrong usage") {
    const Machine machine = machine_of(two_package_smt());
    CHECK(to_line(error_for(machine, "8", "local")) == "place CPU 8: this machine has no such CPU; choose among 0-7");
    // Possible for hotplug (0-127), but not present.
    CHECK(error_for(machine, "100", "local").code == ExitCode::usage);
    CHECK(to_line(error_for(machine, "core:4", "local")) ==
          "place core 4: this machine has no such core; choose among 0-3");
    CHECK(error_for(machine, "package:2", "local").code == ExitCode::usage);
}

TEST_CASE("bad grammar is wrong usage, with a suggestion") {
    const Machine machine = machine_of(two_package_smt());
    for (const char* request :
         {"", "0-", "-1", "0,,1", "core:", "core:x", "package:", "3-1", "all", "core", "0 1", "L3:0"})
        CHECK(error_for(machine, request, "local").code == ExitCode::usage);
    CHECK(to_line(error_for(machine, "aut", "local")) == "place --cpus aut: neither a CPU list nor auto, core:LIST or "
                                                         "package:LIST; did you mean auto?");
}

TEST_CASE("offline CPUs are not possible here") {
    TreeFiles files = two_package_smt();
    files["sys/devices/system/cpu/online"] = "0-4,6-7";
    const Machine machine = machine_of(files);
    const Error error = error_for(machine, "0,5", "local");
    CHECK(error.code == ExitCode::not_possible);
    CHECK(error.object == "CPU 5");
    CHECK(error.cause == "it is offline");
    CHECK(cpus_for(machine, "core:1", 1) == Cpus{1});
}

TEST_CASE("CPUs outside of the cpuset are not possible here") {
    TreeFiles files = two_package_smt();
    files["proc/self/status"] = "Cpus_allowed_list:\t0-1\nMems_allowed_list:\t0-1";
    const Machine machine = machine_of(files);
    CHECK(to_line(error_for(machine, "0,2", "local")) ==
          "place CPU 2: this process may not run there (cpuset or taskset); choose among 0-1");
    CHECK(error_for(machine, "core:2", "local").code == ExitCode::not_possible);
    CHECK(error_for(machine, "core:0,2", "local").object == "core 2");
    CHECK(error_for(machine, "package:1", "local").code == ExitCode::not_possible);
}

TEST_CASE("fewer CPUs than workers are not possible here") {
    const Machine machine = machine_of(two_package_smt());
    const Error error = error_for(machine, "core:0", "local", 3);
    CHECK(error.code == ExitCode::not_possible);
    CHECK(to_line(error) ==
          "place 3 workers: --cpus core:0 gives 2 CPUs, one worker each; use --threads 2 or more CPUs "
          "(allowed: 0-7)");
    CHECK(error_for(machine, "auto", "local", 9).code == ExitCode::not_possible);
}

TEST_CASE("local uses the nodes of the chosen CPUs") {
    const Machine machine = machine_of(two_package_smt());
    const auto nodes = [&](const char* cpus, unsigned threads) {
        return resolve_placement(machine, cpus, "local", threads)->nodes;
    };
    CHECK(nodes("0", 1) == std::vector{0});
    CHECK(nodes("7", 1) == std::vector{1});
    CHECK(nodes("7,0", 2) == std::vector{0, 1});
    // The second CPU has no worker.
    CHECK(nodes("7,0", 1) == std::vector{1});
}

TEST_CASE("local on a CPU-only node uses the nearest node with memory") {
    TreeFiles files = two_package_smt();
    files["sys/devices/system/node/online"] = "0-2";
    // As reported by Linux 6.1 (guest v2b of tests/vm): nodes without memory are not in Mems_allowed.
    files["proc/self/status"] = "Cpus_allowed_list:\t0-7\nMems_allowed_list:\t0,2";
    add_node(files, 0, {0, 1, 4, 5}, 1048576, "10 21 17");
    add_node(files, 1, {2, 3, 6, 7}, 0, "21 10 17");
    add_node(files, 2, {}, 524288, "17 17 10");
    const Machine machine = machine_of(files);
    CHECK(resolve_placement(machine, "2", "local", 1)->nodes == std::vector{2});
    CHECK(resolve_placement(machine, "0", "local", 1)->nodes == std::vector{0});
    CHECK(resolve_placement(machine, "0", "interleave", 1)->nodes == std::vector{0, 2});
    CHECK(resolve_placement(machine, "0", "2", 1)->nodes == std::vector{2});
    CHECK(to_line(error_for(machine, "0", "1")) == "place node 1: it has no memory; choose among nodes 0,2");
}

TEST_CASE("a machine without NUMA accepts local, interleave and node 0") {
    TreeFiles files = {{"sys/devices/system/cpu/online", "0-1"}};
    const Machine machine = machine_of(files);
    for (const char* memory : {"local", "interleave", "0"})
        CHECK(resolve_placement(machine, "1", memory, 1)->nodes == std::vector{0});
    CHECK(resolve_placement(machine, "1", "0", 1)->policy == MemoryPolicy::node);
    CHECK(resolve_placement(machine, "1", "interleave", 1)->policy == MemoryPolicy::interleave);
}

TEST_CASE("nodes that do not exist are wrong usage, forbidden ones not possible") {
    TreeFiles files = two_package_smt();
    files["sys/devices/system/node/possible"] = "0-2";
    files["proc/self/status"] = "Cpus_allowed_list:\t0-7\nMems_allowed_list:\t0";
    const Machine machine = machine_of(files);
    CHECK(to_line(error_for(machine, "0", "7")) ==
          "place node 7: this machine has no such node; choose among nodes 0-1");
    CHECK(error_for(machine, "0", "7").code == ExitCode::usage);
    CHECK(error_for(machine, "0", "2").code == ExitCode::usage); // possible, but nothing says that it exists
    CHECK(error_for(machine, "0", "2").cause == "this machine has no such node");
    CHECK(error_for(machine, "0", "1").code == ExitCode::not_possible);
    CHECK(error_for(machine, "0", "1").cause == "this process may not use its memory (cpuset)");
    CHECK(to_line(error_for(machine, "0", "locl")) ==
          "place --mem locl: neither local, interleave nor a node number; did you mean local?");
    CHECK(error_for(machine, "0", "-1").code == ExitCode::usage);
    CHECK(error_for(machine, "0", "").code == ExitCode::usage);
    // Pages of node 1's CPUs may only come from node 0.
    CHECK(resolve_placement(machine, "7", "local", 1)->nodes == std::vector{0});
}
