#include "counters/libpfm4/uncore_device.hpp"

#include <array>
#include <utility>

namespace bytebound {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 6> whole_names = {{{"nhm_unc", "uncore"},
                                              {"wsm_unc", "uncore"},
                                              {"rapl", "power"},
                                              {"amd64_rapl", "power"},
                                              {"amd64_fam15h_nb", "amd_nb"},
                                              {"amd64_fam19h_zen3_l3", "amd_l3"}}};

/// Box types that the kernel spells differently from libpfm4.
constexpr std::array<Pair, 6> boxes = {{{"cbo", "cbox"},
                                        {"sbo", "sbox"},
                                        {"ubo", "ubox"},
                                        {"imc_uclk", "mc_uclk"},
                                        {"llc", "l3c"}, // ThunderX2
                                        {"ccpi", "ccpi2"}}};

template <std::size_t n>
std::string_view kernel_spelling(const std::array<Pair, n>& table, std::string_view name) {
    for (const auto& [pfm, kernel] : table)
        if (pfm == name) return kernel;
    return {};
}

} // namespace

std::optional<std::string> uncore_device(std::string_view pfm_pmu) {
    if (const auto whole = kernel_spelling(whole_names, pfm_pmu); !whole.empty()) return std::string(whole);
    if (pfm_pmu.starts_with("hisi_sccl")) return std::string(pfm_pmu);
    const std::string_view mark = pfm_pmu.starts_with("tx2_") ? "tx2_" : "_unc_";
    const auto at = pfm_pmu.find(mark);
    if (at == std::string_view::npos) return {};
    std::string_view box = pfm_pmu.substr(at + mark.size());
    // The trailing digits are the box's number; "pcu" has none, and the 2 in "r2pcie" and "m2m" is part of the name.
    const auto last = box.find_last_not_of("0123456789");
    const std::string_view number = last == std::string_view::npos ? std::string_view{} : box.substr(last + 1);
    box = box.substr(0, box.size() - number.size());
    const std::string_view spelled = kernel_spelling(boxes, box);
    std::string device = "uncore_" + std::string(spelled.empty() ? box : spelled);
    if (!number.empty()) device += "_" + std::string(number);
    return device;
}

} // namespace bytebound
