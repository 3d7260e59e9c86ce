#include <perfmon/pfmlib_perf_event.h>
#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/text.hpp"
#include "counters/libpfm4/tables.hpp"
#include "counters/libpfm4/uncore_device.hpp"
#include "counters/names/vendor_names.hpp"

namespace bytebound {
namespace {

/// Owner of strings that libpfm4 allocates.
template <class T>
struct Allocated {
    T* value = nullptr;
    Allocated() = default;
    Allocated(const Allocated&) = delete;
    Allocated& operator=(const Allocated&) = delete;
    ~Allocated() { std::free(value); }
};

/// The parts of PMU::EVENT[:ATTRIBUTE]...
struct Parts {
    std::string pmu, event;
    std::vector<std::string> attributes; ///< without "=VALUE"
};

Parts parts_of(const std::string& name) {
    const auto colons = name.find("::");
    std::vector<std::string> words = split(name.substr(colons + 2), ':');
    Parts parts{name.substr(0, colons), words.front(), {}};
    for (std::size_t i = 1; i < words.size(); ++i)
        parts.attributes.push_back(words[i].substr(0, words[i].find('=')));
    return parts;
}

bool same_name(const std::string& a, const std::string& b) { return ::strcasecmp(a.c_str(), b.c_str()) == 0; }

/// sysfs PMUs that libpfm4 4.13 has no table for.
Step<VendorEncoding> unknown_pmu(const std::string& name, const Parts& parts) {
    std::vector<std::string> known;
    for (const PfmPmu& pmu : pfm_pmus())
        known.push_back(pmu.name);
    const auto near = nearest(parts.pmu, known);
    return wrong_name(name,
                      "libpfm4 has no PMU " + parts.pmu + " (it covers only CPUs of its own architecture, and not " +
                          "amd_df, amd_umc, arm_cmn, dmc620 or nvidia_scf)",
                      near ? "did you mean " + *near + "::" + parts.event + "? else write PMU/TERMS/"
                           : std::string("write PMU/TERMS/ with a PMU of this machine"));
}

Step<VendorEncoding> unknown_event(const std::string& name, const Parts& parts, const std::vector<PfmEvent>& events) {
    std::vector<std::string> known;
    for (const PfmEvent& event : events)
        known.push_back(event.name);
    const auto near = nearest(parts.event, known);
    return wrong_name(name, "PMU " + parts.pmu + " has no event " + parts.event,
                      near ? "did you mean " + parts.pmu + "::" + *near + "?"
                           : "see bytebound events list " + parts.pmu + "::");
}

/// Why libpfm4 rejects the attributes of an event that it has.
Step<VendorEncoding> wrong_attributes(const std::string& name, const Parts& parts, const PfmEvent& event,
                                      const char* pfm_words) {
    std::vector<std::string> known, unit_masks;
    for (const PfmAttribute& attribute : event.attributes) {
        known.push_back(attribute.name);
        if (attribute.is_unit_mask) unit_masks.push_back(attribute.name);
    }
    const std::string masks =
        unit_masks.empty() ? "it does not accept a unit mask" : "unit masks: " + join(unit_masks, ", ");
    for (const std::string& given : parts.attributes) {
        if (std::any_of(known.begin(), known.end(), [&](const std::string& a) { return same_name(a, given); }))
            continue;
        const auto near = nearest(given, known);
        return wrong_name(name, "event " + event.name + " has no attribute " + given,
                          near ? "did you mean " + *near + "?" : masks);
    }
    return wrong_name(name, std::string("libpfm4 says: ") + pfm_words, masks);
}

Step<VendorEncoding> refused(const std::string& name, const Parts& parts, int error) {
    const PfmPmu* pmu = find_pfm_pmu(parts.pmu);
    if (pmu == nullptr) return unknown_pmu(name, parts);
    const std::vector<PfmEvent> events = pfm_events(*pmu);
    const auto event =
        std::find_if(events.begin(), events.end(), [&](const PfmEvent& e) { return same_name(e.name, parts.event); });
    if (event == events.end()) return unknown_event(name, parts, events);
    return wrong_attributes(name, parts, *event, pfm_strerror(error));
}

/// Attributes that describe how an event is opened, rather than which event it is. bytebound sets these itself.
bool is_modifier_of_opening(const std::string& attribute) {
    constexpr std::string_view modifiers[] = {"u",    "k",       "h",    "mg",     "mh",      "period",
                                              "freq", "precise", "excl", "pinned", "hw_smpl", "cpu"};
    return std::find(std::begin(modifiers), std::end(modifiers), attribute) != std::end(modifiers);
}

/// "skx::L2_LINES_IN:ALL:e=0:i=0" -> without the modifiers at their defaults.
std::string with_unit_masks(const std::string& full, const Parts& given) {
    std::string name;
    const Parts parts = parts_of(full);
    const std::vector<std::string> words = split(full.substr(full.find("::") + 2), ':');
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool modifier = words[i].find('=') != std::string::npos;
        const auto asked = [&](const std::string& a) { return i > 0 && same_name(a, parts.attributes[i - 1]); };
        if (modifier && std::none_of(given.attributes.begin(), given.attributes.end(), asked)) continue;
        name += (i == 0 ? "" : ":") + words[i];
    }
    return parts.pmu + "::" + name;
}

/// Core and generic events, in libpfm4's encoding for perf_event_open(2).
Step<VendorEncoding> encode_for_perf(const std::string& name, const Parts& parts, VendorEncoding encoding) {
    perf_event_attr attr{};
    attr.size = sizeof attr;
    Allocated<char> full;
    pfm_perf_encode_arg_t request{};
    request.attr = &attr;
    request.fstr = &full.value;
    request.size = sizeof request;
    const int error = pfm_get_os_event_encoding(name.c_str(), PFM_PLM3, PFM_OS_PERF_EVENT, &request);
    if (error != PFM_SUCCESS) return refused(name, parts, error);
    encoding.type = attr.type;
    encoding.words = {attr.config, attr.config1, attr.config2};
    if (full.value != nullptr) encoding.full_name = with_unit_masks(full.value, parts);
    return encoding;
}

/// Uncore events. For perf, libpfm4 needs the PMU's type from the running kernel and refuses without it. The raw
/// register values are used instead, and placed where libpfm4's own code puts them
/// (pfmlib_intel_snbep_unc_perf_event.c, pfmlib_intel_x86_perf_event.c).
Step<VendorEncoding> encode_for_registers(const std::string& name, const Parts& parts, VendorEncoding encoding) {
    Allocated<std::uint64_t> codes;
    Allocated<char> full;
    pfm_pmu_encode_arg_t request{};
    request.fstr = &full.value;
    request.size = sizeof request;
    const int error = pfm_get_os_event_encoding(name.c_str(), PFM_PLM0 | PFM_PLM3, PFM_OS_NONE, &request);
    codes.value = request.codes;
    if (error != PFM_SUCCESS) return refused(name, parts, error);
    // The kernel sets bits 16, 17, 20 and 22 of the select register (user, kernel, interrupt, enable).
    constexpr std::uint64_t of_the_kernel = 0x530000;
    encoding.words[0] = codes.value[0] & ~of_the_kernel;
    const std::uint64_t second = request.count > 1 ? codes.value[1] : 0, third = request.count > 2 ? codes.value[2] : 0;
    if (encoding.pmu.find("_unc_upi") != std::string::npos) {
        encoding.words[0] |= second << 32; // match of packet headers: umask_ext
    } else if (encoding.pmu.find("_unc_cbo") != std::string::npos ||
               encoding.pmu.find("_unc_cha") != std::string::npos) {
        encoding.words[1] = second | third << 32; // the box's two filter registers
    } else {
        encoding.words[1] = second;
        encoding.words[2] = third;
    }
    if (full.value != nullptr) encoding.full_name = with_unit_masks(full.value, parts);
    return encoding;
}

} // namespace

bool has_vendor_names() { return true; }

Step<VendorEncoding> encode_vendor_name(const std::string& name) {
    if (!initialise_pfm()) return unavailable("libpfm4 does not start on this machine", "write PMU/TERMS/");
    const Parts parts = parts_of(name);
    for (const std::string& attribute : parts.attributes)
        if (is_modifier_of_opening(attribute))
            return wrong_name(
                name, "libpfm4's modifier " + attribute + " selects how an event is opened, not which event it is",
                "remove it; a domain comes at the end: :u, :k or :uk");
    const PfmPmu* pmu = find_pfm_pmu(parts.pmu);
    if (pmu == nullptr) return unknown_pmu(name, parts);
    VendorEncoding encoding;
    encoding.pmu = pmu->name;
    encoding.full_name = name;
    encoding.present = pmu->present;
    if (pmu->type == PFM_PMU_TYPE_UNCORE) {
        const auto device = uncore_device(pmu->name);
        if (!device)
            return unavailable("the kernel's name of libpfm4's PMU " + pmu->name + " is not known",
                               "write PMU/TERMS/ with a PMU of this machine");
        encoding.kind = VendorEncoding::Kind::uncore;
        encoding.device = *device;
        return encode_for_registers(name, parts, std::move(encoding));
    }
    encoding.kind = pmu->type == PFM_PMU_TYPE_OS_GENERIC ? VendorEncoding::Kind::generic : VendorEncoding::Kind::core;
    return encode_for_perf(name, parts, std::move(encoding));
}

std::vector<VendorPmu> vendor_pmus() {
    std::vector<VendorPmu> pmus;
    for (const PfmPmu& pmu : pfm_pmus())
        pmus.push_back({pmu.name, pmu.description, pmu.events, pmu.present});
    return pmus;
}

std::vector<std::string> vendor_events(const std::string& name) {
    std::vector<std::string> names;
    const PfmPmu* pmu = find_pfm_pmu(name);
    if (pmu == nullptr) return names;
    for (const PfmEvent& event : pfm_events(*pmu)) {
        const std::string plain = pmu->name + "::" + event.name;
        const std::size_t before = names.size();
        for (const PfmAttribute& attribute : event.attributes)
            if (attribute.is_unit_mask) names.push_back(plain + ":" + attribute.name);
        if (names.size() == before) names.push_back(plain);
    }
    return names;
}

} // namespace bytebound
