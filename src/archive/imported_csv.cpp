#include "archive/imported_csv.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"
#include "catalogue/tiers.hpp"
#include "io/csv.hpp"

namespace bytebound {
namespace {

constexpr std::array<std::string_view, 14> imported_columns = {
    "name", "place", "repeat", "step",           "metric",    "original", "unit",
    "stat", "n",     "value",  "standard_error", "deviation", "tier",     "reason"};
constexpr std::size_t most_imported_rows = 10'000'000;
constexpr double largest_imported = 1e45; ///< 1e30 in a unit that becomes 1e12 base units, with room

std::string number_cell(const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : std::string();
}

/// The cells of a row, by position; the first fault stays.
class ImportedCells {
public:
    explicit ImportedCells(const std::vector<std::string>& cells) : cells_(cells) {}

    const std::string& text() { return cells_[at_++]; }

    std::uint64_t whole(std::uint64_t high) {
        const std::string& cell = text();
        std::uint64_t value = 0;
        const auto [end, fault] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        if (fault != std::errc() || end != cell.data() + cell.size() || value > high)
            refuse(fmt::format("it is not a whole number from 0 to {}", high));
        return value;
    }

    std::optional<double> number() {
        const std::string& cell = text();
        if (cell.empty()) return std::nullopt;
        double value = 0;
        const auto [end, fault] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        if (fault != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value) ||
            std::abs(value) > largest_imported)
            refuse("it is not a number");
        return value;
    }

    void refuse(const std::string& cause) {
        if (cause_.empty())
            cause_ =
                fmt::format("column {}: \"{}\": {}", imported_columns[at_ - 1], clipped(cells_[at_ - 1], 80), cause);
    }
    const std::string& cause() const { return cause_; }

private:
    const std::vector<std::string>& cells_;
    std::size_t at_ = 0;
    std::string cause_;
};

template <class Key>
std::uint32_t position(std::map<Key, std::uint32_t>& known, Key key, std::size_t next, bool& is_new) {
    const auto [at, added] = known.try_emplace(std::move(key), static_cast<std::uint32_t>(next));
    is_new = added;
    return at->second;
}

/// Builds the samples row by row.
class ImportedReader {
public:
    std::string take(const std::vector<std::string>& row_cells) {
        ImportedCells cells(row_cells);
        ImportedSample row;
        const std::string name = cells.text(), place = cells.text();
        row.repeat = static_cast<std::uint32_t>(cells.whole(UINT32_MAX));
        row.step = static_cast<std::uint32_t>(cells.whole(UINT32_MAX));
        const std::string metric = cells.text(), original = cells.text(), unit = cells.text();
        read_stat(cells, row);
        row.n = row_cells[8].empty() ? (cells.text(), 0) : cells.whole(UINT64_MAX);
        row.value = cells.number();
        row.standard_error = cells.number();
        row.deviation = cells.number();
        read_tier(cells, row);
        const std::string reason = cells.text();
        if (row.value.has_value() == !reason.empty()) cells.refuse("a row has a value or a reason");
        if (!cells.cause().empty()) return cells.cause();
        bool added = false;
        row.subject = position(subjects_, std::pair(name, place), out_.subjects.size(), added);
        if (added) out_.subjects.push_back({name, place});
        row.metric = position(metrics_, metric, out_.metrics.size(), added);
        if (added) out_.metrics.push_back({metric, original, unit});
        const ImportedMetric& known = out_.metrics[row.metric];
        if (known.original != original || known.unit != unit)
            return "the metric has another unit or original name above";
        if (!reason.empty()) {
            row.reason = position(reasons_, reason, out_.reasons.size(), added);
            if (added) out_.reasons.push_back(reason);
        }
        if (!seen_.emplace(row.subject, row.metric, row.repeat, row.step).second) return "the number occurs twice";
        out_.rows.push_back(row);
        return {};
    }

    ImportedSamples samples() { return std::move(out_); }
    std::size_t size() const { return out_.rows.size(); }

private:
    static void read_stat(ImportedCells& cells, ImportedSample& row) {
        const std::string& word = cells.text();
        for (const ImportedStat stat : {ImportedStat::value, ImportedStat::mean, ImportedStat::median}) {
            if (word != name_of(stat)) continue;
            row.stat = stat;
            return;
        }
        cells.refuse("it is not value, mean or median");
    }

    static void read_tier(ImportedCells& cells, ImportedSample& row) {
        const std::string& word = cells.text();
        for (const TierEntry& each : tiers()) {
            if (word != name_of(each.tier)) continue;
            row.tier = each.tier;
            return;
        }
        cells.refuse("it is not a tier");
    }

    ImportedSamples out_;
    std::map<std::pair<std::string, std::string>, std::uint32_t> subjects_;
    std::map<std::string, std::uint32_t> metrics_, reasons_;
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>> seen_;
};

} // namespace

std::string imported_text(const ImportedSamples& samples, const std::vector<std::string>& comments) {
    std::string text = comment_text(comments);
    text += fmt::format("{}\n", fmt::join(imported_columns, ","));
    for (const ImportedSample& row : samples.rows) {
        const ImportedSubject& subject = samples.subjects[row.subject];
        const ImportedMetric& metric = samples.metrics[row.metric];
        text += fmt::format(
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_cell(subject.name), csv_cell(subject.place), row.repeat,
            row.step, csv_cell(metric.name), csv_cell(metric.original), csv_cell(metric.unit), name_of(row.stat),
            row.n == 0 ? std::string() : std::to_string(row.n), number_cell(row.value), number_cell(row.standard_error),
            number_cell(row.deviation), name_of(row.tier), csv_cell(samples.reasons[row.reason]));
    }
    return text;
}

Result<ImportedSamples> parse_imported(std::string_view text, const std::string& name) {
    CsvReader reader(text, name, "import the files again");
    reader.comments();
    const auto cut = fail({ExitCode::bad_data, "read", name, "it has no header", "import the files again"});
    if (reader.done()) return cut;
    const CsvRecord header = TRY(reader.next());
    if (!std::equal(header.cells.begin(), header.cells.end(), imported_columns.begin(), imported_columns.end()))
        return reader.bad_line(header.line, "the header is not that of imported.csv");
    ImportedReader rows;
    while (!reader.done()) {
        const CsvRecord record = TRY(reader.next());
        if (record.cells.size() != imported_columns.size())
            return reader.bad_line(record.line, fmt::format("it has {} cells instead of {}", record.cells.size(),
                                                            imported_columns.size()));
        if (rows.size() == most_imported_rows) return reader.bad_line(record.line, "there are too many rows");
        if (std::string cause = rows.take(record.cells); !cause.empty())
            return reader.bad_line(record.line, std::move(cause));
    }
    return rows.samples();
}

} // namespace bytebound
