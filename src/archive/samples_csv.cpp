#include "archive/samples_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <limits>
#include <set>
#include <sstream>
#include <type_traits>

#include "base/input_file.hpp"
#include "base/text.hpp"
#include "io/csv.hpp"
#include "record/sample_columns.hpp"
#include "record/subject.hpp"

namespace bytebound {
namespace {

constexpr int most_cpus = (1 << 20) - 1;

bool is_count(const std::optional<Reading>& reading) {
    return reading && (has_count(*reading) || reading->state == ReadingState::never_ran);
}

/// Reads the cells of one record in order and keeps the first fault.
class CellReader {
public:
    CellReader(const CsvRecord& record, const std::vector<std::string>& header) : record_(record), header_(header) {}

    const std::string& text() { return record_.cells[at_++]; }

    template <std::integral Number>
    Number number(Number low = std::numeric_limits<Number>::min(), Number high = std::numeric_limits<Number>::max()) {
        return optional_number<Number>(true, low, high).value_or(Number{});
    }

    template <std::integral Number>
    std::optional<Number> optional_number(bool required = false, Number low = std::numeric_limits<Number>::min(),
                                          Number high = std::numeric_limits<Number>::max()) {
        const std::string& column = header_[at_];
        const std::string& cell = text();
        if (cell.empty() && !required) return {};
        Number value{};
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        if (error != std::errc{} || end != cell.data() + cell.size() || value < low || value > high) {
            if (cause_.empty())
                cause_ = fmt::format("column {}: \"{}\" is not a whole number from {} to {}", column, clipped(cell, 80),
                                     low, high);
            return {};
        }
        return value;
    }

    /// -1 for the empty cell of an unknown one.
    int cpu() { return empty() ? skip(), -1 : number(-1, most_cpus); }

    bool empty() const { return record_.cells[at_].empty(); }

    /// A cell of the trace in a row that has none.
    void absent() {
        if (!empty() && cause_.empty())
            cause_ =
                fmt::format("column {}: \"{}\", and the row has no k", header_[at_], clipped(record_.cells[at_], 80));
        skip();
    }

    /// 0 for an empty cell, which is then not known.
    template <std::integral Number>
    Number number_or_empty(bool& known) {
        known = !empty();
        return optional_number<Number>().value_or(Number{});
    }

    std::optional<Reading> reading() {
        const std::string& column = header_[at_];
        const auto count = optional_number<std::uint64_t>();
        const auto enabled = optional_number<std::uint64_t>();
        const auto running = optional_number<std::uint64_t>();
        if (count.has_value() != enabled.has_value() || count.has_value() != running.has_value()) {
            if (cause_.empty()) cause_ = fmt::format("column {}: a count needs its enabled and running times", column);
            return {};
        }
        if (!count) return {};
        const Reading reading{*count, *enabled, *running, state_of(*enabled, *running)};
        if (!is_count(reading) && cause_.empty())
            cause_ = fmt::format("column {}: it ran longer than it was enabled", column);
        return reading;
    }

    const std::string& cause() const { return cause_; }

private:
    void skip() { ++at_; }

    const CsvRecord& record_;
    const std::vector<std::string>& header_;
    std::size_t at_ = 0;
    std::string cause_;
};

/// The columns of a header, or its fault.
struct Shape {
    SampleFile kind = SampleFile::steps;
    std::vector<std::string> events, simulated, emulated;
    bool trace = false;
    std::string cause;
};

template <std::size_t count>
bool take_fixed(const std::array<std::string_view, count>& expected, const std::vector<std::string>& header,
                std::size_t& at, std::string& cause) {
    for (const std::string_view column : expected) {
        if (at < header.size() && header[at] == column) {
            ++at;
            continue;
        }
        cause = fmt::format("column {} should be \"{}\"", at + 1, column);
        return false;
    }
    return true;
}

Shape shape_of(const std::vector<std::string>& header, SampleFile expected) {
    Shape shape;
    std::size_t at = 0;
    if (!take_fixed(key_columns, header, at, shape.cause)) return shape;
    if (at < header.size() && header[at] == worker_columns[0]) {
        shape.kind = SampleFile::workers;
        if (!take_fixed(worker_columns, header, at, shape.cause)) return shape;
    }
    if (!take_fixed(step_columns, header, at, shape.cause)) return shape;
    while (at + 2 < header.size() && header[at + 1] == header[at] + ":enabled" &&
           header[at + 2] == header[at] + ":running") {
        shape.events.push_back(header[at]);
        at += 3;
    }
    if (expected == SampleFile::background) shape.kind = SampleFile::background;
    if (shape.kind == SampleFile::steps) {
        while (at < header.size() && header[at].starts_with(sim_prefix))
            shape.simulated.push_back(header[at++].substr(sim_prefix.size()));
        while (at < header.size() && header[at].starts_with(emulated_prefix))
            shape.emulated.push_back(header[at++].substr(emulated_prefix.size()));
        if (!take_fixed(trace_columns, header, at, shape.cause)) return shape;
    }
    if (at != header.size())
        shape.cause = fmt::format("column {} \"{}\" is not expected there", at + 1, clipped(header[at], 80));
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < header.size() && shape.cause.empty(); ++i)
        if (!names.insert(header[i]).second)
            shape.cause = fmt::format("column {} \"{}\" occurs twice", i + 1, clipped(header[i], 80));
    return shape;
}

Sample sample_of(CellReader& cells, const Shape& shape) {
    Sample sample;
    sample.loop = cells.text();
    const bool traced = !cells.empty();
    if (traced)
        sample.k = cells.number<std::uint32_t>(0, no_k - 1);
    else
        cells.absent(), sample.k = no_k;
    sample.repeat = cells.number<std::uint32_t>();
    sample.step = cells.number<std::uint32_t>();
    sample.batch = cells.number<std::uint32_t>(1);
    sample.pass = cells.number(0);
    if (shape.kind == SampleFile::workers) {
        sample.worker = cells.number(0);
        sample.worker_cpu = cells.number(-1, most_cpus);
    }
    const auto of_trace = [&](auto& value) {
        if (traced)
            value = cells.number<std::remove_cvref_t<decltype(value)>>();
        else
            cells.absent();
    };
    const auto of_steps = [&](auto& value, bool& known) {
        if (traced)
            value = cells.number_or_empty<std::remove_cvref_t<decltype(value)>>(known);
        else
            cells.absent();
    };
    of_trace(sample.added);
    of_trace(sample.removed);
    of_steps(sample.rows_written, sample.knows_stores);
    sample.cpu_before = traced ? cells.number(-1, most_cpus) : cells.cpu();
    sample.cpu_after = traced ? cells.number(-1, most_cpus) : cells.cpu();
    std::istringstream flags(cells.text());
    for (std::string flag; flags >> flag;)
        sample.flags.push_back(flag);
    sample.time_ns = cells.number<std::uint64_t>();
    for (std::size_t i = 0; i < shape.events.size(); ++i)
        sample.readings.push_back(cells.reading());
    if (shape.kind != SampleFile::steps) return sample;
    for (std::size_t i = 0; i < shape.simulated.size(); ++i)
        sample.simulated.push_back(cells.optional_number<std::uint64_t>());
    for (std::size_t i = 0; i < shape.emulated.size(); ++i)
        sample.emulated.push_back(cells.optional_number<std::uint64_t>());
    of_steps(sample.min_rows, sample.knows_minimum);
    of_steps(sample.metadata_bytes, sample.knows_metadata);
    of_trace(sample.bound_rows);
    return sample;
}

std::string cpu_text(int cpu) { return cpu < 0 ? std::string() : std::to_string(cpu); }

std::string cell_of(std::uint64_t value, bool known) { return known ? std::to_string(value) : std::string(); }

/// Absent values become empty cells.
void append_cells(std::string& text, const std::vector<std::optional<std::uint64_t>>& values, std::size_t cells) {
    for (std::size_t i = 0; i < cells; ++i) {
        text += ',';
        if (i < values.size() && values[i]) text += std::to_string(*values[i]);
    }
}

} // namespace

std::string header_text(const SampleTable& shape, SampleFile kind) {
    std::string text = comment_text(shape.comments);
    std::vector<std::string> columns(key_columns.begin(), key_columns.end());
    if (kind == SampleFile::workers) columns.insert(columns.end(), worker_columns.begin(), worker_columns.end());
    columns.insert(columns.end(), step_columns.begin(), step_columns.end());
    for (const std::string& event : shape.events)
        for (const std::string_view suffix : {"", ":enabled", ":running"})
            columns.push_back(csv_cell(event + std::string(suffix)));
    if (kind == SampleFile::steps) {
        for (const std::string& metric : shape.simulated)
            columns.push_back(std::string(sim_prefix) + metric);
        for (const std::string& metric : shape.emulated)
            columns.push_back(std::string(emulated_prefix) + metric);
        columns.insert(columns.end(), trace_columns.begin(), trace_columns.end());
    }
    text += fmt::format("{}\n", fmt::join(columns, ","));
    return text;
}

std::string row_text(const SampleTable& shape, const Sample& sample, SampleFile kind) {
    const bool traced = has_k(sample.k);
    std::string text = fmt::format("{},{},{},{},{},{}", csv_cell(sample.loop), k_text(sample.k), sample.repeat,
                                   sample.step, sample.batch, sample.pass);
    if (kind == SampleFile::workers) text += fmt::format(",{},{}", sample.worker, sample.worker_cpu);
    text += traced ? fmt::format(",{},{},{},{},{}", sample.added, sample.removed,
                                 cell_of(sample.rows_written, sample.knows_stores), sample.cpu_before, sample.cpu_after)
                   : fmt::format(",,,,{},{}", cpu_text(sample.cpu_before), cpu_text(sample.cpu_after));
    text += fmt::format(",{},{}", fmt::join(sample.flags, " "), sample.time_ns);
    for (std::size_t i = 0; i < shape.events.size(); ++i) {
        const std::optional<Reading> reading = i < sample.readings.size() ? sample.readings[i] : std::nullopt;
        if (is_count(reading))
            text += fmt::format(",{},{},{}", reading->count, reading->enabled_ns, reading->running_ns);
        else
            text += ",,,";
    }
    if (kind == SampleFile::steps) {
        append_cells(text, sample.simulated, shape.simulated.size());
        append_cells(text, sample.emulated, shape.emulated.size());
        text += traced ? fmt::format(",{},{},{}", cell_of(sample.min_rows, sample.knows_minimum),
                                     cell_of(sample.metadata_bytes, sample.knows_metadata), sample.bound_rows)
                       : ",,,";
    }
    text += '\n';
    return text;
}

Result<SampleTable> parse_samples(std::string_view text, const std::string& name, FileEnd end, SampleFile kind) {
    CsvReader reader(text, name, "restore the file from the run, or measure again");
    SampleTable table;
    table.comments = reader.comments();
    if (reader.done()) {
        if (end == FileEnd::cut) return table;
        return reader.bad_line(table.comments.size() + 1, "there is no header");
    }
    const auto header = reader.next();
    if (!header && end == FileEnd::cut) return table;
    if (!header) return fail(header.error());
    const Shape shape = shape_of(header->cells, kind);
    if (!shape.cause.empty()) return reader.bad_line(header->line, shape.cause);
    table.events = shape.events;
    table.simulated = shape.simulated;
    table.emulated = shape.emulated;
    while (!reader.done()) {
        const auto record = reader.next();
        if (!record && end == FileEnd::cut) { // records fail only at the end of the text
            ++table.dropped_rows;
            break;
        }
        if (!record) return fail(record.error());
        if (record->cells.size() != header->cells.size())
            return reader.bad_line(
                record->line, fmt::format("{} cells, the header has {}", record->cells.size(), header->cells.size()));
        CellReader cells(*record, header->cells);
        Sample sample = sample_of(cells, shape);
        if (!cells.cause().empty()) return reader.bad_line(record->line, cells.cause());
        table.rows.push_back(std::move(sample));
    }
    return table;
}

Result<SampleTable> read_samples(const std::filesystem::path& file, FileEnd end, SampleFile kind) {
    const std::string text =
        TRY(read_input(file, input::samples,
                       {ExitCode::bad_data, "read", file.string(), "the file is missing or unreadable",
                        "give a run directory that bytebound run wrote"}));
    return parse_samples(text, file.string(), end, kind);
}

} // namespace bytebound
