#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "experiment/plug_in/plug_in_process.hpp"
#include "experiment/schedule/session_steps.hpp"
#include "loops/update_loop.hpp"
#include "workload/changes.hpp"

namespace bytebound {
namespace {

/// The numbers of a double are exact up to it.
constexpr std::uint64_t most_told_bytes = std::uint64_t{1} << 53;

PlugInRecord& record_at(const SessionContext& session, std::size_t loop) {
    const auto& loops = session.plan.options.loops;
    const auto before = std::count(loops.begin(), loops.begin() + static_cast<std::ptrdiff_t>(loop), LoopKind::plug_in);
    return session.record.plug_ins.at(static_cast<std::size_t>(before));
}

/// The bytes between the end of each group's slab and the next buffer, where no guard page is.
std::vector<std::byte> behind_slabs(const Workspace& workspace) {
    constexpr std::uint64_t boundary = 4096;
    std::vector<std::byte> all;
    for (const BufferRange& range : workspace.ranges()) {
        if (range.buffer != Buffer::slab) continue;
        const std::uint64_t end = range.offset + range.bytes, next = (end + boundary - 1) / boundary * boundary;
        const std::uint64_t until = std::min(next, workspace.bytes());
        all.insert(all.end(), workspace.base() + end, workspace.base() + until);
    }
    return all;
}

PlugInTask task_of(const SessionContext& session, const PhaseInputs& inputs, std::size_t loop) {
    const PlugInOption& option = *plug_in_at(session.plan.options, loop);
    PlugInTask task;
    task.spec.library = record_at(session, loop).library;
    task.spec.arguments = option.arguments;
    task.spec.workspace = inputs.memory.workspace.spec();
    task.spec.sweep_bytes = session.plan.sweep_bytes;
    task.spec.sweep = inputs.memory.sweep.part(0);
    for (const EventRecord& event : inputs.counting.events)
        task.spec.events.push_back(event.name);
    task.buffers = {&*inputs.memory.shared_arena, &*inputs.memory.shared_sweep};
    const auto& affinity = session.record.placement.affinity_read_back;
    if (inputs.team.bound() && !affinity.empty()) task.cpus = affinity.front();
    task.limit = std::chrono::milliseconds(static_cast<std::int64_t>(session.plan.options.loop_timeout_s * 1000));
    return task;
}

void note_failure(const SessionContext& session, const PhaseKey& key, PlugInFault fault) {
    PlugInFailure failure;
    failure.k = session.plan.experiments[key.experiment].trace.k();
    failure.repeat = key.repeat;
    failure.pass = static_cast<std::uint32_t>(key.pass);
    failure.step = fault.step;
    failure.cause = std::move(fault.cause);
    failure.remedy = std::move(fault.remedy);
    failure.exit_code = static_cast<int>(fault.code);
    record_at(session, key.loop).failure = std::move(failure);
}

/// The slab after the step before `mask`, byte for byte, and the bytes behind it. `before`: those behind it at first.
std::optional<PlugInFault> fault_of_slab(const Workspace& workspace, const PlugInAnswer& answer, std::uint32_t mask,
                                         const std::vector<std::byte>& before) {
    const std::span<const std::uint64_t> wanted(workspace.mask(mask), mask_words(workspace.spec().pool_rows));
    if (const auto proven = verify_slab(answer.ids, workspace, wanted); !proven)
        return PlugInFault{ExitCode::internal,
                           "refused in the proof: " + proven.error().object + ": " + proven.error().cause,
                           "correct step() or placed() of the plug-in",
                           {}};
    if (behind_slabs(workspace) != before)
        return PlugInFault{
            ExitCode::internal, "it wrote behind the end of the slab", "write rows only into its slots", {}};
    return {};
}

/// Why what traffic() said cannot be.
std::optional<PlugInFault> fault_of_told(const PlugInAnswer& answer, std::uint32_t pool_rows) {
    const auto above = [](const std::vector<std::uint64_t>& values, std::uint64_t most) {
        return std::find_if(values.begin(), values.end(), [&](std::uint64_t value) { return value > most; });
    };
    const auto fault = [](const auto& values, auto at, const char* what, std::uint64_t most) {
        return PlugInFault{
            ExitCode::internal,
            fmt::format("traffic() says {} {} of step {}, more than {}", *at, what, at - values.begin(), most),
            "correct traffic() of the plug-in",
            {}};
    };
    if (const auto at = above(answer.rows_written, pool_rows); at != answer.rows_written.end())
        return fault(answer.rows_written, at, "rows_written", pool_rows);
    if (const auto at = above(answer.metadata_bytes, most_told_bytes); at != answer.metadata_bytes.end())
        return fault(answer.metadata_bytes, at, "metadata_bytes", most_told_bytes);
    return {};
}

/// A plug-in's ledger: what it says, and the rows that every loop must store where A >= R.
std::vector<StepLedger> told_ledger(const PlugInAnswer& answer, std::span<const StepChange> changes) {
    std::vector<StepLedger> ledger(changes.size());
    for (std::size_t step = 0; step < changes.size(); ++step) {
        ledger[step].min_rows = changes[step].added;
        if (!answer.rows_written.empty())
            ledger[step].rows_written = static_cast<std::uint32_t>(answer.rows_written[step]);
        if (!answer.metadata_bytes.empty()) ledger[step].metadata_bytes = answer.metadata_bytes[step];
    }
    return ledger;
}

/// Prepares masks and slab, runs the process and proves what it left. A fault is the answer's.
Result<PlugInAnswer> run_prepared(const SessionContext& session, const PhaseInputs& inputs, const PlugInTask& task,
                                  const PhaseKey& key) {
    const Workspace& workspace = inputs.memory.workspace;
    TRY(fill_masks(session, inputs.traces, workspace, key.experiment, key.repeat));
    pack_slab(workspace);
    const std::vector<std::byte> behind = behind_slabs(workspace);
    auto answer = TRY(run_plug_in(task, session.stop));
    if (!answer.fault) answer.fault = fault_of_slab(workspace, answer, task.spec.steps.steps(), behind);
    if (!answer.fault) answer.fault = fault_of_told(answer, workspace.spec().pool_rows);
    if (answer.fault) note_failure(session, key, *answer.fault);
    return answer;
}

} // namespace

bool has_failed(const SessionContext& session, std::size_t loop) {
    return session.plan.options.loops[loop] == LoopKind::plug_in && record_at(session, loop).failure.has_value();
}

Result<std::vector<double>> time_plug_in(const SessionContext& session, const PhaseInputs& inputs,
                                         std::size_t experiment, std::size_t loop, std::uint32_t steps) {
    std::vector<double> times;
    if (has_failed(session, loop)) return times;
    PlugInTask task = task_of(session, inputs, loop);
    const auto all = static_cast<std::uint32_t>(inputs.traces.changes[experiment][0]->size());
    task.spec.steps.readings = std::min(steps, all);
    const auto answer = TRY(run_prepared(session, inputs, task, {experiment, loop, 0, 0}));
    if (!answer.fault) times.assign(answer.log.time_ns.begin(), answer.log.time_ns.end());
    return times;
}

Result<std::optional<MeasuredPhase>> measure_plug_in(const SessionContext& session, const PhaseInputs& inputs,
                                                     const PhaseKey& key) {
    PlugInRecord& record = record_at(session, key.loop);
    if (record.failure) return std::nullopt;
    PlugInTask task = task_of(session, inputs, key.loop);
    task.spec.steps = step_plan(session.plan, inputs.counting, key);
    task.spec.read_cost = std::none_of(record.read_cost.begin(), record.read_cost.end(),
                                       [&](const ReadCostRecord& cost) { return cost.pass == key.pass; });
    task.counting = &inputs.counting;
    task.pass = key.pass;
    auto answer = TRY(run_prepared(session, inputs, task, key));
    if (answer.fault) return std::nullopt;
    if (answer.read_cost) record.read_cost.push_back(std::move(*answer.read_cost));
    ProvenPhase phase{std::move(answer.log), told_ledger(answer, *inputs.traces.changes[key.experiment][key.repeat]),
                      ToldFigures{!answer.rows_written.empty(), !answer.metadata_bytes.empty()}};
    for (std::size_t step = 0; step < phase.ledger.size(); ++step)
        phase.log.rows_written[step] = phase.ledger[step].rows_written;
    return measured_phase(session, inputs, key, phase);
}

} // namespace bytebound
