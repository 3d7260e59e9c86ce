#include <fmt/format.h>

#include <algorithm>

#include "catalogue/metrics.hpp"
#include "experiment/schedule/session.hpp"

namespace bytebound {
namespace {

/// A ratio to cycles that only lacked instructions.
bool mended_by_emulation(const std::vector<UnavailableRecord>& list, const UnavailableRecord& record) {
    if (record.metric != metric_name::cpi) return emulation_supplies(record.metric);
    return std::none_of(list.begin(), list.end(),
                        [](const UnavailableRecord& u) { return u.metric == metric_name::cycles; });
}

} // namespace

Result<void> Session::emulate_all() {
    if (emulation_.name.empty()) return {};
    RunRecord& record = parts_.record;
    const std::uint64_t held = workspace_->bytes() + parts_.plan.sweep_bytes;
    const std::uint64_t available = parts_.memory_available > held ? parts_.memory_available - held : 1;
    std::error_code none;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", none);
    if (none)
        return fail({ExitCode::internal, "emulate", "/proc/self/exe", "the program's own path is not known",
                     "mount /proc", none.value()});
    const EmulationPlace place{program, parts_.machine.allowed, parts_.memory_available == 0 ? 0 : available};
    TRY(emulate_run(emulation_, parts_.plan, place, progress_, stop_));

    std::size_t emulated = 0, rows = 0;
    for (std::size_t e = 0; e < emulation_.rows.size(); ++e)
        for (std::size_t l = 0; l < emulation_.rows[e].size(); ++l) {
            const EmulatedRow& row = emulation_.rows[e][l];
            ExperimentRecord& of_row = experiment_record(e, l);
            of_row.emulated = row.emulated;
            of_row.emulation_reason = row.reason;
            ++rows;
            if (row.emulated) ++emulated;
        }
    record.emulation = EmulationRecord{emulation_.name, emulation_.version, emulation_.caches, emulation_.processes,
                                       emulation_.seconds};
    const auto available_now = [&list = record.unavailable](const UnavailableRecord& u) {
        return mended_by_emulation(list, u);
    };
    std::vector<UnavailableRecord> left;
    std::copy_if(record.unavailable.begin(), record.unavailable.end(), std::back_inserter(left),
                 [&](const UnavailableRecord& u) { return !available_now(u); });
    record.unavailable = std::move(left);
    record.collectors.push_back(
        {emulation_.name,
         true,
         fmt::format("emulates instructions, LLC misses and DRAM bytes of {} of {} rows, by one worker", emulated,
                     rows),
         {}});
    return {};
}

} // namespace bytebound
