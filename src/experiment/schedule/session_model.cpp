#include <fmt/format.h>

#include <algorithm>

#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "experiment/schedule/session_steps.hpp"
#include "experiment/schedule/stationarity.hpp"

namespace bytebound {
namespace {

SimulationRecord simulation_record(const RunPlan& plan, const SimulatedRun& simulation) {
    SimulationRecord record{plan.cache.geometry, plan.cache.origin,     simulation.seconds, 0,
                            plan.hierarchy,      plan.cache.line_origin};
    for (const auto& rows : simulation.rows)
        for (const SimulatedRow& row : rows)
            for (const Simulation& segment : row.segments)
                record.line_references += segment.line_references;
    return record;
}

/// The emulator supplies instructions; a ratio of them to cycles is available if cycles are counted.
bool supplied_by_emulation(const std::vector<UnavailableRecord>& list, const UnavailableRecord& record) {
    if (record.metric != metric_name::cpi) return emulation_supplies(record.metric);
    return std::none_of(list.begin(), list.end(),
                        [](const UnavailableRecord& u) { return u.metric == metric_name::cycles; });
}

/// The entries that remain unavailable with an emulator.
std::vector<UnavailableRecord> still_unavailable(const std::vector<UnavailableRecord>& list) {
    std::vector<UnavailableRecord> left;
    std::copy_if(list.begin(), list.end(), std::back_inserter(left),
                 [&](const UnavailableRecord& u) { return !supplied_by_emulation(list, u); });
    return left;
}

/// This executable, and the memory available to its processes.
Result<EmulationPlace> emulation_place(const SessionContext& session, std::uint64_t held_bytes) {
    std::optional<std::uint64_t> available = session.memory_available.bytes;
    if (available) available = *available - std::min(*available, held_bytes);
    std::error_code none;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", none);
    if (none)
        return fail({ExitCode::internal, "emulate", "/proc/self/exe", "the program's own path is unknown",
                     "mount /proc", none.value()});
    return EmulationPlace{program, session.machine.allowed, available};
}

} // namespace

Result<SimulatedRun> simulate(const SessionContext& session, const Counting& counting, const SessionTraces& traces,
                              std::span<const CopyMethod> oracle_copies) {
    RunRecord& record = session.record;
    const RunPlan& plan = session.plan;
    auto simulation =
        TRY(simulate_run(plan, *traces.store, session.machine.allowed, oracle_copies, session.progress, session.stop));
    judge_stationarity_of(plan, simulation, record);
    const std::string not_simulated = why_not_simulated(simulation);
    record.unavailable = unavailable_metrics(plan.counting, counting, not_simulated);
    if (not_simulated.empty()) {
        record.simulation = simulation_record(plan, simulation);
        record.collectors.push_back({std::string(source_name::sim), true, "models DRAM bytes and LLC misses", ""});
    } else {
        record.collectors.push_back({std::string(source_name::sim), false, not_simulated, "give --collector auto"});
    }
    return simulation;
}

Result<Emulation> emulate(const SessionContext& session, Emulation planned, std::uint64_t held_bytes,
                          std::span<const CopyMethod> oracle_copies) {
    if (planned.name.empty()) return planned;
    Emulation emulation = std::move(planned);
    const auto& loops = session.plan.options.loops;
    for (std::size_t e = 0; e < emulation.rows.size(); ++e)
        for (std::size_t l = 0; l < loops.size(); ++l)
            // The other methods make the references of the emulated memcpy.
            if (tries_copies(loops[l]) &&
                (oracle_copies[e].kind == CopyMethod::nt || oracle_copies[e].kind == CopyMethod::prefetch))
                emulation.rows[e][l].reason = why_not_emulated(loops[l], oracle_copies[e]);
    const auto place = TRY(emulation_place(session, held_bytes));
    TRY(emulate_run(emulation, session.plan, place, session.progress, session.stop));

    std::size_t emulated = 0, rows = 0;
    for (std::size_t e = 0; e < emulation.rows.size(); ++e)
        for (std::size_t l = 0; l < emulation.rows[e].size(); ++l) {
            const EmulatedRow& row = emulation.rows[e][l];
            ExperimentRecord& of_row = experiment_record(session, e, l);
            of_row.emulated = row.emulated;
            of_row.emulation_reason = row.reason;
            ++rows;
            if (row.emulated) ++emulated;
        }
    RunRecord& record = session.record;
    record.emulation =
        EmulationRecord{emulation.name, emulation.version, emulation.caches, emulation.processes, emulation.seconds};
    record.unavailable = still_unavailable(record.unavailable);
    record.collectors.push_back(
        {emulation.name,
         true,
         fmt::format("emulates instructions, LLC misses and DRAM bytes of {} of {} rows, by one worker", emulated,
                     rows),
         {}});
    return emulation;
}

} // namespace bytebound
