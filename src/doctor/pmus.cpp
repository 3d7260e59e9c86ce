#include "doctor/pmus.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "counters/names/pmu_device.hpp"
#include "counters/sys_file.hpp"

namespace bytebound {
namespace {

constexpr std::string_view devices = "sys/bus/event_source/devices";

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](auto prefix) { return name.starts_with(prefix); });
}

/// "config:0-7,32-35", "config1:5", "config2:0-63".
bool is_format(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (!text.starts_with("config") || colon == std::string_view::npos) return false;
    const std::string_view word = text.substr(6, colon - 6);
    if (word.size() > 1 || (word.size() == 1 && (word[0] < '1' || word[0] > '4'))) return false;
    const auto bits = parse_cpu_list(text.substr(colon + 1));
    return bits && !bits->empty() && bits->back() < 64;
}

std::optional<std::vector<int>> cpus_of(const SysRoot& root, const std::string& pmu, const std::string& file,
                                        std::vector<std::string>& faults) {
    const auto text = root.read(std::string(devices) + "/" + pmu + "/" + file);
    if (!text) return std::nullopt;
    auto cpus = parse_cpu_list(*text);
    if (!cpus) faults.push_back(pmu + "/" + file + " is not a CPU list: " + quoted_text(*text));
    if (cpus && cpus->empty()) faults.push_back(pmu + "/" + file + " is empty: it lists no CPU to count on");
    return cpus;
}

PmuFacts read_pmu(const SysRoot& root, const std::string& name) {
    PmuFacts pmu;
    pmu.name = name;
    pmu.kind = is_core_pmu(root, name) ? PmuKind::core : kind_of_pmu(name);
    const std::string home = std::string(devices) + "/" + name + "/";
    const auto type = root.read(home + "type");
    const auto number = type ? parse_unsigned(*type) : std::nullopt;
    if (number && *number <= 0xffffffff)
        pmu.type = static_cast<std::uint32_t>(*number);
    else
        pmu.faults.push_back(type ? name + "/type is not a number: " + quoted_text(*type) : name + " has no type file");
    pmu.cpumask = cpus_of(root, name, "cpumask", pmu.faults);
    pmu.cpus = cpus_of(root, name, "cpus", pmu.faults);
    for (const std::string& term : root.list(home + "format")) {
        const auto text = root.read(home + "format/" + term);
        pmu.formats[term] = text.value_or(std::string());
        if (!text)
            pmu.faults.push_back(name + "/format/" + term + " cannot be read (" + errno_name(text.error().sys_errno) +
                                 ")");
        else if (!is_format(*text))
            pmu.faults.push_back(name + "/format/" + term + " is implausible: " + quoted_text(*text));
    }
    for (const std::string& alias : root.list(home + "events"))
        pmu.events[alias] = text_of(root, home + "events/" + alias);
    return pmu;
}

} // namespace

std::string quoted_text(std::string text) {
    for (char& c : text)
        if (c < ' ' || c > '~') c = '?';
    if (text.size() > 24) text = text.substr(0, 21) + "...";
    return "'" + text + "'";
}

std::string_view name_of(PmuKind kind) {
    switch (kind) {
    case PmuKind::core: return "core";
    case PmuKind::memory_controller: return "memory controller";
    case PmuKind::cache: return "cache";
    case PmuKind::kernel: return "kernel";
    case PmuKind::other: return "other";
    case PmuKind::unrecognised: return "unrecognised";
    }
    return "";
}

PmuKind kind_of_pmu(std::string_view name) {
    if (name == "cpu" ||
        starts_with_any(name, {"cpu_core", "cpu_atom", "cpu_lowpower", "armv7_", "armv8_", "armv9_", "cpum_cf"}) ||
        (name.starts_with("apple_") && name.ends_with("_pmu")))
        return PmuKind::core;
    if (name.starts_with("uncore_imc_uclk")) return PmuKind::other; // Knights Landing's clock domain, not a channel
    if (starts_with_any(name, {"uncore_imc", "uncore_hbm", "uncore_type_14_", "uncore_edc_eclk", "uncore_dmc_",
                               "amd_df", "amd_umc", "arm_cmn", "arm_dmc620_", "nvidia_scf_pmu", "ampere_mcu_pmu",
                               "meson_ddr_bw", "imx8_ddr", "nest_mcs", "nest_mba"}) ||
        (name.starts_with("hisi_sccl") && name.find("_ddrc") != std::string_view::npos))
        return PmuKind::memory_controller;
    if (starts_with_any(name, {"uncore_cbox", "uncore_cha", "amd_l3", "arm_dsu_", "uncore_l3c_"}) ||
        (name.starts_with("hisi_sccl") && name.find("_l3c") != std::string_view::npos))
        return PmuKind::cache;
    if (name == "software" || name == "tracepoint" || name == "breakpoint" || name == "kprobe" || name == "uprobe")
        return PmuKind::kernel;
    if (name == "msr" || name == "power" ||
        starts_with_any(name, {"cstate_",  "intel_pt",  "intel_bts", "ibs_",    "amd_iommu",  "power_",
                               "uncore_",  "i915",      "xe_",       "nvidia_", "arm_smmu",   "smmuv3_",
                               "arm_spe",  "arm_cspmu", "cs_etm",    "hisi_",   "dmar",       "idxd",
                               "iio_",     "cpum_",     "pai_",      "hv_24x7", "hv_gpci",    "thread_imc",
                               "core_imc", "nest_",     "trace_imc", "kvm_",    "riscv_iommu"}))
        return PmuKind::other;
    return PmuKind::unrecognised;
}

std::vector<PmuFacts> read_pmus(const SysRoot& root) {
    std::vector<PmuFacts> pmus;
    for (const std::string& name : root.list(devices))
        pmus.push_back(read_pmu(root, name));
    return pmus;
}

} // namespace bytebound
