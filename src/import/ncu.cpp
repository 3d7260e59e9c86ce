#include "import/ncu.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "import/metric_alias.hpp"
#include "import/quoted_record.hpp"
#include "import/units.hpp"

namespace bytebound {
namespace {

constexpr std::string_view write_ncu = "write it with ncu --csv --print-units base";
constexpr std::string_view no_permission = "ERR_NVGPUCTRPERM";

using Cells = std::vector<std::string>;

/// One number as printed, until the file's separators are known.
struct NcuValue {
    std::string kernel, metric, unit, text;
    std::uint32_t launch = 0;
    std::uint64_t invocations = 0; ///< of a summary: launches behind the mean; 0: a launch
};

/// Positions of the columns that a form has, by name.
class NcuColumns {
public:
    explicit NcuColumns(Cells names) : names_(std::move(names)) {}
    std::optional<std::size_t> find(std::string_view name) const {
        const auto at = std::find(names_.begin(), names_.end(), name);
        return at == names_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - names_.begin()));
    }
    std::string cell(const Cells& cells, std::string_view name) const {
        const auto at = find(name);
        return at && *at < cells.size() ? cells[*at] : "";
    }
    const Cells& names() const { return names_; }

private:
    Cells names_;
};

bool is_ncu_header(std::string_view line) { return line.starts_with("\"ID\",") || line.starts_with("\"Process ID\","); }
bool is_ncu_message(std::string_view line) { return line.starts_with("==") || trim(line).empty(); }

/// A metric that is a sum in a base unit is an integer, so that every separator in it separates thousands.
bool is_whole(const NcuValue& value) {
    const bool base = value.unit.empty() || value.unit == "byte" || value.unit == "ns" || value.unit == "nsecond" ||
                      value.unit == "inst" || value.unit == "sector" || value.unit == "cycle";
    return base && value.invocations == 0 && value.metric.ends_with(".sum");
}

bool is_absent(std::string_view text) {
    return text.empty() || text == "n/a" || text == "nan" || text == "-nan" || text == "N/A";
}

/// "0.13 Mbyte" is 130 000 with an error of 5 000: the digits that scaling cut off.
bool lost_digits(const NcuValue& value) {
    for (const std::string_view prefix : {"K", "M", "G", "T", "u", "m"})
        if (value.unit.starts_with(prefix)) return true;
    return value.unit == "s" || value.unit == "second";
}

class NcuImport {
public:
    NcuImport(const ImportOptions& options, ImportBuilder& into) : options_(options), into_(into) {}

    Result<void> read(TextLines& lines) {
        std::optional<NcuColumns> columns;
        bool wide_units = false;
        while (const auto line = TRY(lines.next())) {
            if (line->find(no_permission) != std::string_view::npos) permission_line_ = clipped(trim(*line), 300);
            if (is_ncu_message(*line)) continue;
            if (is_ncu_header(*line)) {
                columns.emplace(TRY(quoted_record(*line, lines)));
                TRY(check(*columns, lines));
                wide_units = !columns->find("Metric Name");
                units_.clear();
                continue;
            }
            if (!columns || !line->starts_with('"')) continue; // the program's own output
            const Cells cells = TRY(quoted_record(*line, lines));
            if (cells.size() != columns->names().size())
                return lines.bad_line(
                    fmt::format("it has {} cells, and the header has {}", cells.size(), columns->names().size()),
                    std::string(write_ncu));
            if (wide_units) {
                units_ = cells;
                wide_units = false;
            } else if (columns->find("Metric Name")) {
                TRY(take_long(*columns, cells, lines));
            } else {
                TRY(take_wide(*columns, cells, lines));
            }
        }
        if (values_.empty()) return nothing(lines.file(), columns.has_value());
        return put(lines.file());
    }

private:
    Failure nothing(const std::string& file, bool header) const {
        if (!permission_line_.empty())
            return fail({ExitCode::bad_data, "import", file, "ncu was not permitted to count: " + permission_line_,
                         "let the driver permit it (NVreg_RestrictProfilingToAdminUsers=0), or run ncu as root"});
        return fail({ExitCode::bad_data, "import", file,
                     header ? "it contains no metric of ncu" : "it does not contain the header of ncu --csv",
                     std::string(write_ncu)});
    }

    Result<void> check(const NcuColumns& columns, const TextLines& lines) const {
        if (!columns.find("Kernel Name"))
            return lines.bad_line("the header has no \"Kernel Name\"", std::string(write_ncu));
        if (columns.find("Metric Name") && !columns.find("Metric Value") && !columns.find("Average"))
            return lines.bad_line("the header has neither \"Metric Value\" nor \"Average\"", std::string(write_ncu));
        return {};
    }

    /// Launches are numbered per kernel, in the order of their IDs.
    std::uint32_t launch_of(const std::string& kernel, const std::string& id) {
        auto& of_kernel = launches_[kernel];
        return of_kernel.try_emplace(id, static_cast<std::uint32_t>(of_kernel.size())).first->second;
    }

    static std::string id_of(const NcuColumns& columns, const Cells& cells) {
        return columns.cell(cells, "Process ID") + "/" + columns.cell(cells, "ID");
    }

    Result<void> keep(NcuValue value, const TextLines& lines) {
        if (values_.size() >= ImportBuilder::most_rows)
            return lines.bad_line("the file contains too many numbers", "import fewer kernels");
        if (!base_unit(value.unit))
            return lines.bad_line("the unit '" + clipped(value.unit, 40) + "' of " + clipped(value.metric, 100) +
                                      " is not known",
                                  "write it with --print-units base");
        if (is_whole(value))
            evidence_.take(value.text, DecimalEvidence::Kind::whole);
        else
            evidence_.take(value.text);
        values_.push_back(std::move(value));
        return {};
    }

    Result<void> take_long(const NcuColumns& columns, const Cells& cells, const TextLines& lines) {
        NcuValue value;
        value.metric = columns.cell(cells, "Metric Name");
        if (value.metric.empty()) return {}; // a row of a rule
        value.kernel = columns.cell(cells, "Kernel Name");
        value.unit = columns.cell(cells, "Metric Unit");
        if (columns.find("Metric Value")) {
            value.text = columns.cell(cells, "Metric Value");
            value.launch = launch_of(value.kernel, id_of(columns, cells));
            return keep(std::move(value), lines);
        }
        value.text = columns.cell(cells, "Average");
        const std::string invocations = columns.cell(cells, "Invocations");
        const auto count = parse_unsigned(invocations);
        if (!count || *count == 0)
            return lines.bad_line("'" + clipped(invocations, 40) + "' is not a number of invocations",
                                  std::string(write_ncu));
        value.invocations = *count;
        return keep(std::move(value), lines);
    }

    /// Columns of a launch, which are not metrics: those without a unit whose name is not a metric's
    /// ("dram__bytes.sum").
    static bool is_metric_name(std::string_view name) { return name.find("__") != std::string_view::npos; }

    Result<void> take_wide(const NcuColumns& columns, const Cells& cells, const TextLines& lines) {
        const std::string kernel = columns.cell(cells, "Kernel Name");
        const std::uint32_t launch = launch_of(kernel, id_of(columns, cells));
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (is_metric_name(columns.names()[i]))
                TRY(keep({kernel, columns.names()[i], units_[i], cells[i], launch, 0}, lines));
        return {};
    }

    /// Error (usage): the numbers do not show it, or two kinds are mixed.
    Result<char> decimal_separator(const std::string& file) const {
        if (options_.decimal == DecimalChoice::point) return '.';
        if (options_.decimal == DecimalChoice::comma) return ',';
        if (const auto shown = evidence_.separator()) return *shown;
        if (!evidence_.contradicted() && evidence_.ambiguous().empty()) return '.';
        std::string cause =
            "'" + evidence_.ambiguous() + "' may have a decimal or a thousands separator, and no number shows which";
        if (evidence_.contradicted())
            cause = "'" + evidence_.shows_point() + "' and '" + evidence_.shows_comma() +
                    "' have different decimal separators";
        return fail({ExitCode::usage, "import", file, std::move(cause), "say --decimal point or --decimal comma"});
    }

    static std::optional<double> whole_number(const std::string& text) {
        std::string digits;
        for (const char c : text)
            if (c >= '0' && c <= '9') digits += c;
        return plain_number(digits);
    }

    Result<void> put(const std::string& file) {
        const char decimal = TRY(decimal_separator(file));
        for (const NcuValue& value : values_) {
            const BaseUnit unit = *base_unit(value.unit);
            const std::string subject = options_.named ? options_.name + " " + value.kernel : value.kernel;
            ImportedNumber number;
            number.subject = subject;
            number.metric = value.metric;
            number.unit = unit.name;
            number.step = value.launch;
            number.tier = unit.name == "ns" ? Tier::timed : Tier::counted;
            if (value.invocations > 0) {
                number.stat = ImportedStat::mean;
                number.n = value.invocations;
            }
            if (is_absent(value.text)) {
                number.reason = value.text.empty() ? "ncu printed nothing" : "ncu printed " + value.text;
                TRY(into_.add(number));
                continue;
            }
            number.value = is_whole(value) ? whole_number(value.text) : separated_number(value.text, decimal);
            if (!number.value) {
                if (unit.name.empty() && !is_ncu_number(value.text)) continue; // a word, such as a cache configuration
                return fail({ExitCode::usage, "import", file,
                             "'" + clipped(value.text, 40) + "' of " + clipped(value.metric, 100) +
                                 " is not a number with decimal " + (decimal == '.' ? "point" : "comma"),
                             "say --decimal point or --decimal comma"});
            }
            *number.value *= unit.factor;
            if (lost_digits(value))
                into_.note(
                    "ncu scaled units and cut digits off (0.13 Mbyte is 130 000 ± 5 000 bytes); write the file with "
                    "--print-units base");
            TRY(into_.add(number));
        }
        if (options_.ncu_options.empty())
            into_.note(
                "cache state unknown: ncu flushes caches and locks clocks by default, and replays a kernel for each "
                "pass; "
                "only --replay-mode application --cache-control none --clock-control none keeps the state of a loop; "
                "say how ncu was called with --ncu-options");
        else
            into_.note("ncu was called with " + options_.ncu_options);
        return {};
    }

    /// Whether the text is meant as a number: "NVIDIA A100" and "(128, 1, 1)" are not.
    static bool is_ncu_number(std::string_view text) {
        return text.find_first_not_of("0123456789.,+-eE' \xc2\xa0\xe2\x80\xaf\x99") == std::string_view::npos;
    }

    const ImportOptions& options_;
    ImportBuilder& into_;
    DecimalEvidence evidence_;
    std::vector<NcuValue> values_;
    Cells units_;
    std::map<std::string, std::map<std::string, std::uint32_t>> launches_;
    std::string permission_line_;
};

constexpr std::array ncu_names{
    MetricAlias{"gpu__time_duration.sum", metric_name::time_ns},
    MetricAlias{"Duration", metric_name::time_ns}, // of the sections, which is the same metric
    MetricAlias{"dram__bytes_read.sum", metric_name::dram_read_bytes},
    MetricAlias{"dram__bytes_write.sum", metric_name::dram_write_bytes},
    MetricAlias{"dram__bytes.sum", metric_name::dram_bytes},
};

} // namespace

std::string_view ncu_metric(std::string_view metric) { return metric_named(ncu_names, metric); }

Result<void> import_ncu(TextLines& lines, const ImportOptions& options, ImportBuilder& into) {
    return NcuImport(options, into).read(lines);
}

} // namespace bytebound
