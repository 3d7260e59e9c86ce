#include "import/perf_stat.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "import/decimal.hpp"
#include "import/units.hpp"

namespace bytebound {
namespace {

constexpr std::string_view write_again = "write it with perf stat -x, or perf stat -j (and -o FILE)";
constexpr std::string_view not_fields = "it is not a line of perf stat -x";
constexpr std::array<std::string_view, 9> separators = {",", ";", "\t", "|", "@", "#", "!", " ", ":"};
/// So many lines decide which separator a file has.
constexpr std::size_t lines_that_decide = 20;

bool is_comment(std::string_view line) { return trim(line).empty() || line.starts_with('#'); }

/// Counters of a whole package or of the machine, which perf counts for everything that runs there.
bool is_uncore(std::string_view event) {
    for (const std::string_view prefix :
         {"uncore_", "amd_df", "amd_l3", "amd_umc", "arm_cmn", "arm_dsu", "power/", "hisi_"})
        if (event.starts_with(prefix)) return true;
    return event.find("/cas_count") != std::string_view::npos;
}

bool is_thread(std::string_view place) {
    return !place.starts_with("CPU") &&
           !(place.size() > 1 && (place[0] == 'S' || place[0] == 'N') && place[1] >= '0' && place[1] <= '9');
}

Tier tier_of(const PerfStatLine& line) {
    if (line.event == "duration_time") return Tier::timed;
    // perf's -A and --per-... count whatever runs on those CPUs.
    if (is_uncore(line.event) || (!line.place.empty() && !is_thread(line.place))) return Tier::shared;
    return line.running_percent < 100 ? Tier::scaled : Tier::counted;
}

class PerfStatImport {
public:
    PerfStatImport(const ImportOptions& options, ImportBuilder& into) : options_(options), into_(into) {}

    Result<void> take(const PerfStatLine& line, const TextLines& at) {
        if (line.event.empty()) {
            into_.note("perf's derived metrics are left out, because they follow from the events");
            return {};
        }
        if (line.summary) {
            into_.note("lines of --summary are left out, because they are the sums of the intervals");
            return {};
        }
        if (line.interval_end) TRY(next_interval(*line.interval_end, at));
        const auto unit = base_unit(line.unit);
        if (!unit) return at.bad_line("the unit '" + clipped(line.unit, 40) + "' is not known", "report the unit");
        ImportedNumber number;
        number.subject = options_.name;
        const std::string place = line.cgroup.empty() ? line.place : trim_both(line.place, line.cgroup);
        number.place = place;
        number.metric = line.event;
        number.unit = unit->name;
        number.step = step_;
        number.tier = tier_of(line);
        std::string plain = line.value;
        std::replace(plain.begin(), plain.end(), ',', '.');
        number.value = plain_number(plain);
        if (number.value) {
            *number.value *= unit->factor;
        } else {
            number.reason = line.value == "<not supported>" ? "perf: not supported" : "perf: not counted";
        }
        if (line.error_percent) {
            number.stat = ImportedStat::mean;
            number.n = 0;
            if (number.value) number.standard_error = *number.value * *line.error_percent / 100;
        }
        return into_.add(number);
    }

private:
    static std::string trim_both(const std::string& place, const std::string& cgroup) {
        return place.empty() ? cgroup : place + " " + cgroup;
    }

    Result<void> next_interval(double end, const TextLines& at) {
        if (interval_ && end < *interval_)
            return at.bad_line("its interval ends before that of the line above",
                               "import the files of two runs as two files");
        if (interval_ && end > *interval_) ++step_;
        interval_ = end;
        return {};
    }

    const ImportOptions& options_;
    ImportBuilder& into_;
    std::optional<double> interval_;
    std::uint32_t step_ = 0;
};

/// The separator with which every line is one of an event. Error (usage): none, or several.
Result<std::string> find_separator(const std::vector<std::string>& lines, const std::string& file) {
    std::vector<std::string> fits;
    for (const std::string_view each : separators) {
        const bool all = std::all_of(lines.begin(), lines.end(), [&](const std::string& line) {
            return perf_stat_line(perf_fields(line, each), each).has_value();
        });
        if (all) fits.emplace_back(each);
    }
    if (fits.size() == 1) return fits.front();
    return fail({ExitCode::usage, "import", file,
                 fits.empty() ? "no known separator divides its lines into the fields of perf stat -x"
                              : "several separators divide its lines into fields",
                 "say --separator, with the text of -x; in a locale with decimal commas use -x ';' or LC_ALL=C"});
}

Failure not_perf_stat(const TextLines& lines, std::string_view line) {
    if (line.find("Performance counter stats for") != std::string_view::npos)
        return lines.bad_line("this is perf stat's text for people", std::string(write_again));
    return lines.bad_line(std::string(not_fields), std::string(write_again));
}

} // namespace

std::string_view perf_stat_metric(std::string_view event) {
    if (event == "duration_time") return metric_name::time_ns;
    // Modifiers (":u") and a PMU in front ("cpu_core/cycles/") change what is counted, not what it is.
    const std::string_view name = event.substr(0, event.find(':'));
    for (const MetricEntry& metric : metrics())
        for (const std::string_view each : metric.events)
            if (each == name) return metric.name;
    return {};
}

Result<void> import_perf_stat(TextLines& lines, const ImportOptions& options, ImportBuilder& into) {
    PerfStatImport import(options, into);
    std::string separator = options.separator;
    std::vector<std::string> held; // until the separator is known
    bool any = false;
    const auto take_held = [&]() -> Result<void> {
        if (held.empty()) return {};
        separator = TRY(find_separator(held, lines.file()));
        for (const std::string& line : held)
            TRY(import.take(*perf_stat_line(perf_fields(line, separator), separator), lines));
        held.clear();
        return {};
    };
    while (const auto line = TRY(lines.next())) {
        if (is_comment(*line)) continue;
        any = true;
        if (line->find("Performance counter stats for") != std::string_view::npos) return not_perf_stat(lines, *line);
        if (trim(*line).starts_with('{')) {
            auto parsed = perf_stat_json_line(*line);
            if (!parsed) return lines.bad_line(std::move(parsed).error(), std::string(write_again));
            TRY(import.take(*parsed, lines));
        } else if (separator.empty()) {
            held.emplace_back(*line);
            if (held.size() == lines_that_decide) TRY(take_held());
        } else {
            const auto parsed = perf_stat_line(perf_fields(*line, separator), separator);
            if (!parsed) return not_perf_stat(lines, *line);
            TRY(import.take(*parsed, lines));
        }
    }
    TRY(take_held());
    if (any) return {};
    return fail(
        {ExitCode::bad_data, "import", lines.file(), "it contains no event of perf stat", std::string(write_again)});
}

} // namespace bytebound
