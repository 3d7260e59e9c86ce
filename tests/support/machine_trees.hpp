#pragma once
// Small machines as sys/ and proc/ trees. Each function returns the files, so that a test can change some of them.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "support/tree.hpp"

namespace bytebound::test {

/// Hexadecimal mask of CPUs below 32, as in cpumap files.
inline std::string cpu_mask(const std::vector<int>& cpus) {
    std::uint32_t bits = 0;
    for (const int cpu : cpus)
        bits |= 1u << cpu;
    std::string text;
    for (int shift = 28; shift >= 0; shift -= 4)
        text += "0123456789abcdef"[bits >> shift & 15u];
    return text;
}

inline void add_cache(TreeFiles& files, int index, int level, const std::string& type, const std::string& size,
                      int ways, const std::vector<int>& shared) {
    for (const int cpu : shared) {
        const std::string base =
            "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index" + std::to_string(index) + "/";
        files[base + "level"] = std::to_string(level);
        files[base + "type"] = type;
        files[base + "size"] = size;
        files[base + "ways_of_associativity"] = std::to_string(ways);
        files[base + "coherency_line_size"] = "64";
        files[base + "shared_cpu_list"] = format_cpu_list(shared);
        files[base + "shared_cpu_map"] = cpu_mask(shared);
    }
}

inline void add_core(TreeFiles& files, int package, int core_id, const std::vector<int>& siblings,
                     const std::vector<int>& package_cpus) {
    for (const int cpu : siblings) {
        const std::string base = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
        files[base + "physical_package_id"] = std::to_string(package);
        files[base + "core_id"] = std::to_string(core_id);
        files[base + "thread_siblings_list"] = format_cpu_list(siblings);
        files[base + "thread_siblings"] = cpu_mask(siblings);
        files[base + "core_siblings"] = cpu_mask(package_cpus);
    }
}

inline void add_node(TreeFiles& files, int node, const std::vector<int>& cpus, std::uint64_t kib,
                     const std::string& distance) {
    const std::string base = "sys/devices/system/node/node" + std::to_string(node) + "/";
    const std::string prefix = "Node " + std::to_string(node) + " ";
    files[base + "cpulist"] = format_cpu_list(cpus);
    files[base + "cpumap"] = cpu_mask(cpus);
    files[base + "meminfo"] = prefix + "MemTotal:       " + std::to_string(kib) + " kB\n" + prefix +
                              "MemFree:        " + std::to_string(kib / 2) + " kB";
    files[base + "distance"] = distance;
}

/// 2 packages = 2 nodes of 1 GiB, 2 cores each, SMT siblings n and n + 4 as Linux numbers them, 16 MiB L3 per package.
///   package 0 / node 0: core 0 {0,4}, core 1 {1,5}     package 1 / node 1: core 2 {2,6}, core 3 {3,7}
inline TreeFiles two_package_smt() {
    TreeFiles files;
    files["sys/devices/system/cpu/online"] = "0-7";
    files["sys/devices/system/cpu/present"] = "0-7";
    files["sys/devices/system/cpu/possible"] = "0-127"; // room for hotplug, as firmware often announces
    files["sys/devices/system/node/online"] = "0-1";
    files["sys/devices/system/node/possible"] = "0-1";
    files["proc/meminfo"] = "MemTotal:        2097152 kB\nMemFree:         1048576 kB";
    files["proc/self/status"] = "Name:\tcat\nCpus_allowed_list:\t0-127\nMems_allowed_list:\t0-1";
    for (int core = 0; core < 4; ++core) {
        const std::vector<int> package_cpus = core < 2 ? std::vector{0, 1, 4, 5} : std::vector{2, 3, 6, 7};
        add_core(files, core / 2, core % 2, {core, core + 4}, package_cpus);
        add_cache(files, 0, 1, "Data", "48K", 12, {core, core + 4});
        add_cache(files, 1, 1, "Instruction", "32K", 8, {core, core + 4});
        add_cache(files, 2, 2, "Unified", "1024K", 16, {core, core + 4});
        if (core % 2 == 0) add_cache(files, 3, 3, "Unified", "16384K", 16, package_cpus);
    }
    add_node(files, 0, {0, 1, 4, 5}, 1048576, "10 21");
    add_node(files, 1, {2, 3, 6, 7}, 1048576, "21 10");
    return files;
}

} // namespace bytebound::test
