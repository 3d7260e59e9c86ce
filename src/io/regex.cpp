#include "io/regex.hpp"

#include <re2/re2.h>

#include <stdexcept>

namespace bytebound {
namespace {

/// Far above what a preset needs. Together they bound the time and the memory of an expression from a file: RE2 counts
/// the states of the program and those of its automaton against the memory.
constexpr std::size_t longest_expression = 500;
constexpr std::int64_t memory_bytes = 1 << 20;

RE2::Options posix_options() {
    RE2::Options options(RE2::POSIX);                   // the longest match of each group, and no syntax of Perl
    options.set_encoding(RE2::Options::EncodingLatin1); // names in sysfs are bytes
    options.set_dot_nl(true);
    options.set_one_line(true);
    options.set_log_errors(false); // only cli/ writes to stderr
    options.set_max_mem(memory_bytes);
    return options;
}

} // namespace

struct Regex::Compiled {
    RE2 expression;
};

std::string regex_fault(const std::string& expression) {
    if (expression.size() > longest_expression)
        return "it is longer than " + std::to_string(longest_expression) + " characters";
    const RE2 compiled(expression, posix_options());
    return compiled.ok() ? std::string() : compiled.error();
}

Regex::Regex(const std::string& expression) {
    if (const std::string fault = regex_fault(expression); !fault.empty())
        throw std::invalid_argument("'" + expression + "': " + fault);
    compiled_.reset(new Compiled{RE2(expression, posix_options())});
}

bool Regex::matches(std::string_view text) const {
    return RE2::FullMatch({text.data(), text.size()}, compiled_->expression);
}

std::optional<std::vector<std::string>> Regex::groups(std::string_view text) const {
    std::vector<re2::StringPiece> parts(group_count() + 1); // the first is the whole match
    const re2::StringPiece whole(text.data(), text.size());
    if (!compiled_->expression.Match(whole, 0, whole.size(), RE2::ANCHOR_BOTH, parts.data(),
                                     static_cast<int>(parts.size())))
        return {};
    std::vector<std::string> found;
    for (std::size_t i = 1; i < parts.size(); ++i)
        found.push_back(parts[i].data() == nullptr ? std::string() : parts[i].as_string());
    return found;
}

std::size_t Regex::group_count() const {
    return static_cast<std::size_t>(compiled_->expression.NumberOfCapturingGroups());
}

bool is_regex(const std::string& expression) { return regex_fault(expression).empty(); }

bool full_match(const std::string& expression, std::string_view text) { return Regex(expression).matches(text); }

} // namespace bytebound
