#include "io/csv.hpp"

#include <algorithm>
#include <utility>

namespace bytebound {

std::string csv_cell(std::string_view cell) {
    if (cell.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(cell);
    std::string text = "\"";
    for (const char c : cell) {
        if (c == '"') text += '"';
        text += c;
    }
    return text + '"';
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
    std::string cell;
    bool quoted_cell = false;
    while (at_ < text_.size()) {
        const char c = text_[at_++];
        if (c == '"' && cell.empty() && !quoted_cell) {
            quoted_cell = true;
            if (!take_quoted(cell)) return bad_line(record.line, "a quoted cell is not closed");
        } else if (c == ',') {
            record.cells.push_back(std::exchange(cell, {}));
            quoted_cell = false;
        } else if (c == '\n') {
            ++line_;
            if (cell.ends_with('\r')) cell.pop_back();
            record.cells.push_back(std::move(cell));
            return record;
        } else {
            cell += c;
        }
    }
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
