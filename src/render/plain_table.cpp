#include "render/plain_table.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace bytebound {
namespace {

std::string line_of(const Table& table, const std::vector<std::size_t>& widths, const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        const std::string cell = i < cells.size() ? cells[i] : "";
        const std::string pad(widths[i] - std::min(widths[i], columns_of(cell)), ' ');
        out += (i == 0 ? "" : "  ") + (table.columns[i].number ? pad + cell : cell + pad);
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

} // namespace

std::string plain_table(const Table& table, bool color) {
    const std::string bold = color ? "\x1b[1m" : "", dim = color ? "\x1b[2m" : "", end = color ? "\x1b[0m" : "";
    std::vector<std::vector<std::string>> titles;
    std::size_t title_lines = 1;
    for (const Column& column : table.columns) {
        titles.push_back(split(column.title, '\n'));
        title_lines = std::max(title_lines, titles.back().size());
    }
    std::vector<std::size_t> widths(table.columns.size(), 0);
    const auto widen = [&widths](std::size_t column, const std::string& text) {
        widths[column] = std::max(widths[column], columns_of(text));
    };
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        for (const std::string& part : titles[i])
            widen(i, part);
        if (i < table.below_titles.size()) widen(i, table.below_titles[i]);
        for (const auto& row : table.rows) {
            if (i < row.size()) widen(i, row[i]);
        }
    }
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
