#include "import/google_benchmark.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <variant>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "import/json_characters.hpp"
#include "import/units.hpp"
#include "io/json.hpp"

namespace bytebound {
namespace {

constexpr std::string_view write_json = "write it with --benchmark_out=FILE --benchmark_out_format=json";
constexpr std::size_t deepest = 16;
constexpr std::size_t most_members = 1000;

using Scalar = std::variant<std::monostate, bool, double, std::string>;
using Members = std::map<std::string, Scalar, std::less<>>;

/// Members of a benchmark that are not the user's counters.
constexpr std::array<std::string_view, 25> own_members = {
    "name",
    "family_index",
    "per_family_instance_index",
    "run_name",
    "run_type",
    "repetitions",
    "repetition_index",
    "threads",
    "iterations",
    "real_time",
    "cpu_time",
    "time_unit",
    "label",
    "error_occurred",
    "error_message",
    "skipped",
    "skip_message",
    "aggregate_name",
    "aggregate_unit",
    "cpu_coefficient",
    "big_o",
    "real_coefficient",
    "rms",
    "allocs_per_iter",
    "max_bytes_used",
};

const std::string* text_of(const Members& members, std::string_view key) {
    const auto at = members.find(key);
    return at == members.end() ? nullptr : std::get_if<std::string>(&at->second);
}
std::optional<double> number_of(const Members& members, std::string_view key) {
    const auto at = members.find(key);
    const double* number = at == members.end() ? nullptr : std::get_if<double>(&at->second);
    return number == nullptr ? std::nullopt : std::optional(*number);
}
std::string word(const Members& members, std::string_view key) {
    const std::string* text = text_of(members, key);
    return text == nullptr ? "" : *text;
}
/// true, or a word such as "SKIPPED".
bool is_set(const Members& members, std::string_view key) {
    const auto at = members.find(key);
    if (at == members.end()) return false;
    if (const bool* value = std::get_if<bool>(&at->second)) return *value;
    return std::holds_alternative<std::string>(at->second);
}

/// Scalars of "context" and of each object in "benchmarks"; what is below them (caches) is skipped.
class BenchmarkHandler : public nlohmann::json_sax<nlohmann::json> {
public:
    using Take = std::function<Result<void>(const Members&)>;
    explicit BenchmarkHandler(Take take) : take_(std::move(take)) {}

    bool null() override { return put({}); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(std::int64_t value) override { return put(static_cast<double>(value)); }
    bool number_unsigned(std::uint64_t value) override { return put(static_cast<double>(value)); }
    bool number_float(double value, const std::string&) override { return put(value); }
    bool string(std::string& value) override { return put(std::move(value)); }
    bool binary(nlohmann::json::binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(); }
    bool start_array(std::size_t) override {
        if (depth_ == 1 && key_ == "benchmarks") benchmarks_ = found_ = true;
        return open();
    }
    bool key(std::string& name) override {
        key_ = name;
        return true;
    }
    bool end_array() override {
        if (--depth_ == 1) benchmarks_ = false;
        return true;
    }
    bool end_object() override {
        --depth_;
        if (depth_ == 1 && !benchmarks_) {
            context_.insert(members_.begin(), members_.end());
            members_.clear();
        }
        if (depth_ != 2 || !benchmarks_) return true;
        auto taken = take_(members_);
        members_.clear();
        if (!taken) fault_ = std::move(taken).error();
        return !fault_;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override { return false; }

    bool found() const { return found_; }
    const Members& context() const { return context_; }
    const std::optional<Error>& fault() const { return fault_; }

private:
    bool open() { return ++depth_ <= deepest; }
    bool put(Scalar value) {
        // "context" is an object at depth 2, a benchmark one at depth 3.
        const bool wanted = benchmarks_ ? depth_ == 3 : depth_ == 2;
        if (!wanted) return true;
        if (members_.size() >= most_members) return false;
        members_.insert_or_assign(key_, std::move(value));
        return true;
    }

    Take take_;
    std::string key_;
    Members members_, context_;
    std::size_t depth_ = 0;
    bool benchmarks_ = false, found_ = false;
    std::optional<Error> fault_;
};

struct Aggregates {
    Members mean, median, deviation;
};

class GoogleBenchmarkImport {
public:
    GoogleBenchmarkImport(const ImportOptions& options, const std::string& file, ImportBuilder& into)
        : options_(options), file_(file), into_(into), first_block_(into.block()) {}

    Result<void> take(const Members& members) {
        std::string name = word(members, "run_name");
        if (name.empty()) name = word(members, "name");
        if (name.empty()) return bad("a benchmark does not have a name");
        if (is_set(members, "error_occurred") || is_set(members, "skipped")) return take_skipped(name, members);
        const std::string aggregate = aggregate_of(members, name);
        if (!aggregate.empty()) return keep_aggregate(name, aggregate, members);
        iterated_.insert(name);
        const std::uint32_t repetition = repetition_of(members, name);
        last_block_ = std::max(last_block_, first_block_ + repetition);
        into_.begin_block(first_block_ + repetition);
        return put(name, members, ImportedStat::value, nullptr);
    }

    /// The aggregates of benchmarks whose repetitions the file does not list.
    Result<void> finish() {
        for (const auto& [name, each] : aggregates_) {
            if (iterated_.contains(name)) {
                into_.note("aggregates beside their repetitions are left out, because they follow from these");
                continue;
            }
            into_.begin_block(first_block_);
            const bool has_mean = !each.mean.empty();
            if (!has_mean && each.median.empty()) continue;
            TRY(put(name, has_mean ? each.mean : each.median, has_mean ? ImportedStat::mean : ImportedStat::median,
                    each.deviation.empty() ? nullptr : &each.deviation));
        }
        into_.begin_block(std::max(last_block_, first_block_));
        return {};
    }

private:
    Failure bad(std::string cause) const {
        return fail({ExitCode::bad_data, "import", file_, std::move(cause), std::string(write_json)});
    }

    /// "mean", "stddev"; empty: a repetition. Versions before 1.5 mark aggregates by their names alone.
    std::string aggregate_of(const Members& members, std::string& name) const {
        const std::string type = word(members, "run_type");
        if (type == "aggregate")
            return word(members, "aggregate_name").empty() ? "other" : word(members, "aggregate_name");
        if (!type.empty()) return {};
        for (const std::string_view suffix : {"mean", "median", "stddev", "cv", "BigO", "RMS"}) {
            if (!name.ends_with("_" + std::string(suffix))) continue;
            name.erase(name.size() - suffix.size() - 1);
            return std::string(suffix);
        }
        return {};
    }

    Result<void> keep_aggregate(const std::string& name, const std::string& aggregate, const Members& members) {
        if (aggregates_.size() > ImportBuilder::most_names) return bad("it contains too many benchmarks");
        Aggregates& of_name = aggregates_[name];
        if (aggregate == "mean")
            of_name.mean = members;
        else if (aggregate == "median")
            of_name.median = members;
        else if (aggregate == "stddev")
            of_name.deviation = members;
        else
            into_.note("aggregates other than mean, median and stddev are left out");
        return {};
    }

    std::uint32_t repetition_of(const Members& members, const std::string& name) {
        const std::uint32_t counted = repetitions_[name]++;
        const auto index = number_of(members, "repetition_index");
        return index && *index >= 0 && *index < 1e6 ? static_cast<std::uint32_t>(*index) : counted;
    }

    Result<void> take_skipped(const std::string& name, const Members& members) {
        std::string message = word(members, "error_message");
        if (message.empty()) message = word(members, "skip_message");
        const std::string reason = "the benchmark was skipped" + (message.empty() ? "" : ": " + clipped(message, 200));
        into_.begin_block(first_block_ + repetition_of(members, name));
        ImportedNumber number = number_for(name);
        number.metric = "real_time";
        number.unit = "ns";
        number.tier = Tier::timed;
        number.reason = reason;
        return into_.add(number);
    }

    ImportedNumber number_for(const std::string& name) {
        subject_ = options_.named ? options_.name + " " + name : name;
        ImportedNumber number;
        number.subject = subject_;
        return number;
    }

    /// Times in their unit, then the counters.
    Result<void> put(const std::string& name, const Members& members, ImportedStat stat, const Members* deviation) {
        const auto unit = base_unit(text_of(members, "time_unit") == nullptr ? "ns" : word(members, "time_unit"));
        if (!unit || unit->name != "ns")
            return bad("the time unit '" + clipped(word(members, "time_unit"), 40) + "' is not known");
        ImportedNumber number = number_for(name);
        number.stat = stat;
        const auto observations = number_of(members, stat == ImportedStat::value ? "iterations" : "repetitions");
        number.n =
            observations && *observations >= 1 && *observations < 1e15 ? static_cast<std::uint64_t>(*observations) : 0;
        for (const auto& [key, value] : members) {
            const bool time = key == "real_time" || key == "cpu_time";
            if (!time && std::find(own_members.begin(), own_members.end(), key) != own_members.end()) continue;
            if (!std::holds_alternative<double>(value) && !std::holds_alternative<std::monostate>(value)) continue;
            const bool rate = key == "bytes_per_second" || key == "items_per_second";
            const double factor = time ? unit->factor : 1;
            number.metric = key;
            number.unit = time ? "ns" : key == "bytes_per_second" ? "bytes/s" : rate ? "items/s" : "";
            // A counter of the user's: the file does not say how it was counted, and Google Benchmark's own perf
            // counters are multiplexed without being marked (google/benchmark#1813).
            number.tier = time || rate ? Tier::timed : Tier::scaled;
            number.value = number_of(members, key);
            number.reason = number.value ? "" : "Google Benchmark printed NaN or an infinity";
            number.deviation = std::nullopt;
            if (number.value) *number.value *= factor;
            if (number.value && deviation != nullptr)
                if (const auto of_key = number_of(*deviation, key)) number.deviation = *of_key * factor;
            TRY(into_.add(number));
        }
        return {};
    }

    const ImportOptions& options_;
    const std::string& file_;
    ImportBuilder& into_;
    std::uint32_t first_block_, last_block_ = 0;
    std::string subject_;
    std::map<std::string, Aggregates> aggregates_;
    std::map<std::string, std::uint32_t> repetitions_;
    std::set<std::string> iterated_;
};

ImportOrigin origin_of(const Members& context) {
    ImportOrigin origin;
    origin.host = word(context, "host_name");
    origin.started = word(context, "date");
    origin.command = word(context, "executable");
    origin.tool_version = word(context, "library_version");
    return origin;
}

} // namespace

std::string_view google_benchmark_metric(std::string_view metric) {
    return metric == "real_time" ? metric_name::time_ns : std::string_view();
}

Result<void> import_google_benchmark(const TextSource& source, const std::string& file, const ImportOptions& options,
                                     ImportBuilder& into) {
    GoogleBenchmarkImport import(options, file, into);
    BenchmarkHandler handler([&](const Members& members) { return import.take(members); });
    JsonCharacters characters(source);
    std::string cause = "it is not the JSON of Google Benchmark";
    bool parsed = false;
    try {
        parsed = nlohmann::json::sax_parse(JsonIterator(characters), JsonIterator(), &handler);
    } catch (const std::invalid_argument& fault) {
        cause = fault.what();
    }
    if (handler.fault()) return fail(*handler.fault());
    if (characters.fault()) return fail(*characters.fault());
    if (!parsed)
        return fail({ExitCode::bad_data, "import", file + ":" + std::to_string(characters.line()), cause,
                     std::string(write_json)});
    if (!handler.found())
        return fail({ExitCode::bad_data, "import", file, "it is JSON without \"benchmarks\"", std::string(write_json)});
    if (word(handler.context(), "library_build_type") == "debug")
        into.note("the library of Google Benchmark was built for debugging, which its times include");
    into.set_origin(origin_of(handler.context()));
    return import.finish();
}

} // namespace bytebound
