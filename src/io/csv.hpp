#pragma once
// CSV by RFC 4180: cells may be quoted, and a quoted cell may contain commas, quotes and line ends. Lines that begin
// with # before the header are comments.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

/// A cell of text as written to a file: quoted if necessary, and with a ' in front if a spreadsheet would take it for a
/// formula (it begins with = + - @ or white space). The reader takes that ' away again.
std::string csv_cell(std::string_view cell);

/// Comments as lines in front of the header. Line breaks inside one (an argument may contain them) become spaces.
std::string comment_text(const std::vector<std::string>& comments);

struct CsvRecord {
    std::size_t line = 0; ///< number of its first line, from 1
    std::vector<std::string> cells;
};

/// Reads a text from its beginning. The text and its name must outlive the reader.
class CsvReader {
public:
    /// `name`: the file's, for errors. `remedy`: what to do about a malformed file.
    CsvReader(std::string_view text, const std::string& name, std::string remedy);

    /// The comment lines that come next, without "# ".
    std::vector<std::string> comments();
    bool done() const { return at_ >= text_.size(); }
    /// Error: bad_data for a cell that is not closed, or a last line without a line end.
    Result<CsvRecord> next();
    /// The same error, for a line whose content is invalid.
    Failure bad_line(std::size_t line, std::string cause) const;

private:
    bool take_quoted(std::string& cell);

    std::string_view text_;
    const std::string& name_;
    std::string remedy_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t cells_before_ = 0; ///< cells of the record before
};

} // namespace bytebound
