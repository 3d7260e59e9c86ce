#include <algorithm>
#include <set>
#include <utility>

#include "archive/record_fields.hpp"
#include "archive/record_json.hpp"

namespace bytebound {

using namespace fields;

namespace {

/// Every (loop, k) is listed once, and its loop is one of the workload's.
void check_experiments(const RunRecord& r) {
    std::set<std::pair<std::string_view, std::uint32_t>> seen;
    for (std::size_t i = 0; i < r.experiments.size(); ++i) {
        const ExperimentRecord& each = r.experiments[i];
        const std::string path = "experiments/" + std::to_string(i);
        const auto& loops = r.workload.loops;
        if (std::find(loops.begin(), loops.end(), each.loop) == loops.end())
            refuse(path + "/loop", "\"" + clipped(each.loop, longest_word) + "\" is not one of workload.loops");
        if (!seen.emplace(each.loop, each.k).second) refuse(path, "its loop and k are those of another");
    }
}

/// Sizes are products of these numbers.
void check_workload(const WorkloadRecord& w) {
    constexpr std::uint64_t largest_pool = std::uint64_t{1} << 60;
    if (w.spec.active_rows > w.spec.pool_rows) refuse("m", "it is above N");
    std::uint64_t left = largest_pool / std::max(w.spec.pool_rows, 1u);
    for (std::size_t i = 0; i < w.layout.groups.size(); ++i) {
        if (w.layout.groups[i].row_bytes > left)
            refuse("row_groups/" + std::to_string(i) + "/row_bytes", "the pool would have more than 2^60 bytes");
        left -= w.layout.groups[i].row_bytes;
    }
}

/// The planner's limit for the steps of a phase.
template <class Number>
using Steps = Within<0, 10'000'000>::Of<Number>;
/// null for no_k.
template <class Number>
using KOrNull = NullFor<Number, Codec, no_k>;
template <class Optional>
using StepsOrNull = OptionalOf<typename Optional::value_type, Steps>;

} // namespace

const Table<RunRecord>& fields_of(const RunRecord*) {
    using R = RunRecord;
    static constexpr Field<R> list[] = {
        computed<R, [](const R&) { return std::string(run_schema); }>("schema"),
        field<&R::status>("status"),
        field<&R::failure>("failure"),
        field<&R::version>("version"),
        field<&R::git_revision, TextOrNull>("git_revision"),
        field<&R::reports_by>("reports_by").absent_in_older(),
        field<&R::command>("command"),
        field<&R::host>("host"),
        field<&R::host_facts>("host_facts").absent_in_older(),
        field<&R::started>("started"),
        field<&R::finished, TextOrNull>("finished"),
        field<&R::workload>("workload"),
        field<&R::subject>("subject").absent_in_older(),
        field<&R::plug_ins>("plug_ins").absent_in_older(),
        field<&R::experiments>("experiments"),
        field<&R::placement>("placement"),
        field<&R::environment>("environment"),
        field<&R::collectors>("collectors"),
        field<&R::preset>("preset"),
        field<&R::events>("events"),
        field<&R::passes, Within<0, 10'000>::Of>("passes"),
        field<&R::read_cost>("read_cost"),
        field<&R::simulation>("simulation"),
        field<&R::autotune>("autotune").absent_in_older(),
        field<&R::autotune_reason, TextOrNull>("autotune_reason").absent_in_older(),
        field<&R::expected>("expected").absent_in_older(),
        field<&R::emulation>("emulation").absent_in_older(),
        field<&R::calibration>("calibration").absent_in_older(),
        field<&R::calibration_reason, TextOrNull>("calibration_reason").absent_in_older(),
        field<&R::qualification>("qualification"),
        field<&R::unavailable>("unavailable"),
        field<&R::same_within, Fraction>("same_within").absent_in_older(),
        field<&R::warnings>("warnings"),
        field<&R::measured>("measured").absent_in_older(),
        field<&R::files>("files"),
    };
    static constexpr Table<R> table{list, [](R& r) {
                                        check_experiments(r);
                                        check_ks(r);
                                    }};
    return table;
}

const Table<ProgramVersion>& fields_of(const ProgramVersion*) {
    using R = ProgramVersion;
    static constexpr Field<R> list[] = {
        field<&R::version>("version"),
        field<&R::git_revision, TextOrNull>("git_revision"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<FailureRecord>& fields_of(const FailureRecord*) {
    using R = FailureRecord;
    static constexpr Field<R> list[] = {
        field<&R::operation>("operation"),
        field<&R::object>("object"),
        field<&R::cause>("cause"),
        field<&R::remedy>("remedy"),
        field<&R::exit_code, Within<0, 255>::Of>("exit_code"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<PlugInFailure>& fields_of(const PlugInFailure*) {
    using R = PlugInFailure;
    static constexpr Field<R> list[] = {
        field<&R::k>("k"),
        field<&R::repeat>("repeat"),
        field<&R::pass>("pass"),
        field<&R::step>("step"),
        field<&R::cause>("cause"),
        field<&R::remedy>("remedy"),
        field<&R::exit_code, Within<0, 255>::Of>("exit_code"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<PlugInRecord>& fields_of(const PlugInRecord*) {
    using R = PlugInRecord;
    static constexpr Field<R> list[] = {
        field<&R::loop>("loop"),
        field<&R::library>("library"),
        field<&R::arguments, TextOrNull>("arguments"),
        field<&R::sha256, TextOrNull>("sha256"),
        field<&R::about, TextOrNull>("about"),
        field<&R::failure>("failure"),
        field<&R::read_cost>("read_cost"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<RowGroup>& fields_of(const RowGroup*) {
    using R = RowGroup;
    static constexpr Field<R> list[] = {field<&R::name>("name"), field<&R::row_bytes, Positive>("row_bytes")};
    static constexpr Table<R> table{list};
    return table;
}

namespace {
/// Accepts unknown patterns of newer versions, because a report only prints them.
constexpr auto pattern_text = [](const WorkloadRecord& r) {
    return r.spec.pool_rows == 0 ? std::string() : to_text(r.spec.pattern);
};
/// Null where there are no rows.
constexpr auto active_rows_of = [](const WorkloadRecord& r) {
    return r.spec.pool_rows == 0 ? std::optional<std::uint32_t>() : r.spec.active_rows;
};
constexpr auto take_active_rows = [](std::optional<std::uint32_t> rows, WorkloadRecord& r) {
    r.spec.active_rows = rows.value_or(0);
};
constexpr auto row_bytes_of = [](const WorkloadRecord& r) {
    return r.spec.pool_rows == 0 ? std::optional<std::uint64_t>() : r.layout.row_bytes();
};
constexpr auto take_pattern = [](const std::string& text, WorkloadRecord& r) { r.spec.pattern = pattern_of(text); };
} // namespace

const Table<AutoRepeats>& fields_of(const AutoRepeats*) {
    using R = AutoRepeats;
    static constexpr Field<R> list[] = {
        field<&R::precision, Rate>("precision"),
        field<&R::max_seconds, Rate>("max_seconds"),
        field<&R::seconds, NotNegative>("seconds"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<WorkloadRecord>& fields_of(const WorkloadRecord*) {
    using R = WorkloadRecord;
    static constexpr Field<R> list[] = {
        inner_field<R, path<&R::spec, &WorkloadSpec::pool_rows>, NullIfZero>("N"),
        converted<R, active_rows_of, take_active_rows>("m"),
        field<&R::hidden_dim>("hidden_dim"),
        field<&R::up_cols>("up_cols"),
        field<&R::gate_cols>("gate_cols"),
        field<&R::dtype, TextOrNull>("dtype"),
        computed<R, row_bytes_of>("row_bytes"),
        inner_field<R, path<&R::layout, &RowLayout::groups>>("row_groups"),
        converted<R, pattern_text, take_pattern, TextOrNull>("pattern"),
        inner_field<R, path<&R::spec, &WorkloadSpec::seed>>("seed"),
        field<&R::steps_per_k, Steps>("steps_per_k"),
        field<&R::repeats, Within<0, 100'000>::Of>("repeats"),
        field<&R::auto_repeats>("auto_repeats").absent_in_older(),
        field<&R::warmup, StepsOrNull>("warmup"),
        field<&R::between, TextOrNull>("between"),
        field<&R::loops>("loops"),
        field<&R::tau, NotNegative>("tau"),
        field<&R::tau_source>("tau_source").absent_in_older(),
        field<&R::copy, TextOrNull>("copy"),
        field<&R::threads, Within<1, 4096>::Of>("threads"),
        field<&R::grain, NullIfZero>("grain"),
        field<&R::parallel_threshold>("par_threshold"),
        field<&R::cache>("cache").absent_in_older(),
    };
    static constexpr Table<R> table{list, [](R& r) { check_workload(r); }};
    return table;
}

const Table<ExperimentRecord>& fields_of(const ExperimentRecord*) {
    using R = ExperimentRecord;
    static constexpr Field<R> list[] = {
        field<&R::loop>("loop"),
        field<&R::k, KOrNull>("k"),
        field<&R::k_requested, KOrNull>("k_requested"),
        field<&R::added, NotNegative>("A"),
        field<&R::removed, NotNegative>("R"),
        field<&R::repeats>("repeats").absent_in_older(),
        field<&R::repeats_end>("repeats_end").absent_in_older(),
        field<&R::ratio_half_width, NotNegativeOrNull>("ratio_half_width").absent_in_older(),
        field<&R::warmup_steps>("warmup_steps"),
        field<&R::batch, Positive>("batch").absent_in_older(),
        field<&R::readings, PositiveIfGiven>("readings").absent_in_older(),
        field<&R::worker_parts, ListOfNotNegative>("worker_parts").absent_in_older(),
        field<&R::active_rows>("active_rows").absent_in_older(),
        field<&R::copy_method, TextOrNull>("copy_method"),
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
        field<&R::other_stores>("other_stores").absent_in_older(),
        field<&R::closed_form>("closed_form").absent_in_older(),
        field<&R::closed_form_reason, TextOrNull>("closed_form_reason").absent_in_older(),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<OtherStores>& fields_of(const OtherStores*) {
    using R = OtherStores;
    static constexpr Field<R> list[] = {
        field<&R::stores>("stores"),
        field<&R::read_bytes>("dram_read_bytes"),
        field<&R::write_bytes>("dram_write_bytes"),
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

Result<RunRecord> parse_run_head(std::string_view text, const std::string& name) {
    using R = RunRecord;
    static constexpr Field<R> list[] = {
        field<&R::status>("status"),
        field<&R::failure>("failure"),
        field<&R::version>("version"),
        field<&R::git_revision, TextOrNull>("git_revision"),
        field<&R::command>("command"),
        field<&R::host>("host"),
        field<&R::host_facts>("host_facts").absent_in_older(),
        field<&R::started>("started"),
        field<&R::workload>("workload"),
        field<&R::subject>("subject").absent_in_older(),
    };
    static constexpr Table<R> table{list};
    try {
        const nlohmann::json head = parse_json_before(text, "experiments");
        check_schema(head, run_schema);
        RunRecord record;
        read_record(head, record, table);
        return record;
    } catch (const std::invalid_argument& fault) {
        const std::string_view cause = fault.what();
        return fail({ExitCode::bad_data, "read", name, std::string(cause.starts_with(": ") ? cause.substr(2) : cause),
                     "give a run directory that bytebound run wrote"});
    }
}

ValueShape run_shape() { return Codec<RunRecord>::shape(); }

} // namespace bytebound
