#include <algorithm>
#include <cctype>
#include <optional>

#include "base/text.hpp"
#include "counters/cpuinfo.hpp"
#include "counters/libpfm4/tables.hpp"
#include "counters/names/vendor_names.hpp"

namespace bytebound {
namespace {

/// Models of CPUs and libpfm4's PMU of their cores (the `cpu_models` of its lib/pfmlib_*.c, version 4.13).
struct Models {
    std::string_view vendor;
    std::uint64_t family, first, last;
    std::uint64_t first_stepping, last_stepping;
    std::string_view pmu;
};

constexpr std::uint64_t any = 0xff;

constexpr Models models[] = {
    {"GenuineIntel", 6, 0x2a, 0x2a, 0, any, "snb"},
    {"GenuineIntel", 6, 0x2d, 0x2d, 0, any, "snb_ep"},
    {"GenuineIntel", 6, 0x3a, 0x3a, 0, any, "ivb"},
    {"GenuineIntel", 6, 0x3e, 0x3e, 0, any, "ivb_ep"},
    {"GenuineIntel", 6, 0x3c, 0x3c, 0, any, "hsw"},
    {"GenuineIntel", 6, 0x45, 0x46, 0, any, "hsw"},
    {"GenuineIntel", 6, 0x3f, 0x3f, 0, any, "hsw_ep"},
    {"GenuineIntel", 6, 0x3d, 0x3d, 0, any, "bdw"},
    {"GenuineIntel", 6, 0x47, 0x47, 0, any, "bdw"},
    {"GenuineIntel", 6, 0x4f, 0x4f, 0, any, "bdw_ep"},
    {"GenuineIntel", 6, 0x56, 0x56, 0, any, "bdw_ep"},
    {"GenuineIntel", 6, 0x4e, 0x4e, 0, any, "skl"},
    {"GenuineIntel", 6, 0x5e, 0x5e, 0, any, "skl"},
    {"GenuineIntel", 6, 0x8e, 0x8e, 0, any, "skl"},
    {"GenuineIntel", 6, 0x9e, 0x9e, 0, any, "skl"},
    {"GenuineIntel", 6, 0xa5, 0xa6, 0, any, "skl"},
    {"GenuineIntel", 6, 0x55, 0x55, 0, 4, "skx"},
    {"GenuineIntel", 6, 0x55, 0x55, 5, any, "clx"},
    {"GenuineIntel", 6, 0x57, 0x57, 0, any, "knl"},
    {"GenuineIntel", 6, 0x85, 0x85, 0, any, "knm"},
    {"GenuineIntel", 6, 0x7d, 0x7e, 0, any, "icl"},
    {"GenuineIntel", 6, 0x6a, 0x6a, 0, any, "icx"},
    {"GenuineIntel", 6, 0x6c, 0x6c, 0, any, "icx"},
    {"GenuineIntel", 6, 0x8f, 0x8f, 0, any, "spr"},
    {"AuthenticAMD", 0x17, 0x00, 0x2f, 0, any, "amd64_fam17h_zen1"},
    {"AuthenticAMD", 0x17, 0x30, 0xff, 0, any, "amd64_fam17h_zen2"},
    {"AuthenticAMD", 0x19, 0x00, 0x0f, 0, any, "amd64_fam19h_zen3"},
    {"AuthenticAMD", 0x19, 0x20, 0x5f, 0, any, "amd64_fam19h_zen3"},
    {"AuthenticAMD", 0x19, 0x10, 0x1f, 0, any, "amd64_fam19h_zen4"},
    {"AuthenticAMD", 0x19, 0x60, 0xaf, 0, any, "amd64_fam19h_zen4"},
};

/// libpfm4's PMU of this machine's cores; nullopt: not known, or a newer CPU than its tables.
std::optional<std::string> core_pmu(const SysRoot& root) {
    if (root.is_live()) {
        for (const PfmPmu& pmu : pfm_pmus())
            if (pmu.present && pmu.type == PFM_PMU_TYPE_CORE) return pmu.name;
        return {};
    }
    const Cpuinfo info = read_cpuinfo(root);
    const auto family = parse_unsigned(info.word("cpu family")), model = parse_unsigned(info.word("model")),
               stepping = parse_unsigned(info.word("stepping"));
    if (!family || !model) return {};
    const std::string vendor = info.word("vendor_id");
    for (const Models& row : models) {
        const bool same = row.vendor == vendor && row.family == *family && row.first <= *model && *model <= row.last;
        const std::uint64_t step = stepping.value_or(0);
        if (same && row.first_stepping <= step && step <= row.last_stepping) return std::string(row.pmu);
    }
    return {};
}

} // namespace

std::optional<std::string> vendor_spelling(const SysRoot& root, std::string_view name) {
    if (!initialise_pfm()) return {};
    const auto pmu = core_pmu(root);
    if (!pmu) return {};
    std::string event(name);
    std::replace(event.begin(), event.end(), '.', ':');
    const auto encoding = encode_vendor_name(*pmu + "::" + event);
    if (!encoding || encoding->kind != VendorEncoding::Kind::core) return {};
    return encoding->full_name;
}

} // namespace bytebound
