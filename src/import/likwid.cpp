#include "import/likwid.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "import/decimal.hpp"
#include "import/metric_alias.hpp"
#include "import/units.hpp"

namespace bytebound {
namespace {

constexpr std::string_view write_likwid = "write it with likwid-perfctr -O (and -o FILE.csv)";

/// Events of all architectures' fixed counters and metrics of the groups MEM, MEM_DP and MEM_SP that mean the same as a
/// metric of docs/figures.md.
constexpr std::array likwid_names{
    MetricAlias{"Runtime (RDTSC) [s]", metric_name::time_ns},
    MetricAlias{"INSTR_RETIRED_ANY", metric_name::instructions},
    MetricAlias{"CPU_CLK_UNHALTED_CORE", metric_name::cycles},
    MetricAlias{"RETIRED_INSTRUCTIONS", metric_name::instructions},
    MetricAlias{"CPU_CLOCKS_UNHALTED", metric_name::cycles},
    MetricAlias{"INST_RETIRED", metric_name::instructions},
    MetricAlias{"CPU_CYCLES", metric_name::cycles},
    MetricAlias{"Memory read data volume [GBytes]", metric_name::dram_read_bytes},
    MetricAlias{"Memory write data volume [GBytes]", metric_name::dram_write_bytes},
    MetricAlias{"Memory data volume [GBytes]", metric_name::dram_bytes},
};

/// Metrics that a group derives from counters of the hardware thread alone, whatever else it counts.
constexpr std::array<std::string_view, 6> thread_metrics = {
    "CPI", "IPC", "Clock [MHz]", "Runtime unhalted [s]", "call count", "RDTSC Runtime [s]"};

std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells = split(line, ',');
    for (std::string& cell : cells)
        cell = std::string(trim(cell));
    return cells;
}

std::string cell(const std::vector<std::string>& cells, std::size_t at) { return at < cells.size() ? cells[at] : ""; }

/// "Memory bandwidth [MBytes/s]" -> "MBytes/s"; empty without brackets.
std::string_view bracketed_unit(std::string_view name) {
    const std::size_t open = name.rfind('[');
    if (open == std::string_view::npos || !name.ends_with(']')) return {};
    return name.substr(open + 1, name.size() - open - 2);
}

/// What one table is of.
struct LikwidTable {
    std::string region, group, kind; ///< kind: "Raw", "Metric", "Raw STAT", "Metric STAT"
    bool is_raw() const { return kind == "Raw"; }
    bool is_statistics() const { return kind.ends_with("STAT"); }
};

/// "TABLE,Region NAME,Group 1 Raw,MEM,5" or without the region. A region's name may contain commas.
std::optional<LikwidTable> table_of(const std::vector<std::string>& cells) {
    LikwidTable out;
    std::size_t at = 1;
    if (cell(cells, at).starts_with("Region ")) {
        out.region = cell(cells, at++).substr(7);
        while (at + 1 < cells.size() && !cell(cells, at).starts_with("Group "))
            out.region += "," + cells[at++];
    }
    const std::string group = cell(cells, at);
    if (!group.starts_with("Group ")) return std::nullopt;
    const std::size_t space = group.find(' ', 6);
    if (space == std::string::npos) return std::nullopt;
    out.kind = group.substr(space + 1);
    out.group = cell(cells, at + 1);
    for (const std::string_view known : {"Raw", "Metric", "Raw STAT", "Metric STAT"})
        if (out.kind == known) return out;
    return std::nullopt;
}

class LikwidImport {
public:
    LikwidImport(const ImportOptions& options, ImportBuilder& into) : options_(options), into_(into) {}

    Result<void> take(std::string_view line, const TextLines& at) {
        if (trim(line).empty()) return {};
        if (line.starts_with("# HWThreads") || line.starts_with("# GID"))
            return at.bad_line("it is a timeline (likwid-perfctr -t), which is not imported",
                               "count the whole program or its regions (-m)");
        const std::vector<std::string> cells = cells_of(line);
        if (cells.front() == "STRUCT") {
            table_.reset();
            return {};
        }
        if (cells.front() == "TABLE") return begin_table(cells, at);
        if (cells.front() == "CPU name:" || cells.front() == "CPU type:" || cells.front() == "CPU clock:") return {};
        if (!table_) return {}; // the program's own output
        if (table_->is_statistics()) {
            into_.note(
                "statistics over the hardware threads (STAT) are left out, because they follow from the threads");
            return {};
        }
        if (is_header(cells.front())) return begin_columns(cells);
        if (columns_.empty()) return at.bad_line("a row precedes the header of its table", std::string(write_likwid));
        return take_row(cells, at);
    }

    bool any() const { return tables_ > 0; }

private:
    static bool is_header(std::string_view first) {
        return first == "Event" || first == "Metric" || first == "Region Info";
    }

    Result<void> begin_table(const std::vector<std::string>& cells, const TextLines& at) {
        table_ = table_of(cells);
        if (!table_)
            return at.bad_line("the table '" + clipped(cell(cells, 1), 60) + "' is not known",
                               std::string(write_likwid));
        columns_.clear();
        ++tables_;
        if (table_->is_raw()) shared_ = false;
        const auto same = [&](const LikwidTable& each) {
            return each.region == table_->region && each.group == table_->group;
        };
        if (std::none_of(groups_.begin(), groups_.end(), same)) groups_.push_back(*table_);
        const bool rotated = std::any_of(groups_.begin(), groups_.end(), [&](const LikwidTable& each) {
            return each.region == table_->region && each.group != table_->group;
        });
        if (rotated)
            into_.note(
                "the groups of a region counted in turns, and LIKWID does not extrapolate: each count is of a part "
                "of the run");
        return {};
    }

    Result<void> begin_columns(const std::vector<std::string>& cells) {
        columns_.clear();
        for (std::size_t i = 1; i < cells.size(); ++i)
            columns_.push_back(cells[i]);
        while (!columns_.empty() && columns_.back().empty())
            columns_.pop_back();
        counted_ = cells.front() == "Event";
        return {};
    }

    Result<void> take_row(const std::vector<std::string>& cells, const TextLines& at) {
        const std::string& name = cells.front();
        const std::size_t first = counted_ ? 1 : 0; // behind "Counter"
        const std::string counter = counted_ ? cell(cells, 1) : "";
        if (cells.size() < columns_.size() + 1)
            return at.bad_line("it has fewer columns than the header of its table", std::string(write_likwid));
        const bool thread_wide = counted_ ? is_thread_counter(counter) : is_of_thread(name);
        if (counted_ && !thread_wide) shared_ = true;
        bool other_thread_counts = false;
        for (std::size_t i = first; i < columns_.size(); ++i)
            other_thread_counts = other_thread_counts || plain_number(cells[i + 1]).value_or(0) != 0;
        for (std::size_t i = first; i < columns_.size(); ++i)
            TRY(put(name, counter, columns_[i], cells[i + 1], thread_wide, other_thread_counts, at));
        return {};
    }

    bool is_of_thread(std::string_view metric) const {
        return !shared_ || likwid_metric(metric) == metric_name::time_ns ||
               std::find(thread_metrics.begin(), thread_metrics.end(), metric) != thread_metrics.end();
    }

    Result<void> put(const std::string& name, const std::string& counter, const std::string& column,
                     const std::string& text, bool thread_wide, bool other_thread_counts, const TextLines& at) {
        const std::string_view bracketed = bracketed_unit(name);
        // Units of LIKWID's groups that are not known ("RefCycles") stay in the metric's name.
        const BaseUnit unit = base_unit(bracketed).value_or(BaseUnit{});
        ImportedNumber number;
        std::string subject = table_->region.empty() ? options_.name : table_->region;
        if (!table_->region.empty() && options_.named) subject = options_.name + " " + subject;
        const std::string place = column;
        const bool time = likwid_metric(name) == metric_name::time_ns || name == "RDTSC Runtime [s]";
        const bool plain_name = counter.empty() || !likwid_metric(name).empty() || counter == "TSC";
        const std::string metric = plain_name ? name : name + ":" + counter;
        number.subject = subject;
        number.place = place;
        number.metric = metric;
        number.unit = unit.name;
        number.tier = time ? Tier::timed : thread_wide ? Tier::counted : Tier::shared;
        const auto value = plain_number(text);
        if (!value && text != "nan" && text != "-nan" && text != "inf" && text != "-inf" && text != "-" &&
            text != "nil")
            return at.bad_line("'" + clipped(text, 40) + "' is not a number", std::string(write_likwid));
        if (!value) {
            number.reason = "LIKWID printed '" + text + "'";
        } else if (*value == 0 && !thread_wide && other_thread_counts) {
            number.reason = "a counter of the whole socket, which LIKWID counts for one hardware thread of it";
        } else {
            number.value = *value * unit.factor;
        }
        return into_.add(number);
    }

    const ImportOptions& options_;
    ImportBuilder& into_;
    std::optional<LikwidTable> table_;
    std::vector<LikwidTable> groups_;
    std::vector<std::string> columns_;
    std::uint64_t tables_ = 0;
    bool counted_ = false; ///< a row has a counter in its second column
    bool shared_ = false;  ///< the group of this table counts something that is not of one hardware thread
};

} // namespace

bool is_thread_counter(std::string_view counter) {
    for (const std::string_view prefix : {"FIXC", "PMC", "TSC", "TMP"}) {
        if (!counter.starts_with(prefix)) continue;
        const std::string_view rest = counter.substr(prefix.size());
        return rest.empty() || (rest.front() >= '0' && rest.front() <= '9');
    }
    return false;
}

std::string_view likwid_metric(std::string_view metric) { return metric_named(likwid_names, metric); }

Result<void> import_likwid(TextLines& lines, const ImportOptions& options, ImportBuilder& into) {
    LikwidImport import(options, into);
    bool any_line = false;
    std::string error;
    while (const auto line = TRY(lines.next())) {
        any_line = any_line || !trim(*line).empty();
        if (error.empty() &&
            (line->starts_with("ERROR") || line->find("Cannot get access to MSRs") != std::string_view::npos))
            error = clipped(trim(*line), 200);
        TRY(import.take(*line, lines));
    }
    if (import.any()) return {};
    return fail({ExitCode::bad_data, "import", lines.file(),
                 error.empty() ? "it contains no table of likwid-perfctr" : "LIKWID counted nothing: " + error,
                 error.empty() ? std::string(write_likwid) : "see bytebound doctor on that machine for the cause"});
}

} // namespace bytebound
