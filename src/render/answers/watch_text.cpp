#include <algorithm>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "catalogue/metrics.hpp"
#include "render/answers/watch_outputs.hpp"
#include "render/answers/watch_words.hpp"
#include "render/plain_table.hpp"
#include "render/visible_format.hpp"

namespace bytebound {
namespace {

constexpr std::size_t least_width = 8;
constexpr std::size_t least_columns = 20, ellipsis = 3; // of a screen
constexpr std::size_t time_begin = 11, time_length = 8; // of "2026-01-31T12:00:00.123Z"

/// The two lines of a column's title.
std::vector<std::string> title_lines(const WatchColumn& column) {
    switch (column.kind) {
    case WatchKind::bandwidth:
        return {place_text(column) + " " + std::string(name_of(column.traffic->memory)),
                direction_text(column) + " " + column.unit};
    case WatchKind::ratio:
        return column.key == metric_name::cpi ? std::vector<std::string>{"", "CPI"}
                                              : std::vector<std::string>{"LLC", "MPKI"};
    case WatchKind::rate: break;
    }
    return {visible(column.event), column.unit};
}

std::string right(const std::string& text, std::size_t width) {
    const std::size_t columns = columns_of(text);
    return std::string(columns < width ? width - columns : 0, ' ') + text;
}

std::size_t width_of(const WatchColumn& column) {
    std::size_t width = least_width;
    for (const std::string& line : title_lines(column))
        width = std::max(width, columns_of(line));
    return width;
}

std::string clock_of(const WatchLine& line) { return line.time.substr(time_begin, time_length); }

std::string cpus_text(const std::vector<int>& cpus) {
    return visible_format("{} CPU{} ({})", cpus.size(), cpus.size() == 1 ? "" : "s", format_cpu_list(cpus));
}

/// A row for each place and memory class.
Table bandwidth_table(const WatchHeader& header, const WatchLine& line) {
    constexpr std::size_t read_cell = 1, write_cell = 2, total_cell = 3;
    Table table;
    table.columns = {{"", false, 0}, {"read GB/s", true, 0}, {"write GB/s", true, 0}, {"total GB/s", true, 0}};
    bool any_total = false;
    for (std::size_t i = 0; i < header.columns.size(); ++i) {
        const WatchColumn& column = header.columns[i];
        if (column.kind != WatchKind::bandwidth) continue;
        const std::string place = title_lines(column).front();
        if (table.rows.empty() || table.rows.back().front() != place) table.rows.push_back({place, "", "", ""});
        const Direction direction = column.traffic->direction;
        any_total = any_total || direction == Direction::combined;
        table.rows.back()[direction == Direction::read    ? read_cell
                          : direction == Direction::write ? write_cell
                                                          : total_cell] = value_text(line.values[i]);
    }
    if (any_total) return table;
    table.columns.pop_back();
    for (auto& row : table.rows)
        row.pop_back();
    return table;
}

/// A line for each other column.
std::string other_values(const WatchHeader& header, const WatchLine& line) {
    Table table;
    table.columns = {{"", false, 0}, {"", true, 0}};
    for (std::size_t i = 0; i < header.columns.size(); ++i)
        if (header.columns[i].in_tables && header.columns[i].kind != WatchKind::bandwidth)
            table.rows.push_back({column_text(header.columns[i]), value_text(line.values[i])});
    const std::string lines = plain_table(table, false);
    return lines.substr(lines.find('\n') + 1); // without titles
}

} // namespace

std::string watch_log_head(const WatchHeader& header) {
    std::string text = visible_format("# bytebound watch on {}, {}, from {}, a line every {:g} s\n", header.host,
                                      cpus_text(header.cpus), header.started, header.interval_s);
    for (const std::string& note : watch_notes(header))
        text += "# " + visible(note) + "\n";
    for (std::size_t part = 0; part < 2; ++part) {
        text += part == 0 ? std::string("#") + std::string(time_length - 1, ' ') + right("", least_width)
                          : right("time", time_length) + right("s", least_width);
        for (const WatchColumn& column : header.columns)
            if (column.in_tables) text += "  " + right(title_lines(column)[part], width_of(column));
        text += "\n";
    }
    return text;
}

std::string watch_log_line(const WatchHeader& header, const WatchLine& line) {
    std::string text = clock_of(line) + right(fmt::format("{:.3f}", line.interval_s), least_width);
    for (std::size_t i = 0; i < header.columns.size(); ++i)
        if (header.columns[i].in_tables) text += "  " + right(value_text(line.values[i]), width_of(header.columns[i]));
    return text + (line.late ? "  late\n" : "\n");
}

std::string watch_log_reasons(const WatchHeader& header, const WatchLine& line) {
    std::string text;
    for (const auto& [columns, reason] : missing_values(header, line))
        text += visible_format("# {}: n/a: {}\n", columns, reason);
    return text;
}

std::string watch_screen(const WatchHeader& header, const WatchLine& line, std::size_t terminal_columns) {
    const std::size_t columns = std::max(terminal_columns, least_columns);
    std::string text = visible_format("{}, {}, {} UTC, {:.3f} s{}\n", header.host, cpus_text(line.cpus), clock_of(line),
                                      line.interval_s, line.late ? ", late" : "");
    text += plain_table(bandwidth_table(header, line), false) + other_values(header, line);
    for (const std::string& note : watch_notes(header))
        if (note.find(": n/a: ") != std::string::npos) text += fitted_line(note, columns - 1);
    for (const auto& [names, reason] : missing_values(header, line))
        text += fitted_line(names + ": n/a: " + reason, columns - 1);
    // A line that wraps would be two lines for the cursor.
    std::string fitting;
    for (const std::string& each : split(text.substr(0, text.size() - 1), '\n'))
        fitting += (columns_of(each) < columns ? each : clipped(each, columns - ellipsis - 1)) + "\n";
    return fitting;
}

} // namespace bytebound
