#include "experiment/schedule/session.hpp"

#include "experiment/measure/bound_arena.hpp"
#include "experiment/measure/page_judgement.hpp"
#include "experiment/schedule/batching.hpp"
#include "experiment/schedule/session_steps.hpp"
#include "machine/environment.hpp"
#include "machine/huge_pages.hpp"
#include "machine/load.hpp"
#include "machine/memory_binding.hpp"
#include "machine/page_proof.hpp"
#include "record/environment_warnings.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

Result<void> unless_stopped(const StopFlag& stop) {
    if (stop != 0) return fail(stopped_by(stop));
    return {};
}

void note_environment(const SessionContext& session) {
    RunRecord& record = session.record;
    record.placement.requested = session.plan.placement;
    if (!session.seams.capture_environment) return;
    record.environment = capture_environment(session.seams.root, session.machine, session.plan.placement.cpus);
    record.warnings = environment_warnings(record.environment);
}

/// The state of the machine after the measurement, for comparison with the one before. Nothing is being timed.
void note_environment_after(const SessionContext& session, const Result<std::string>& stat_before) {
    RunRecord& record = session.record;
    if (record.environment.empty()) return;
    const SysRoot& root = session.seams.root;
    const LoadReading during = stat_before ? load_since(root, *stat_before) : LoadReading{};
    capture_after(record.environment, root, session.machine, session.plan.placement.cpus, during);
    const auto changes = change_warnings(record.environment);
    record.warnings.insert(record.warnings.end(), changes.begin(), changes.end());
}

Result<PinnedTeam> pin(const SessionContext& session) {
    PlacementRecord& record = session.record.placement;
    auto team = TRY(PinnedTeam::make(session.sys, session.machine, session.plan.placement.cpus));
    record.bound_cpus = team.bound();
    record.affinity_read_back = team.read_back();
    if (!record.bound_cpus) {
        record.bind_cpus_reason = session.machine.bind_cpus.cause;
        session.record.warnings.push_back(warnings::cpus_not_bound(record.bind_cpus_reason));
    }
    return team;
}

/// Enlarges batches until counters of the whole machine can distinguish a step from background.
Result<void> enlarge_batches_for_background(const SessionContext& session, Counting& counting) {
    if (!counting.counts_shared()) return {};
    const auto probe = probe_background(counting);
    if (probe) return enlarge_batches(session.plan, *probe, session.memory_available, counting.passes);
    if (!session.plan.counting.collectors.automatic) return fail(probe.error());
    // The user did not request this source explicitly, so the run continues without it.
    for (std::size_t i = counting.sources.size(); i-- > 0;) {
        const auto& events = counting.sources[i].plan.events;
        if (!events.empty() && events[0].sharing == Sharing::socket)
            counting.leave_out(i, probe.error().cause, probe.error().remedy);
    }
    return {};
}

/// Queries the location of the arena's pages. For bound memory, a page that the run's policy does not allow is an
/// error.
Result<void> prove_pages(const SessionContext& session, const SessionMemory& memory, std::vector<PageProof>& into) {
    const Workspace& workspace = memory.workspace;
    std::vector<AddressRange> ranges;
    for (const BufferRange& range : workspace.ranges())
        ranges.push_back({range.name, workspace.base() + range.offset, range.bytes});
    PageAnswer answer = ask_for_pages(session.sys, session.plan.placement, ranges);
    session.record.placement.pages_reason = answer.reason;
    if (!answer.reason.empty()) return {};
    into = std::move(answer.proofs);
    if (!memory.bound) return {};
    auto warnings = TRY(judge_pages(session.plan.placement, into));
    session.record.warnings.insert(session.record.warnings.end(), warnings.begin(), warnings.end());
    return {};
}

Result<SessionMemory> allocate(const SessionContext& session) {
    const RunPlan& plan = session.plan;
    PlacementRecord& record = session.record.placement;
    const bool shares = !plan.options.plug_ins.empty();
    std::optional<SharedMemory> shared_arena, shared_sweep;
    if (shares) {
        shared_arena = TRY(SharedMemory::make(arena_bytes(plan.workspace)));
        shared_sweep = TRY(SharedMemory::make(plan.sweep_bytes));
    }
    auto arena =
        TRY(shares ? bind_arena(session.sys, session.machine, plan.placement, std::move(shared_arena->region))
                   : allocate_bound(session.sys, session.machine, plan.placement, arena_bytes(plan.workspace)));
    record.arena_bytes = arena.region.size();
    record.bound_memory = arena.bound;
    if (!arena.bound) record.bind_memory_reason = session.machine.bind_memory.cause;
    if (const auto outside = outside_memory_policy(session.sys, session.machine); arena.bound && !outside.empty())
        session.record.warnings.push_back(warnings::memory_policy_replaced(outside, plan.placement.memory_request));
    auto workspace = TRY(Workspace::in(plan.workspace, std::move(arena.region)));
    workspace.touch(plan.options.workload.seed);
    if (shares) collapse_to_huge_pages(workspace.base(), workspace.bytes());
    record.huge_page_bytes = huge_page_bytes(workspace.base(), workspace.bytes());
    auto sweep = TRY(shares ? Result<CacheSweep>(CacheSweep::make_in(std::move(shared_sweep->region), session.machine,
                                                                     plan.placement.cpus))
                            : CacheSweep::make(session.machine, plan.placement.cpus, plan.sweep_bytes));
    SessionMemory memory{std::move(workspace), arena.bound, std::move(sweep), std::move(shared_arena),
                         std::move(shared_sweep)};
    TRY(prove_pages(session, memory, record.pages_before));
    return memory;
}

} // namespace

Result<void> run_session(const SessionContext& session) {
    const RunPlan& plan = session.plan;
    const StopFlag& stop = session.stop;
    PlacementRecord& placement = session.record.placement;

    TRY(unless_stopped(stop));
    note_environment(session); // before the workers start, so that the load is that of other processes
    auto team = TRY(pin(session));
    TRY(check_descriptors_of_planning(session));
    auto counting = TRY(plan_counting(plan.counting, session.sys, session.seams.root, session.seams.collectors));
    TRY(check_descriptors(session, counting));
    TRY(enlarge_batches_for_background(session, counting));
    auto planned_emulation = TRY(plan_emulation(plan, session.seams.collectors));
    TRY(unless_stopped(stop));
    auto traces = TRY(count_traces(session));
    session.directory = TRY(open_directory(session, counting, planned_emulation, traces));
    TRY(unless_stopped(stop));
    auto memory = TRY(allocate(session));
    TRY(unless_stopped(stop));
    // Before the models, which describe the stores of the method that was chosen.
    const auto oracle_copies = TRY(choose_oracle_copies(session, team, memory.workspace, traces));
    TRY(unless_stopped(stop));
    const auto simulation = TRY(simulate(session, counting, traces, oracle_copies));
    TRY(unless_stopped(stop));
    const std::uint64_t held_bytes = memory.workspace.bytes() + plan.sweep_bytes + traces.store->kept_bytes();
    const auto emulation = TRY(emulate(session, std::move(planned_emulation), held_bytes, oracle_copies));
    TRY(unless_stopped(stop));
    auto files = TRY(open_samples(session, counting));
    TRY(unless_stopped(stop));
    TRY(record_read_cost(session, team, counting));
    TRY(unless_stopped(stop));
    TRY(qualify(session, counting));
    TRY(unless_stopped(stop));
    const PhaseInputs inputs{team, counting, memory, traces, simulation, emulation, oracle_copies, files};
    TRY(choose_batches(session, inputs));
    TRY(unless_stopped(stop));
    const auto stat_before = session.seams.root.read("proc/stat");
    const auto measured = measure_repeats(session, inputs);
    note_environment_after(session, stat_before);
    TRY(measured);
    if (placement.steps_migrated > 0)
        session.record.warnings.push_back(warnings::steps_migrated(placement.steps_migrated, placement.steps));
    return placement.pages_reason.empty() ? prove_pages(session, memory, placement.pages_after) : Result<void>{};
}

} // namespace bytebound
