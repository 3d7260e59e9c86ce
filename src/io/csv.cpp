#include "io/csv.hpp"

#include <algorithm>
#include <utility>

#include "base/visible.hpp"

namespace bytebound {

namespace {

constexpr char guard = '\'';

/// Whether a spreadsheet would compute the cell, or a guard would be taken from it on reading.
bool needs_guard(std::string_view cell) {
    cell.remove_prefix(std::min(cell.find_first_not_of(guard), cell.size()));
    return !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
}

std::string without_guard(std::string&& cell) {
    if (cell.starts_with(guard) && needs_guard(cell)) cell.erase(0, 1);
    return std::move(cell);
}

} // namespace

std::string csv_cell(std::string_view text) {
    const std::string cell = needs_guard(text) ? guard + std::string(text) : std::string(text);
    if (cell.find_first_of(",\"\r\n") == std::string_view::npos) return cell;
    std::string quoted = "\"";
    for (const char c : cell) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string comment_text(const std::vector<std::string>& comments) {
    std::string text;
    for (std::string comment : comments) {
        for (char& c : comment)
            if (c == '\n' || c == '\r') c = ' ';
        text += "# " + visible(comment) + "\n";
    }
    return text;
}

CsvReader::CsvReader(std::string_view text, const std::string& name, std::string remedy)
    : text_(text), name_(name), remedy_(std::move(remedy)) {}

Failure CsvReader::bad_line(std::size_t line, std::string cause) const {
    return fail({ExitCode::bad_data, "read", name_ + ":" + std::to_string(line), std::move(cause), remedy_});
}

std::vector<std::string> CsvReader::comments() {
    std::vector<std::string> lines;
    while (at_ < text_.size() && text_[at_] == '#') {
        const auto end = std::min(text_.find('\n', at_), text_.size());
        std::string_view line = text_.substr(at_ + 1, end - at_ - 1);
        if (line.starts_with(' ')) line.remove_prefix(1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.emplace_back(line);
        at_ = std::min(end + 1, text_.size());
        ++line_;
    }
    return lines;
}

Result<CsvRecord> CsvReader::next() {
    CsvRecord record{line_, {}};
    record.cells.reserve(cells_before_);
    while (at_ < text_.size()) {
        std::string cell;
        if (text_[at_] == '"') {
            ++at_;
            if (!take_quoted(cell)) return bad_line(record.line, "a quoted cell is not closed");
        }
        std::size_t end = at_;
        while (end < text_.size() && text_[end] != ',' && text_[end] != '\n')
            ++end;
        if (end == text_.size()) break;
        cell.append(text_, at_, end - at_);
        at_ = end + 1;
        const bool last = text_[end] == '\n';
        if (last && cell.ends_with('\r')) cell.pop_back();
        record.cells.push_back(without_guard(std::move(cell)));
        if (!last) continue;
        ++line_;
        cells_before_ = record.cells.size();
        return record;
    }
    at_ = text_.size();
    return bad_line(record.line, "the last line is cut off");
}

bool CsvReader::take_quoted(std::string& cell) {
    while (at_ < text_.size()) {
        const char c = text_[at_++];
        if (c == '\n') ++line_;
        if (c != '"') {
            cell += c;
        } else if (at_ < text_.size() && text_[at_] == '"') {
            cell += '"';
            ++at_;
        } else {
            return true;
        }
    }
    return false;
}

} // namespace bytebound
