#pragma once
// Vendor event names in libpfm4's spelling (`skx::L2_LINES_IN:ALL`), if the build has that library. It has the tables
// of all CPUs of its architecture, not only the running one. Nothing is opened.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sysroot.hpp"
#include "counters/names/resolution_step.hpp"

namespace bytebound {

/// libpfm4's encoding of a name.
struct VendorEncoding {
    enum class Kind {
        generic, ///< an event of the kernel's own tables (`perf::`, `perf_raw::`): `type` is the static type
        core,    ///< of a CPU's core PMU
        uncore,  ///< on the kernel's PMU `device`
    };
    Kind kind = Kind::core;
    std::string pmu;       ///< libpfm4's name of the PMU: "skx", "skx_unc_imc0"
    std::string full_name; ///< with defaulted unit masks spelled out: "skx::L2_LINES_IN:ALL"
    std::string device;    ///< uncore: "uncore_imc_0"
    std::uint32_t type = 0;
    std::array<std::uint64_t, 3> words{}; ///< config, config1, config2
    bool present = false;                 ///< libpfm4 found the PMU on the running machine
};

/// Whether this build has libpfm4.
bool has_vendor_names();
/// `name`: PMU::EVENT[:ATTRIBUTE]..., without bytebound's own domain modifier.
Step<VendorEncoding> encode_vendor_name(const std::string& name);

/// libpfm4's complete name of a core event in the vendor's and perf's spelling, on the machine's CPU:
/// "mem_load_retired.l3_miss" -> "skx::MEM_LOAD_RETIRED:L3_MISS". nullopt: its tables do not have it.
std::optional<std::string> vendor_spelling(const SysRoot& root, std::string_view name);

/// A PMU in libpfm4's tables.
struct VendorPmu {
    std::string name, description;
    int events = 0;
    bool present = false;
};
std::vector<VendorPmu> vendor_pmus();
/// The PMU's events, each with its unit masks as complete names: "skx::L2_LINES_IN:ALL". Empty for an unknown PMU.
std::vector<std::string> vendor_events(const std::string& pmu);

} // namespace bytebound
