#pragma once
// The one regular expression engine of the program: POSIX extended expressions against whole texts. Matching takes time
// in proportion to expression and text: presets of users are input, and no expression makes the program hang.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytebound {

class Regex {
public:
    /// Error: std::invalid_argument with what is wrong with the expression; check it with is_regex() where it is
    /// read.
    explicit Regex(const std::string& expression);

    /// Whether the whole text matches.
    bool matches(std::string_view text) const;
    /// What each group matched, "" for one that took no part; none when the whole text does not match.
    std::optional<std::vector<std::string>> groups(std::string_view text) const;
    std::size_t group_count() const;

private:
    struct Compiled;
    std::shared_ptr<const Compiled> compiled_;
};

/// Whether the text is a POSIX extended regular expression.
bool is_regex(const std::string& expression);

/// Regex(expression).matches(text), for an expression that is used once.
bool full_match(const std::string& expression, std::string_view text);

} // namespace bytebound
