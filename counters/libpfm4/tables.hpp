#pragma once
// libpfm4's tables as values. libpfm4 has its own copy of <linux/perf_event.h>, so no source may include both.

#include <perfmon/pfmlib.h>

#include <optional>
#include <string>
#include <vector>

namespace bytebound {

/// Initialises the library once, so that it also encodes events for CPUs other than the running one.
bool initialise_pfm();

struct PfmPmu {
    std::string name, description;
    pfm_pmu_type_t type = PFM_PMU_TYPE_UNKNOWN;
    int first_event = -1;
    int events = 0;
    bool present = false;
};
/// Every PMU of the tables, in their order.
const std::vector<PfmPmu>& pfm_pmus();
const PfmPmu* find_pfm_pmu(const std::string& name);

struct PfmAttribute {
    std::string name;
    bool is_unit_mask = false;
};
struct PfmEvent {
    std::string name;
    std::vector<PfmAttribute> attributes;
};
std::vector<PfmEvent> pfm_events(const PfmPmu& pmu);

} // namespace bytebound
