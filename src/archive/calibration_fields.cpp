#include "archive/record_fields.hpp"
#include "archive/record_json.hpp"

namespace bytebound {

using namespace fields;

namespace {

template <class Number>
struct Percent : Codec<Number> {
    static void read(const nlohmann::json& j, Number& value) { read_real(j, value, 0, 100); }
};
template <class Optional>
using PercentOrNull = OptionalOf<typename Optional::value_type, Percent>;

/// Row sizes are required for row kernels, and for no others.
void check_rows(StreamKernel kernel, std::uint64_t row_bytes) {
    if (copies_rows(kernel) != (row_bytes != 0))
        refuse("row_bytes", copies_rows(kernel) ? "a row kernel needs it" : "this kernel does not copy rows");
}

void check_ceiling(Ceiling& c) {
    check_rows(c.kernel, c.row_bytes);
    check_interval(c.ci_low, c.bytes_per_second, c.ci_high, "bytes_per_second");
}

void check_factor(WriteAllocateFactor& f) {
    check_rows(f.kernel, f.row_bytes);
    for (const auto& [key, end] : {std::pair("ci_low", f.ci_low), std::pair("ci_high", f.ci_high)})
        if (end.has_value() != f.measured)
            refuse(key, f.measured ? "a measured factor must have an interval"
                                   : "an assumed factor must not have an interval");
    if (f.measured) // noise may make it negative
        check_interval(*f.ci_low, f.factor, *f.ci_high, "factor");
    else if (f.factor != 0 && f.factor != 1)
        refuse("factor", "an assumed factor must be 0 or 1");
}

void check_compute(ComputeCeiling& c) { check_interval(c.ci_low, c.flops_per_second, c.ci_high, "flops_per_second"); }

/// The largest team has one worker per CPU of the placement.
void check_teams(CalibrationRecord& r) {
    if (r.threads.empty()) refuse("threads", "it is not a list of numbers of workers");
    for (std::size_t i = 0; i < r.threads.size(); ++i)
        if (r.threads[i] > r.placement.cpus.size())
            refuse("threads/" + std::to_string(i), "there are more workers than placement.cpus");
}

} // namespace

const Table<Ceiling>& fields_of(const Ceiling*) {
    using R = Ceiling;
    static constexpr Field<R> list[] = {
        field<&R::kernel>("kernel"),
        field<&R::level>("level"),
        field<&R::threads, Positive>("threads"),
        field<&R::row_bytes, PositiveOrNull>("row_bytes"),
        field<&R::buffer_bytes, Positive>("buffer_bytes"),
        field<&R::bytes_per_second, Rate>("bytes_per_second"),
        field<&R::ci_low, Rate>("ci_low"),
        field<&R::ci_high, Rate>("ci_high"),
        field<&R::n, Positive>("n"),
        field<&R::small_buffers>("small_buffers"),
        field<&R::date, TextOrNull>("date").absent_in_older(),
    };
    static constexpr Table<R> table{list, check_ceiling};
    return table;
}

const Table<WriteAllocateFactor>& fields_of(const WriteAllocateFactor*) {
    using R = WriteAllocateFactor;
    static constexpr Field<R> list[] = {
        field<&R::kernel>("kernel"),
        field<&R::threads, Positive>("threads"),
        field<&R::row_bytes, PositiveOrNull>("row_bytes"),
        field<&R::factor>("factor"),
        field<&R::ci_low>("ci_low"),
        field<&R::ci_high>("ci_high"),
        field<&R::measured>("measured"),
        field<&R::source>("source"),
        field<&R::date, TextOrNull>("date").absent_in_older(),
    };
    static constexpr Table<R> table{list, check_factor};
    return table;
}

const Table<ComputeCeiling>& fields_of(const ComputeCeiling*) {
    using R = ComputeCeiling;
    static constexpr Field<R> list[] = {
        field<&R::dtype>("dtype"),
        field<&R::isa>("isa"),
        field<&R::threads, Positive>("threads"),
        field<&R::flops_per_second, Rate>("flops_per_second"),
        field<&R::ci_low, Rate>("ci_low"),
        field<&R::ci_high, Rate>("ci_high"),
        field<&R::n, Positive>("n"),
        field<&R::date, TextOrNull>("date").absent_in_older(),
    };
    static constexpr Table<R> table{list, check_compute};
    return table;
}

const Table<LevelCapacity>& fields_of(const LevelCapacity*) {
    using R = LevelCapacity;
    static constexpr Field<R> list[] = {
        field<&R::level>("level"),
        field<&R::threads, Positive>("threads"),
        field<&R::bytes, Positive>("bytes"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<Ceilings>& fields_of(const Ceilings*) {
    using R = Ceilings;
    static constexpr Field<R> list[] = {
        field<&R::ceilings>("bandwidth"),
        field<&R::write_allocate>("write_allocate"),
        field<&R::compute>("compute"),
        field<&R::capacities>("capacities"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<CalibrationUse>& fields_of(const CalibrationUse*) {
    using R = CalibrationUse;
    static constexpr Field<R> list[] = {
        field<&R::file>("file"), field<&R::measured>("measured"), field<&R::version>("version"),
        field<&R::isa>("isa"),   field<&R::quick>("quick"),       field<&R::ceilings>("ceilings"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<CeilingAbsence>& fields_of(const CeilingAbsence*) {
    using R = CeilingAbsence;
    static constexpr Field<R> list[] = {
        field<&R::level, TextOrNull>("level"),
        field<&R::kernel, TextOrNull>("kernel"),
        field<&R::threads, NullIfZero>("threads"),
        field<&R::reason>("reason"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<KeptCalibration>& fields_of(const KeptCalibration*) {
    using R = KeptCalibration;
    static constexpr Field<R> list[] = {
        field<&R::measured>("measured"),
        field<&R::version>("version"),
        field<&R::git_revision, TextOrNull>("git_revision"),
        field<&R::command>("command"),
        field<&R::quick>("quick"),
        field<&R::rounds, Positive>("rounds"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<CalibrationRecord>& fields_of(const CalibrationRecord*) {
    using R = CalibrationRecord;
    static constexpr Field<R> list[] = {
        computed<R, [](const R&) { return std::string(calibration_schema); }>("schema"),
        field<&R::version>("version"),
        field<&R::git_revision, TextOrNull>("git_revision"),
        field<&R::command>("command"),
        field<&R::measured>("measured"),
        field<&R::host>("host"),
        field<&R::placement>("placement"),
        field<&R::threads, ListOfPositive>("threads"),
        field<&R::caches>("caches"),
        field<&R::quick>("quick"),
        field<&R::rounds, Positive>("rounds"),
        field<&R::isa>("isa"),
        field<&R::bound_cpus>("bound_cpus"),
        field<&R::bound_memory>("bound_memory"),
        field<&R::percent_in_place, PercentOrNull>("percent_in_place"),
        field<&R::pages_reason, TextOrNull>("pages_reason"),
        field<&R::ceilings>("ceilings"),
        field<&R::kept>("kept").absent_in_older(),
        field<&R::absent>("absent"),
        field<&R::collectors>("collectors"),
        field<&R::qualification>("qualification"),
        field<&R::warnings>("warnings"),
    };
    static constexpr Table<R> table{list, check_teams};
    return table;
}

std::string to_json_text(const CalibrationRecord& record) { return document_of(record); }

Result<CalibrationRecord> parse_calibration(std::string_view text, const std::string& name) {
    return record_of<CalibrationRecord>(
        text, calibration_schema,
        {ExitCode::bad_data, "read calibration", name, {}, "give a file that bytebound calibrate wrote"});
}

ValueShape calibration_shape() { return Codec<CalibrationRecord>::shape(); }

} // namespace bytebound
