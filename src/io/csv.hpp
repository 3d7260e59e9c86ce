#pragma once
// CSV by RFC 4180: cells may be quoted, a quoted one may hold commas, quotes and line ends. Lines that begin with # in
// front of the header are comments.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

/// A cell as it stands in a file: quoted where it must be.
std::string csv_cell(std::string_view cell);

struct CsvRecord {
    std::size_t line = 0; ///< on which it starts, from 1 on
    std::vector<std::string> cells;
};

/// Reads a text from its beginning. Text and name must outlive it.
class CsvReader {
public:
    /// `name`: of the file, for errors; `remedy`: what to do about a bad one.
    CsvReader(std::string_view text, const std::string& name, std::string remedy);

    /// The comment lines that come next, without "# ".
    std::vector<std::string> comments();
    bool done() const { return at_ >= text_.size(); }
    /// Error: bad_data at a cell that is not closed or a last line without its end: at the end of the text only.
    Result<CsvRecord> next();
    /// The same error for a line that holds what it must not.
    Failure bad_line(std::size_t line, std::string cause) const;

private:
    bool take_quoted(std::string& cell);

    std::string_view text_;
    const std::string& name_;
    std::string remedy_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

} // namespace bytebound
