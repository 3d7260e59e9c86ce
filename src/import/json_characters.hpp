#pragma once
// The characters of a JSON file, for a parser that reads them one by one: with bounded memory, and with null in place
// of NaN and Infinity, which C++ programs print and JSON does not have.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "import/text_lines.hpp"

namespace bytebound {

class JsonCharacters {
public:
    /// A longer string or number is an error (std::invalid_argument), because a parser keeps it in memory.
    static constexpr std::size_t longest_token = 1 << 20;

    explicit JsonCharacters(TextSource source) : source_(std::move(source)) {}
    bool done();
    char front();
    void pop();
    /// From 1.
    std::size_t line() const { return line_; }
    /// Why the file could not be read, if that ended the characters.
    const std::optional<Error>& fault() const { return fault_; }

private:
    bool raw_done();
    void translate();

    TextSource source_;
    std::string block_, pending_;
    std::size_t at_ = 0, pending_at_ = 0, line_ = 1, token_ = 0;
    bool quoted_ = false, escaped_ = false, ended_ = false;
    std::optional<Error> fault_;
};

/// For nlohmann::json::sax_parse(begin, end, handler).
class JsonIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = char;

    JsonIterator() = default;
    explicit JsonIterator(JsonCharacters& characters) : characters_(&characters) {}
    char operator*() const { return characters_->front(); }
    JsonIterator& operator++() {
        characters_->pop();
        return *this;
    }
    friend bool operator==(const JsonIterator& a, const JsonIterator& b) { return a.at_end() == b.at_end(); }
    friend bool operator!=(const JsonIterator& a, const JsonIterator& b) { return !(a == b); }

private:
    bool at_end() const { return characters_ == nullptr || characters_->done(); }

    JsonCharacters* characters_ = nullptr;
};

} // namespace bytebound
