#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "evidence/text_differences.hpp"
#include "evidence/unequal_pairs.hpp"

namespace bytebound {
namespace {

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        lines.push_back(text.substr(0, end)); // with its line end, so that a missing one is a difference
        text.remove_prefix(end);
    }
    return lines;
}

bool is_table_row(std::string_view line) { return line.starts_with("| ") || line.starts_with("<tr"); }
bool is_html_head(std::string_view line) { return line.find("<thead>") != std::string_view::npos; }

/// The text of an HTML cell, without its tags and what a title has below it.
std::string cell_text(std::string_view html) {
    std::string out;
    bool inside = false;
    for (const char c : html.substr(0, html.find("<em>"))) {
        if (c == '<' && !out.empty() && !out.ends_with(' ')) out += ' ';
        if (c == '<' || c == '>')
            inside = c == '<';
        else if (!inside)
            out += c;
    }
    return std::string(trim(out));
}

/// The cells of a table's line in Markdown or HTML, as both writers of this program make them.
std::vector<std::string> cells_of(std::string_view line) {
    const bool html = line.starts_with('<');
    const std::string_view separator = html ? (is_html_head(line) ? "<th" : "<td") : " | ";
    std::vector<std::string> cells;
    if (!html) line = trim(line);
    if (!html) line.remove_prefix(std::min<std::size_t>(2, line.size())); // the first bar
    for (std::size_t at = html ? line.find(separator, line.find("<tr")) : 0; at < line.size();) {
        const std::size_t next = std::min(line.find(separator, at + (html ? 1 : 0)), line.size());
        std::string_view cell = line.substr(at, next - at);
        if (!html && next == line.size() && cell.ends_with('|')) cell.remove_suffix(1);
        cells.push_back(html ? cell_text(cell) : std::string(trim(cell)));
        at = html || next == line.size() ? next : next + separator.size();
    }
    return cells;
}

/// The first line of the table that a line is in.
std::size_t head_of(const Lines& lines, std::size_t line) {
    if (lines[line].starts_with('<')) {
        while (line > 0 && !is_html_head(lines[line]))
            --line;
        return line;
    }
    while (line > 0 && lines[line - 1].starts_with('|'))
        --line;
    return line;
}

/// Around the first byte that differs, so that the ends of long lines can be left out.
std::string excerpt(std::string_view line, std::size_t at) {
    constexpr std::size_t before = 40, length = 100;
    if (line.ends_with('\n')) line.remove_suffix(1);
    const auto within_character = [&](std::size_t i) {
        return i < line.size() && (static_cast<unsigned char>(line[i]) & 0xc0) == 0x80;
    };
    std::size_t begin = at < before ? 0 : std::min(at - before, line.size());
    while (begin > 0 && within_character(begin))
        --begin;
    const std::string rest = clipped(line.substr(begin), length);
    return begin == 0 ? rest : "..." + rest;
}

Difference plain_difference(const std::string& file, std::size_t line, std::string_view published,
                            std::string_view derived) {
    const auto first = std::mismatch(published.begin(), published.end(), derived.begin(), derived.end()).second;
    const auto at = static_cast<std::size_t>(first - derived.begin());
    return {file, fmt::format("line {}, byte {}", line + 1, at + 1), excerpt(published, at), excerpt(derived, at), ""};
}

/// The cells of a table's row that differ; empty: this is no table, or the rows are not of one shape.
std::vector<Difference> cell_differences(const std::string& file, const Lines& ours, std::size_t line,
                                         std::string_view published) {
    if (!is_table_row(ours[line]) || !is_table_row(published)) return {};
    const auto titles = cells_of(ours[head_of(ours, line)]), our_cells = cells_of(ours[line]),
               their_cells = cells_of(published);
    if (their_cells.size() != our_cells.size() || titles.size() != our_cells.size() || our_cells.size() < 2) return {};
    std::vector<Difference> found;
    for (std::size_t i = 0; i < our_cells.size(); ++i)
        if (their_cells[i] != our_cells[i])
            found.push_back({file,
                             fmt::format("line {} ({}, {} {}), column {}", line + 1, our_cells[0], titles[1],
                                         our_cells[1], titles[i]),
                             their_cells[i], our_cells[i], ""});
    return found;
}

} // namespace

std::vector<Difference> line_differences(const std::string& file, std::string_view published,
                                         std::string_view derived) {
    const Lines theirs = lines_of(published), ours = lines_of(derived);
    std::vector<Difference> found;
    for (const auto& [a, b] : unequal_pairs(theirs, ours)) {
        if (!a || !b) {
            found.push_back({file, fmt::format("line {}", (a ? *a : *b) + 1),
                             a ? std::optional(excerpt(theirs[*a], 0)) : std::nullopt,
                             b ? std::optional(excerpt(ours[*b], 0)) : std::nullopt, ""});
            continue;
        }
        auto cells = cell_differences(file, ours, *b, theirs[*a]);
        if (cells.empty()) cells.push_back(plain_difference(file, *b, theirs[*a], ours[*b]));
        found.insert(found.end(), cells.begin(), cells.end());
    }
    return found;
}

} // namespace bytebound
