#pragma once
// The program's only regular expression engine (RE2): POSIX extended expressions, matched against whole texts. Matching
// takes time in proportion to expression and text, because user presets are input: no expression may hang the program.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytebound {

class Regex {
public:
    /// Error: std::invalid_argument with the fault of the expression. Validate input with is_regex() first.
    explicit Regex(const std::string& expression);

    /// Whether the whole text matches.
    bool matches(std::string_view text) const;
    /// The text of each group, "" for a group that did not take part; nullopt if the whole text does not match.
    std::optional<std::vector<std::string>> groups(std::string_view text) const;
    std::size_t group_count() const;

private:
    struct Compiled;
    std::shared_ptr<const Compiled> compiled_;
};

/// Why a text is not a POSIX extended regular expression of at most 500 characters and 1 MiB of memory; "" if it is
/// one.
std::string regex_fault(const std::string& expression);
bool is_regex(const std::string& expression);

/// Regex(expression).matches(text), for an expression that is used once.
bool full_match(const std::string& expression, std::string_view text);

} // namespace bytebound
