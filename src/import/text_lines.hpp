#pragma once
// The lines of a foreign text file, one after the other, with bounded memory whatever its size.

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace bytebound {

/// Fills the span from the beginning; 0: the end of the file. Error: it cannot be read.
using TextSource = std::function<Result<std::size_t>(std::span<char>)>;
/// Of a text in memory, which must outlive it.
TextSource text_source(std::string_view text);

class TextLines {
public:
    /// No tool writes longer ones; a file with one is something else.
    static constexpr std::size_t longest_line = 1 << 20;

    /// `file`: its name, for errors.
    TextLines(TextSource source, std::string file) : source_(std::move(source)), file_(std::move(file)) {}

    /// Without its line end, and without a byte order mark in front of the first one; valid until the next call.
    /// nullopt: the end. Error (bad_data): a line is too long, contains a zero byte, or has no line end.
    Result<std::optional<std::string_view>> next();
    /// Of the line that next() returned, from 1.
    std::size_t number() const { return number_; }
    const std::string& file() const { return file_; }
    /// bad_data for the current line.
    Failure bad_line(std::string cause, std::string remedy) const;

private:
    Result<bool> fill();
    Failure unreadable(std::string cause, std::string remedy) const;

    TextSource source_;
    std::string file_, buffer_, block_;
    std::size_t at_ = 0, number_ = 0;
    bool ended_ = false;
};

} // namespace bytebound
