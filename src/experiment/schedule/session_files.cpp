#include "archive/samples_csv.hpp"
#include "experiment/plan/expected_traffic.hpp"
#include "experiment/plan/planned_records.hpp"
#include "experiment/schedule/session_steps.hpp"
#include "record/sample_columns.hpp"
#include "record/stamp.hpp"

namespace bytebound {
namespace {

Result<SampleWriter> writer(const SessionContext& session, std::string_view name, const SampleTable& shape,
                            SampleFile kind) {
    return SampleWriter::create(TRY(session.directory->create_file(name)), shape, kind);
}

} // namespace

Result<RunDirectory> open_directory(const SessionContext& session, const Counting& counting, const Emulation& emulation,
                                    const SessionTraces& traces) {
    RunRecord& record = session.record;
    const RunPlan& plan = session.plan;
    stamp_origin(record, plan.options.command, session.seams.root);
    record.workload = workload_record(plan);
    record.same_within = plan.options.same_within;
    record.experiments = experiment_records(plan, traces.changes);
    record.expected = expected_record(plan);
    record.collectors = counting.collectors;
    record.events = counting.events;
    record.passes = counting.passes;
    record.preset = preset_record(plan.counting.preset.choice);
    record.qualification.reason = "the run ended before it";
    for (const auto* more : {&plan.warnings, &counting.warnings, &emulation.warnings})
        record.warnings.insert(record.warnings.end(), more->begin(), more->end());

    auto directory = TRY(session.default_name.empty() ? RunDirectory::create(session.path, plan.options.force)
                                                      : RunDirectory::create_new(session.default_name));
    session.path = directory.path();
    TRY(directory.write_record(record));
    return directory;
}

Result<SampleFiles> open_samples(const SessionContext& session, const Counting& counting) {
    const RunRecord& record = session.record;
    const RunOptions& options = session.plan.options;
    SampleTable shape;
    for (const EventRecord& event : record.events)
        shape.events.push_back(event.name);
    const std::vector<std::string> events = shape.events;
    if (options.between != Between::none)
        for (const std::size_t column : counting.gap_columns())
            shape.events.push_back(std::string(gap_prefix) + events[column]);
    if (record.emulation) shape.emulated = emulated_columns();
    if (record.simulation) shape.simulated = simulated_columns(options.between);
    shape.comments = sample_comments(record, SampleFile::steps);
    SampleFiles files{TRY(writer(session, samples_file, shape, SampleFile::steps)), {}, {}};
    shape.events = events;
    if (options.threads > 1) {
        shape.comments = sample_comments(record, SampleFile::workers);
        files.workers = TRY(writer(session, workers_file, shape, SampleFile::workers));
    }
    if (counting.counts_shared()) {
        shape.simulated.clear();
        shape.comments = sample_comments(record, SampleFile::background);
        files.background = TRY(writer(session, background_file, shape, SampleFile::background));
    }
    TRY(session.write_record());
    return files;
}

} // namespace bytebound
