#include "experiment/schedule/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "catalogue/sources.hpp"
#include "experiment/measure/page_judgement.hpp"
#include "experiment/plan/expected_traffic.hpp"
#include "experiment/plan/planned_records.hpp"
#include "experiment/replay/simulation.hpp"
#include "experiment/schedule/batching.hpp"
#include "experiment/schedule/stationarity.hpp"
#include "loops/copy_trial.hpp"
#include "machine/environment.hpp"
#include "record/environment_warnings.hpp"
#include "record/stamp.hpp"
#include "record/warnings.hpp"

namespace bytebound {

Session::Session(Parts parts, const ProgressCallback& progress, const StopFlag& stop)
    : parts_(parts), progress_(progress), stop_(stop),
      oracle_copies_(parts.plan.experiments.size(), parts.plan.options.copy) {}

Session::~Session() = default;

Result<void> Session::measure() {
    using Step = Result<void> (Session::*)();
    for (const Step step : {&Session::pin_team, &Session::open_directory, &Session::allocate, &Session::simulate_all,
                            &Session::emulate_all, &Session::open_samples, &Session::choose_oracle_copies,
                            &Session::price_reads, &Session::qualify, &Session::measure_phases}) {
        if (stop_ != 0) return fail(stopped_by(stop_));
        TRY((this->*step)());
    }
    return {};
}

Result<void> Session::pin_team() {
    PlacementRecord& record = parts_.record.placement;
    record.requested = parts_.plan.placement;
    // Before any worker works: what it sees is others' load.
    if (parts_.seams.capture_environment) {
        parts_.record.environment = capture_environment(parts_.seams.root, parts_.machine, record.requested.cpus);
        parts_.record.warnings = environment_warnings(parts_.record.environment);
    }
    auto team = TRY(PinnedTeam::make(parts_.sys, parts_.machine, record.requested.cpus));
    team_.emplace(std::move(team));
    record.bound_cpus = team_->bound();
    record.affinity_read_back = team_->read_back();
    if (!record.bound_cpus) {
        record.bind_cpus_reason = parts_.machine.bind_cpus.cause;
        parts_.record.warnings.push_back(warnings::cpus_not_bound(record.bind_cpus_reason));
    }
    auto counting = TRY(plan_counting(parts_.plan.counting, parts_.sys, parts_.seams.root, parts_.seams.collectors));
    counting_ = std::move(counting);
    TRY(enlarge_batches_for_background());
    auto emulation = TRY(plan_emulation(parts_.plan, parts_.seams.collectors));
    emulation_ = std::move(emulation);
    return {};
}

bool Session::counts_shared() const {
    for (int pass = 0; pass < counting_.passes; ++pass)
        if (counting_.counts_shared(pass)) return true;
    return false;
}

Result<void> Session::enlarge_batches_for_background() {
    if (!counts_shared()) return {};
    const auto probe = probe_background(counting_);
    if (probe) return enlarge_batches(parts_.plan, *probe, parts_.memory_available, counting_.passes);
    if (!parts_.plan.counting.collectors.automatic) return fail(probe.error());
    // Nobody asked for this source: the run goes on without it.
    for (std::size_t i = counting_.sources.size(); i-- > 0;) {
        const auto& events = counting_.sources[i].plan.events;
        if (!events.empty() && events[0].sharing == Sharing::socket)
            counting_.leave_out(i, probe.error().cause, probe.error().remedy);
    }
    return {};
}

Result<void> Session::open_directory() {
    RunRecord& record = parts_.record;
    const BuildInfo build = build_info();
    record.version = build.version;
    record.git_revision = build.git_revision;
    record.command = parts_.plan.options.command;
    record.host = host_name();
    record.workload = workload_record(parts_.plan);
    record.experiments = experiment_records(parts_.plan);
    record.expected = expected_record(parts_.plan);
    record.collectors = counting_.collectors;
    record.events = counting_.events;
    record.passes = counting_.passes;
    const PresetChoice& choice = parts_.plan.counting.preset.choice;
    record.preset.reason = choice.reason;
    if (choice.preset) {
        record.preset.name = choice.preset->name;
        record.preset.source = choice.preset->source;
        record.preset.verified = choice.preset->verified;
    }
    record.qualification.reason = "the run ended before it";
    record.warnings.insert(record.warnings.end(), parts_.plan.warnings.begin(), parts_.plan.warnings.end());
    record.warnings.insert(record.warnings.end(), counting_.warnings.begin(), counting_.warnings.end());
    record.warnings.insert(record.warnings.end(), emulation_.warnings.begin(), emulation_.warnings.end());

    auto directory = TRY(RunDirectory::create(parts_.path, parts_.plan.options.force));
    TRY(directory.write_record(record));
    parts_.directory = std::move(directory);
    return {};
}

Result<void> Session::allocate() {
    PlacementRecord& record = parts_.record.placement;
    auto workspace = TRY(Workspace::allocate(parts_.plan.workspace));
    workspace_ = std::move(workspace);
    record.arena_bytes = workspace_->bytes();
    const auto bound = TRY(bind_memory(parts_.machine, parts_.plan.placement, workspace_->base(), workspace_->bytes()));
    record.bound_memory = bound;
    if (!bound) record.bind_memory_reason = parts_.machine.bind_memory.cause;
    workspace_->touch(parts_.plan.options.seed);
    record.huge_page_bytes = huge_page_bytes(workspace_->base(), workspace_->bytes());
    auto sweep = TRY(CacheSweep::make(parts_.machine, parts_.plan.placement.cpus, parts_.plan.sweep_bytes));
    sweep_ = std::move(sweep);
    return prove_pages(record.pages_before);
}

Result<void> Session::prove_pages(std::vector<PageProof>& into) {
    PlacementRecord& record = parts_.record.placement;
    std::vector<AddressRange> ranges;
    for (const BufferRange& range : workspace_->ranges())
        ranges.push_back({range.name, workspace_->base() + range.offset, range.bytes});
    auto proofs = query_buffers(parts_.sys, parts_.plan.placement, ranges);
    if (!proofs) {
        // No answer is a stated capability; a wrong answer would be a failed proof.
        record.pages_reason = proofs.error().cause;
        return {};
    }
    into = std::move(*proofs);
    if (!record.bound_memory) return {};
    auto doubts = TRY(judge_pages(parts_.plan.placement, into));
    for (Warning& doubt : doubts)
        parts_.record.warnings.push_back(std::move(doubt));
    return {};
}

Result<void> Session::simulate_all() {
    RunRecord& record = parts_.record;
    auto simulation = TRY(simulate_run(parts_.plan, parts_.machine.allowed, progress_, stop_));
    simulation_ = std::move(simulation);
    judge_stationarity_of(parts_.plan, simulation_, record);
    const std::string not_simulated = why_not_simulated(simulation_);
    record.unavailable = unavailable_metrics(parts_.plan.counting, counting_, not_simulated);
    if (not_simulated.empty()) {
        SimulationRecord sim{parts_.plan.cache.geometry, parts_.plan.cache.origin, simulation_.seconds, 0,
                             parts_.plan.hierarchy};
        for (const auto& rows : simulation_.rows)
            for (const SimulatedRow& row : rows)
                sim.line_references += row.line_references;
        record.simulation = sim;
    }
    record.collectors.push_back({std::string(source_name::sim), not_simulated.empty(),
                                 not_simulated.empty() ? "models DRAM bytes and LLC misses" : not_simulated,
                                 not_simulated.empty() ? "" : "give --collector auto"});
    return {};
}

Result<void> Session::open_samples() {
    const RunRecord& record = parts_.record;
    SampleTable shape;
    for (const EventRecord& event : record.events)
        shape.events.push_back(event.name);
    if (record.emulation) shape.emulated = emulated_columns();
    if (record.simulation) shape.simulated = simulated_columns(parts_.plan.options.between);
    shape.comments = sample_comments(record, SampleFile::steps);
    auto samples = TRY(SampleWriter::create(parts_.path / samples_file, shape, SampleFile::steps));
    samples_ = std::move(samples);
    if (parts_.plan.options.threads > 1) {
        shape.comments = sample_comments(record, SampleFile::workers);
        auto workers = TRY(SampleWriter::create(parts_.path / workers_file, shape, SampleFile::workers));
        workers_ = std::move(workers);
    }
    if (counts_shared()) {
        shape.simulated.clear();
        shape.comments = sample_comments(record, SampleFile::background);
        auto background = TRY(SampleWriter::create(parts_.path / background_file, shape, SampleFile::background));
        background_ = std::move(background);
    }
    return write_record();
}

Result<void> Session::choose_oracle_copies() {
    const auto& loops = parts_.plan.options.loops;
    const auto oracle = std::find(loops.begin(), loops.end(), LoopKind::oracle);
    if (oracle == loops.end()) return {};
    const std::size_t loop = static_cast<std::size_t>(oracle - loops.begin());
    for (std::size_t e = 0; e < parts_.plan.experiments.size(); ++e) {
        if (stop_ != 0) return fail(stopped_by(stop_));
        TRY(fill_masks(e, 0));
        const CopyTrial trial = choose_copy_method(*workspace_, team_->workers(), loop_options(e, loop),
                                                   parts_.plan.experiments[e].changes);
        oracle_copies_[e] = trial.winner;
        experiment_record(e, loop).copy_method = name_of(trial.winner);
    }
    return write_record();
}

Result<void> Session::price_reads() {
    if (counting_.sources.empty()) return {};
    for (int pass = 0; pass < counting_.passes; ++pass) {
        auto cost = TRY(measure_read_cost(counting_, pass, parts_.seams.clock));
        parts_.record.read_cost.push_back(std::move(cost));
    }
    return write_record();
}

Result<void> Session::measure_phases() {
    const RunPlan& plan = parts_.plan;
    const std::size_t loops = plan.options.loops.size();
    const std::uint64_t total =
        std::uint64_t{plan.options.repeats} * plan.experiments.size() * loops * static_cast<unsigned>(counting_.passes);
    std::uint64_t done = 0;
    for (std::uint32_t repeat = 0; repeat < plan.options.repeats; ++repeat) {
        for (std::size_t e = 0; e < plan.experiments.size(); ++e) {
            for (std::size_t i = 0; i < loops; ++i) {
                const std::size_t loop = (i + repeat) % loops; // no loop always follows the same other one
                for (int pass = 0; pass < counting_.passes; ++pass) {
                    if (progress_)
                        progress_(
                            {"measure", done++, total,
                             fmt::format("{} k {}, repeat {} of {}", loop_name(plan.options, plan.options.loops[loop]),
                                         plan.experiments[e].k, repeat + 1, plan.options.repeats)});
                    TRY(measure_phase({e, loop, repeat, pass}));
                }
            }
        }
    }
    if (progress_) progress_({"measure", total, total, {}});
    PlacementRecord& placement = parts_.record.placement;
    if (placement.steps_migrated > 0)
        parts_.record.warnings.push_back(warnings::steps_migrated(placement.steps_migrated, placement.steps));
    return placement.pages_reason.empty() ? prove_pages(placement.pages_after) : Result<void>{};
}

} // namespace bytebound
