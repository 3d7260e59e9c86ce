#include "record/record_fields.hpp"
#include "record/record_shape.hpp"

namespace bytebound {

using namespace fields;

std::string_view name_of(RunStatus status) {
    switch (status) {
    case RunStatus::running: return "running";
    case RunStatus::complete: return "complete";
    case RunStatus::failed: return "failed";
    }
    return "";
}

const Table<RunRecord>& fields_of(const RunRecord*) {
    using R = RunRecord;
    static constexpr Field<R> list[] = {
        computed<R, [](const R&) { return std::string(run_schema); }>("schema"),
        field<&R::status>("status"),
        field<&R::failure>("failure"),
        field<&R::version>("version"),
        field<&R::git_revision, TextOrNull>("git_revision"),
        field<&R::command>("command"),
        field<&R::host>("host"),
        field<&R::started>("started"),
        field<&R::finished, TextOrNull>("finished"),
        field<&R::workload>("workload"),
        field<&R::experiments>("experiments"),
        field<&R::placement>("placement"),
        field<&R::environment>("environment"),
        field<&R::collectors>("collectors"),
        field<&R::preset>("preset"),
        field<&R::events>("events"),
        field<&R::passes>("passes"),
        field<&R::read_cost>("read_cost"),
        field<&R::simulation>("simulation"),
        field<&R::expected>("expected").absent_in_older(),
        field<&R::emulation>("emulation").absent_in_older(),
        field<&R::calibration>("calibration").absent_in_older(),
        field<&R::calibration_reason, TextOrNull>("calibration_reason").absent_in_older(),
        field<&R::qualification>("qualification"),
        field<&R::unavailable>("unavailable"),
        field<&R::same_within>("same_within").absent_in_older(),
        field<&R::warnings>("warnings"),
        field<&R::files>("files"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<FailureRecord>& fields_of(const FailureRecord*) {
    using R = FailureRecord;
    static constexpr Field<R> list[] = {
        field<&R::operation>("operation"), field<&R::object>("object"),       field<&R::cause>("cause"),
        field<&R::remedy>("remedy"),       field<&R::exit_code>("exit_code"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<RowGroup>& fields_of(const RowGroup*) {
    using R = RowGroup;
    static constexpr Field<R> list[] = {field<&R::name>("name"), field<&R::row_bytes>("row_bytes")};
    static constexpr Table<R> table{list};
    return table;
}

namespace {
constexpr auto pool_rows_of = [](auto& r) -> auto& { return r.spec.pool_rows; };
constexpr auto active_rows_of = [](auto& r) -> auto& { return r.spec.active_rows; };
constexpr auto row_groups_of = [](auto& r) -> auto& { return r.layout.groups; };
constexpr auto seed_of = [](auto& r) -> auto& { return r.spec.seed; };
/// Accepts unknown patterns of newer versions, because a report only prints them.
constexpr auto pattern_text = [](const WorkloadRecord& r) { return to_text(r.spec.pattern); };
constexpr auto take_pattern = [](const std::string& text, WorkloadRecord& r) { r.spec.pattern = pattern_of(text); };
} // namespace

const Table<WorkloadRecord>& fields_of(const WorkloadRecord*) {
    using R = WorkloadRecord;
    static constexpr Field<R> list[] = {
        inner_field<R, pool_rows_of>("N"),
        inner_field<R, active_rows_of>("m"),
        field<&R::hidden_dim>("hidden_dim"),
        field<&R::up_cols>("up_cols"),
        field<&R::gate_cols>("gate_cols"),
        field<&R::dtype>("dtype"),
        computed<R, [](const R& r) { return r.layout.row_bytes(); }>("row_bytes"),
        inner_field<R, row_groups_of>("row_groups"),
        converted<R, pattern_text, take_pattern>("pattern"),
        inner_field<R, seed_of>("seed"),
        field<&R::steps_per_k>("steps_per_k"),
        field<&R::repeats>("repeats"),
        field<&R::warmup>("warmup"),
        field<&R::between>("between"),
        field<&R::loops>("loops"),
        field<&R::tau>("tau"),
        field<&R::tau_source>("tau_source").absent_in_older(),
        field<&R::copy>("copy"),
        field<&R::threads>("threads"),
        field<&R::grain>("grain"),
        field<&R::parallel_threshold>("par_threshold"),
        field<&R::cache>("cache").absent_in_older(),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<ExperimentRecord>& fields_of(const ExperimentRecord*) {
    using R = ExperimentRecord;
    static constexpr Field<R> list[] = {
        field<&R::loop>("loop"),
        field<&R::k>("k"),
        field<&R::k_requested>("k_requested"),
        field<&R::added>("A"),
        field<&R::removed>("R"),
        field<&R::warmup_steps>("warmup_steps"),
        field<&R::batch>("batch").absent_in_older(),
        field<&R::active_rows>("active_rows").absent_in_older(),
        field<&R::copy_method>("copy_method"),
        field<&R::stationary>("stationary"),
        field<&R::stationary_source, TextOrNull>("stationary_source"),
        field<&R::stationary_reason, TextOrNull>("stationary_reason"),
        field<&R::replayed>("replayed").absent_in_older(),
        field<&R::simulated>("simulated"),
        field<&R::simulation_reason, TextOrNull>("simulation_reason"),
        field<&R::simulated_segments>("simulated_segments").absent_in_older(),
        field<&R::emulated>("emulated").absent_in_older(),
        field<&R::emulation_reason, TextOrNull>("emulation_reason").absent_in_older(),
        field<&R::dirty_before>("dirty_before").absent_in_older(),
        field<&R::dirty_after>("dirty_after").absent_in_older(),
        field<&R::levels>("levels").absent_in_older(),
        field<&R::closed_form>("closed_form").absent_in_older(),
        field<&R::closed_form_reason, TextOrNull>("closed_form_reason").absent_in_older(),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<PresetRecord>& fields_of(const PresetRecord*) {
    using R = PresetRecord;
    static constexpr Field<R> list[] = {
        field<&R::name, TextOrNull>("name"),
        field<&R::reason, TextOrNull>("reason"),
        field<&R::source, TextOrNull>("source"),
        field<&R::verified>("verified"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<UnavailableRecord>& fields_of(const UnavailableRecord*) {
    using R = UnavailableRecord;
    static constexpr Field<R> list[] = {
        field<&R::metric>("metric"),
        field<&R::reason>("reason"),
        field<&R::remedy, TextOrNull>("remedy"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<FileRecord>& fields_of(const FileRecord*) {
    using R = FileRecord;
    static constexpr Field<R> list[] = {field<&R::bytes>("bytes"), field<&R::sha256>("sha256")};
    static constexpr Table<R> table{list};
    return table;
}

std::string to_json_text(const RunRecord& record) { return document_of(record); }

Result<RunRecord> parse_run_record(std::string_view text, const std::string& name) {
    return record_of<RunRecord>(
        text, run_schema, {ExitCode::bad_data, "read", name, {}, "give a run directory that bytebound run wrote"});
}

ValueShape run_shape() { return Codec<RunRecord>::shape(); }

} // namespace bytebound
