#include "machine/virtualisation.hpp"

#include <catch2/catch.hpp>

#include "support/tree.hpp"

using namespace bytebound;

namespace {

Virtualisation of(test::Tree& tree) {
    return find_virtualisation(tree.root(), identify_cpu(tree.root()), kernel_release(tree.root()));
}

Virtualisation of_board(const char* vendor, const char* product) {
    test::Tree tree;
    tree.write("sys/class/dmi/id/sys_vendor", vendor);
    tree.write("sys/class/dmi/id/product_name", product);
    return of(tree);
}

} // namespace

TEST_CASE("a hypervisor is identified by its board, and a cloud's bare metal is not one") {
    CHECK(of_board("QEMU", "Standard PC (Q35 + ICH9, 2009)").hypervisor == "KVM/QEMU");
    CHECK(of_board("Amazon EC2", "c7g.4xlarge").hypervisor == "Amazon EC2");
    CHECK(of_board("Google", "Google Compute Engine").hypervisor == "Google Compute Engine");
    CHECK(of_board("Microsoft Corporation", "Virtual Machine").hypervisor == "Hyper-V");
    CHECK(of_board("VMware, Inc.", "VMware Virtual Platform").hypervisor == "VMware");
    CHECK(of_board("innotek GmbH", "VirtualBox").hypervisor == "VirtualBox");
    CHECK(of_board("Parallels International GmbH.", "Parallels ARM Virtual Platform").hypervisor == "Parallels");
    CHECK(of_board("Apple Inc.", "Apple Virtualization Generic Platform").hypervisor == "Apple Virtualization");
    CHECK(of_board("Apple Inc.", "Mac mini").hypervisor.empty());
    CHECK(of_board("OpenStack Foundation", "OpenStack Nova").pmu_remedy == "set hw_pmu=True on the image");
    CHECK(of_board("Huawei", "KunLun").hypervisor.empty()); // makes servers, too
    CHECK(of_board("Amazon EC2", "c7g.metal").hypervisor.empty());
    CHECK(of_board("Dell Inc.", "PowerEdge R750").hypervisor.empty());
    CHECK(of_board("Microsoft Corporation", "Surface Pro").hypervisor.empty());
}

TEST_CASE("a hypervisor without a name is detected, and the evidence is reported") {
    test::Tree tree;
    CHECK_FALSE(of(tree).in_virtual_machine());
    tree.write("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu hypervisor");
    CHECK(of(tree).hypervisor == "a hypervisor");
    CHECK(of(tree).signs == std::vector<std::string>{"CPU flag hypervisor"});
    tree.write("sys/hypervisor/type", "xen");
    CHECK(of(tree).hypervisor == "xen");
    CHECK(of(tree).signs == std::vector<std::string>{"CPU flag hypervisor", "/sys/hypervisor/type xen"});
    tree.write("sys/class/dmi/id/sys_vendor", "Amazon EC2");
    CHECK(of(tree).hypervisor == "Amazon EC2");
    CHECK(of(tree).signs.size() == 2);
    CHECK(of_board("Bochs", "").hypervisor == "a hypervisor");
}

TEST_CASE("a device tree's name of the hypervisor ends at its zero byte") {
    test::Tree tree;
    tree.write("sys/firmware/devicetree/base/hypervisor/compatible", std::string("xen,xen\0xen", 11));
    CHECK(of(tree).hypervisor == "xen,xen");
    CHECK(of(tree).signs == std::vector<std::string>{"the device tree lists a hypervisor"});
}
