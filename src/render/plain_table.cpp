#include "render/plain_table.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "base/text.hpp"
#include "base/visible.hpp"

namespace bytebound {
namespace {

constexpr std::size_t column_gap = 2;

std::string line_of(const Table& table, const std::vector<std::size_t>& widths, const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        const std::string cell = i < cells.size() ? visible(cells[i]) : "";
        const std::string pad(widths[i] - std::min(widths[i], columns_of(cell)), ' ');
        out += std::string(i == 0 ? 0 : column_gap, ' ') + (table.columns[i].number ? pad + cell : cell + pad);
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

std::vector<std::size_t> widths_of(const Table& table) {
    std::vector<std::size_t> widths(table.columns.size(), 0);
    const auto widen = [&widths](std::size_t column, const std::string& text) {
        widths[column] = std::max(widths[column], columns_of(visible(text)));
    };
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        for (const std::string& part : split(table.columns[i].title, '\n'))
            widen(i, part);
        if (i < table.below_titles.size()) widen(i, table.below_titles[i]);
        for (const auto& row : table.rows) {
            if (i < row.size()) widen(i, row[i]);
        }
    }
    return widths;
}

std::size_t width_of(const Table& table) {
    const auto widths = widths_of(table);
    const std::size_t between = widths.empty() ? 0 : column_gap * (widths.size() - 1);
    return std::accumulate(widths.begin(), widths.end(), between);
}

void erase_column(Table& table, std::size_t column) {
    const auto erase = [column](auto& cells) {
        if (column < cells.size()) cells.erase(cells.begin() + static_cast<std::ptrdiff_t>(column));
    };
    erase(table.columns);
    erase(table.below_titles);
    for (auto& row : table.rows)
        erase(row);
}

} // namespace

FittedTable fitted(Table table, std::size_t width) {
    FittedTable out{std::move(table), {}};
    while (width_of(out.table) > width) {
        const auto& columns = out.table.columns;
        const auto least = std::max_element(columns.begin(), columns.end(),
                                            [](const Column& a, const Column& b) { return a.rank < b.rank; });
        if (least == columns.end() || least->rank == 0) break;
        out.left_out.push_back(join(split(least->title, '\n'), " "));
        erase_column(out.table, static_cast<std::size_t>(least - columns.begin()));
    }
    return out;
}

std::string fitted_line(const std::string& line, std::optional<std::size_t> columns) {
    return (columns ? join(wrap_words(visible(line), *columns, "  "), "\n") : visible(line)) + "\n";
}

std::string plain_table(const Table& table, bool color) {
    const std::string bold = color ? "\x1b[1m" : "", dim = color ? "\x1b[2m" : "", end = color ? "\x1b[0m" : "";
    std::vector<std::vector<std::string>> titles;
    std::size_t title_lines = 1;
    for (const Column& column : table.columns) {
        titles.push_back(split(column.title, '\n'));
        title_lines = std::max(title_lines, titles.back().size());
    }
    const std::vector<std::size_t> widths = widths_of(table);
    std::string out;
    for (std::size_t line = 0; line < title_lines; ++line) {
        std::vector<std::string> cells;
        for (const auto& parts : titles) {
            const std::size_t skipped = title_lines - parts.size(); // titles are aligned at the bottom line
            cells.push_back(line < skipped ? "" : parts[line - skipped]);
        }
        out += bold + line_of(table, widths, cells) + end + "\n";
    }
    if (!table.below_titles.empty()) out += dim + line_of(table, widths, table.below_titles) + end + "\n";
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const auto& starts = table.group_starts;
        if (row != 0 && std::find(starts.begin(), starts.end(), row) != starts.end()) out += "\n";
        out += line_of(table, widths, table.rows[row]) + "\n";
    }
    return out;
}

} // namespace bytebound
