#include <catch2/catch.hpp>
#include <string>

#include "doctor/diagnosis.hpp"
#include "support/tree.hpp"

using namespace bytebound;

namespace {

MachineFacts machine_of(test::Tree& tree, const std::string& model) {
    tree.write("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: " + model +
                                   "\nflags\t\t: fpu cqm_mbm_total");
    tree.write("sys/fs/resctrl/info/L3_MON/mon_features", "llc_occupancy\nmbm_total_bytes\nmbm_local_bytes");
    tree.write("sys/devices/system/cpu/online", "0-3");
    return gather_facts(tree.root());
}

} // namespace

TEST_CASE("known errata of resctrl are noted on the CPUs that have them") {
    const auto note = [](const char* model) {
        test::Tree tree;
        const auto notes = resctrl_errata(machine_of(tree, model));
        return notes.empty() ? std::string("none") : notes.back();
    };
    CHECK(note("85").starts_with("erratum SKX99: "));
    CHECK(note("79").starts_with("erratum BDF102: "));
    CHECK(note("106") == "none");
}

TEST_CASE("resctrl has a caveat if there are sub-NUMA clusters that its kernel does not support") {
    test::Tree tree;
    machine_of(tree, "106");
    for (int cpu = 0; cpu < 4; ++cpu)
        tree.write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/physical_package_id", "0");
    tree.write("sys/devices/system/node/has_cpu", "0-1");
    tree.write("sys/fs/resctrl/mon_data/mon_L3_00/mbm_total_bytes", "0");
    const auto unknown = resctrl_errata(gather_facts(tree.root()));
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0].starts_with("sub-NUMA clustering is on"));
    tree.write("sys/fs/resctrl/mon_data/mon_L3_00/mon_sub_L3_00/mbm_total_bytes", "0");
    CHECK(resctrl_errata(gather_facts(tree.root())).empty());
}
