#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/sysroot.hpp"

namespace bytebound {

/// A small sys/ and proc/ that the test describes file by file; the destructor removes it.
class MachineTree {
public:
    MachineTree() {
        std::string pattern = (std::filesystem::temp_directory_path() / "bytebound-tree-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    MachineTree(const MachineTree&) = delete;
    MachineTree& operator=(const MachineTree&) = delete;
    ~MachineTree() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    MachineTree& file(const std::string& relative, const std::string& text) {
        const auto path = path_ / relative;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text << '\n';
        return *this;
    }
    /// A directory in place of a file: reading it fails (EISDIR), even for root.
    MachineTree& unreadable(const std::string& relative) {
        std::filesystem::create_directories(path_ / relative);
        return *this;
    }
    /// file() below the PMU's directory.
    MachineTree& pmu(const std::string& name, const std::string& relative, const std::string& text) {
        return file("sys/bus/event_source/devices/" + name + "/" + relative, text);
    }

    SysRoot root() const { return SysRoot(path_); }

private:
    std::filesystem::path path_;
};

/// Files that every x86 kernel has, even without a core PMU.
inline void add_software_pmus(MachineTree& tree) {
    tree.pmu("software", "type", "1").pmu("breakpoint", "type", "5").pmu("tracepoint", "type", "2");
    tree.pmu("msr", "type", "9").pmu("msr", "events/tsc", "event=0x00").pmu("msr", "format/event", "config:0-63");
}

/// A classic x86 server: one core PMU, two memory-controller boxes.
inline void add_x86_server(MachineTree& tree) {
    add_software_pmus(tree);
    tree.pmu("cpu", "type", "4")
        .pmu("cpu", "format/event", "config:0-7")
        .pmu("cpu", "format/umask", "config:8-15")
        .pmu("cpu", "format/edge", "config:18")
        .pmu("cpu", "format/cmask", "config:24-31")
        .pmu("cpu", "format/offcore_rsp", "config1:0-63")
        .pmu("cpu", "events/mem-loads", "event=0xcd,umask=0x1,offcore_rsp=0x3");
    for (const char* box : {"uncore_imc_0", "uncore_imc_1"}) {
        tree.pmu(box, "type", box == std::string("uncore_imc_0") ? "12" : "13")
            .pmu(box, "cpumask", "0,28")
            .pmu(box, "format/event", "config:0-7")
            .pmu(box, "format/umask", "config:8-15")
            .pmu(box, "events/cas_count_read", "event=0x04,umask=0x03")
            .pmu(box, "events/cas_count_read.scale", "6.103515625e-5")
            .pmu(box, "events/cas_count_read.unit", "MiB");
    }
}

/// Hybrid: performance cores 0-3, efficiency cores 4-7.
inline void add_hybrid(MachineTree& tree) {
    add_software_pmus(tree);
    tree.pmu("cpu_core", "type", "4")
        .pmu("cpu_core", "cpus", "0-3")
        .pmu("cpu_core", "format/event", "config:0-7")
        .pmu("cpu_core", "events/instructions", "event=0xc0")
        .pmu("cpu_atom", "type", "10")
        .pmu("cpu_atom", "cpus", "4-7")
        .pmu("cpu_atom", "format/event", "config:0-7")
        .pmu("cpu_atom", "events/topdown-retiring", "event=0xc2");
}

} // namespace bytebound
