#include "record/run_record.hpp"

namespace bytebound {

std::string_view name_of(RunStatus status) {
    switch (status) {
    case RunStatus::running: return "running";
    case RunStatus::complete: return "complete";
    case RunStatus::failed: return "failed";
    }
    return "";
}

std::string_view name_of(RepeatsEnd end) {
    switch (end) {
    case RepeatsEnd::given: return "repeats";
    case RepeatsEnd::precision: return "precision";
    case RepeatsEnd::max_time: return "max-time";
    case RepeatsEnd::limit: return "limit";
    }
    return "";
}

std::uint32_t readings_of(const WorkloadRecord& workload, const ExperimentRecord& experiment) {
    return experiment.readings.value_or(workload.steps_per_k);
}

std::uint32_t repeats_of(const WorkloadRecord& workload, const ExperimentRecord& experiment) {
    return experiment.repeats.value_or(workload.repeats);
}

const PlugInRecord* find_plug_in(const RunRecord& run, std::string_view loop) {
    for (const PlugInRecord& each : run.plug_ins)
        if (each.loop == loop) return &each;
    return nullptr;
}

} // namespace bytebound
