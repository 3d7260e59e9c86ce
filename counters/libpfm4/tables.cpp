#include "counters/libpfm4/tables.hpp"

#include <algorithm>
#include <cstdlib>

namespace bytebound {
namespace {

std::vector<PfmPmu> read_pmus() {
    std::vector<PfmPmu> pmus;
    if (!initialise_pfm()) return pmus;
    for (int id = PFM_PMU_NONE; id < PFM_PMU_MAX; ++id) {
        pfm_pmu_info_t info{};
        info.size = sizeof info;
        if (pfm_get_pmu_info(static_cast<pfm_pmu_t>(id), &info) != PFM_SUCCESS) continue;
        pmus.push_back({info.name, info.desc, info.type, info.first_event, info.nevents, info.is_present != 0});
    }
    return pmus;
}

PfmEvent read_event(int index) {
    pfm_event_info_t info{};
    info.size = sizeof info;
    if (pfm_get_event_info(index, PFM_OS_PERF_EVENT, &info) != PFM_SUCCESS) return {};
    PfmEvent event{info.name, {}};
    for (int i = 0; i < info.nattrs; ++i) {
        pfm_event_attr_info_t attribute{};
        attribute.size = sizeof attribute;
        if (pfm_get_event_attr_info(index, i, PFM_OS_PERF_EVENT, &attribute) != PFM_SUCCESS) continue;
        event.attributes.push_back({attribute.name, attribute.type == PFM_ATTR_UMASK});
    }
    return event;
}

} // namespace

bool initialise_pfm() {
    static const bool initialised = [] {
        // pfm_initialize() is the only reader of this variable (pfm_initialize(3)).
        ::setenv("LIBPFM_ENCODE_INACTIVE", "1", 1);
        const bool ok = pfm_initialize() == PFM_SUCCESS;
        ::unsetenv("LIBPFM_ENCODE_INACTIVE");
        return ok;
    }();
    return initialised;
}

const std::vector<PfmPmu>& pfm_pmus() {
    static const std::vector<PfmPmu> pmus = read_pmus();
    return pmus;
}

const PfmPmu* find_pfm_pmu(const std::string& name) {
    const auto& pmus = pfm_pmus();
    const auto found = std::find_if(pmus.begin(), pmus.end(), [&](const PfmPmu& pmu) { return pmu.name == name; });
    return found == pmus.end() ? nullptr : &*found;
}

std::vector<PfmEvent> pfm_events(const PfmPmu& pmu) {
    std::vector<PfmEvent> events;
    for (int index = pmu.first_event; index != -1; index = pfm_get_event_next(index))
        if (PfmEvent event = read_event(index); !event.name.empty()) events.push_back(std::move(event));
    return events;
}

} // namespace bytebound
