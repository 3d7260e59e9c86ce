#include "archive/record_fields.hpp"
#include "archive/record_json.hpp"

namespace bytebound {

using namespace fields;

namespace {

/// A copy method as --copy has it.
template <class Method>
struct CopyWord {
    static nlohmann::json write(const Method& method) { return name_of(method); }
    static void read(const nlohmann::json& j, Method& method) {
        std::string word;
        Codec<std::string>::read(j, word);
        const auto named = copy_method_named(word);
        if (!named) refuse("\"" + clipped(word, longest_word) + "\" is not a copy method");
        method = *named;
    }
    static ValueShape shape() { return Codec<std::string>::shape(); }
};

void check_ratio(TunedRatio& r) {
    if (r.ci_low.has_value() != r.ci_high.has_value()) refuse("ci_low", "an interval has two ends");
    if (r.ci_low) check_interval(*r.ci_low, r.ratio, *r.ci_high, "ratio");
}

void check_threads(TunedThreads& t) {
    if (t.finalist.has_value() != t.ratio.has_value()) refuse("ratio", "a finalist has one, and nothing else");
    if (t.finalist && t.finalist->threads != t.setting.threads) refuse("finalist", "it has other threads");
}

void check_rows(TunedRows& r) {
    if (r.groups.empty()) refuse("row_groups", "it is empty");
    if (find_threads(r, r.threads) == nullptr) refuse("threads", "no setting has so many workers");
}

void check_record(AutotuneRecord& r) {
    if (r.threads.empty()) refuse("threads", "it is not a list of numbers of workers");
    for (std::size_t i = 0; i < r.threads.size(); ++i)
        if (r.threads[i] > r.placement.cpus.size())
            refuse("threads/" + std::to_string(i), "there are more workers than placement.cpus");
}

} // namespace

const Table<TunedSetting>& fields_of(const TunedSetting*) {
    using R = TunedSetting;
    static constexpr Field<R> list[] = {
        field<&R::threads, Positive>("threads"),
        field<&R::copy, CopyWord>("copy"),
        field<&R::grain, Positive>("grain"),
        field<&R::parallel_threshold>("par_threshold"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<TunedRatio>& fields_of(const TunedRatio*) {
    using R = TunedRatio;
    static constexpr Field<R> list[] = {
        field<&R::ratio, Rate>("ratio"), field<&R::ci_low>("ci_low"), field<&R::ci_high>("ci_high"),
        field<&R::p_value>("p_value"),   field<&R::blocks>("blocks"),
    };
    static constexpr Table<R> table{list, check_ratio};
    return table;
}

const Table<TunedCandidate>& fields_of(const TunedCandidate*) {
    using R = TunedCandidate;
    static constexpr Field<R> list[] = {
        field<&R::stage>("stage"),
        field<&R::setting>("setting"),
        field<&R::against_default>("against_default"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<TunedCell>& fields_of(const TunedCell*) {
    using R = TunedCell;
    static constexpr Field<R> list[] = {
        field<&R::loop>("loop"),
        field<&R::k>("k"),
        field<&R::against_default>("against_default"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<TunedThreads>& fields_of(const TunedThreads*) {
    using R = TunedThreads;
    static constexpr Field<R> list[] = {
        field<&R::setting>("setting"), field<&R::finalist>("finalist"),     field<&R::verdict>("verdict"),
        field<&R::ratio>("ratio"),     field<&R::p_adjusted>("p_adjusted"), field<&R::cells>("cells"),
    };
    static constexpr Table<R> table{list, check_threads};
    return table;
}

const Table<TunedRows>& fields_of(const TunedRows*) {
    using R = TunedRows;
    static constexpr Field<R> list[] = {
        field<&R::groups>("row_groups"),
        field<&R::measured>("measured"),
        field<&R::workload>("workload"),
        field<&R::threads, Positive>("threads"),
        field<&R::threads_ratio>("threads_ratio"),
        field<&R::threads_p_adjusted>("threads_p_adjusted"),
        field<&R::threads_verdict>("threads_verdict"),
        field<&R::settings>("settings"),
        field<&R::candidates>("candidates"),
        field<&R::against_itself>("against_itself"),
    };
    static constexpr Table<R> table{list, check_rows};
    return table;
}

const Table<AutotuneRecord>& fields_of(const AutotuneRecord*) {
    using R = AutotuneRecord;
    static constexpr Field<R> list[] = {
        computed<R, [](const R&) { return std::string(autotune_schema); }>("schema"),
        field<&R::version>("version"),
        field<&R::git_revision, TextOrNull>("git_revision"),
        field<&R::command>("command"),
        field<&R::measured>("measured"),
        field<&R::host>("host"),
        field<&R::placement>("placement"),
        field<&R::threads, ListOfPositive>("threads"),
        field<&R::quick>("quick"),
        field<&R::search_blocks, Positive>("search_blocks"),
        field<&R::fresh_blocks, Positive>("fresh_blocks"),
        field<&R::bound_cpus>("bound_cpus"),
        field<&R::bound_memory>("bound_memory"),
        field<&R::rows>("rows"),
        field<&R::warnings>("warnings"),
    };
    static constexpr Table<R> table{list, check_record};
    return table;
}

const Table<AutotuneUse>& fields_of(const AutotuneUse*) {
    using R = AutotuneUse;
    static constexpr Field<R> list[] = {
        field<&R::file>("file"),
        field<&R::measured>("measured"),
        field<&R::version>("version"),
        field<&R::workload>("workload"),
        field<&R::copy>("copy"),
        field<&R::threads, PositiveIfGiven>("threads"),
        field<&R::grain, PositiveIfGiven>("grain"),
        field<&R::parallel_threshold>("par_threshold"),
        field<&R::ratio>("ratio"),
        field<&R::ci_low>("ci_low"),
        field<&R::ci_high>("ci_high"),
    };
    static constexpr Table<R> table{list};
    return table;
}

std::string to_json_text(const AutotuneRecord& record) { return document_of(record); }

Result<AutotuneRecord> parse_autotune(std::string_view text, const std::string& name) {
    return record_of<AutotuneRecord>(
        text, autotune_schema,
        {ExitCode::bad_data, "read autotune", name, {}, "give a file that bytebound autotune wrote"});
}

ValueShape autotune_shape() { return Codec<AutotuneRecord>::shape(); }

} // namespace bytebound
