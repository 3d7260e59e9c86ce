#include "io/regex.hpp"

#include <regex>
#include <stdexcept>

namespace bytebound {
namespace {

/// std::regex backtracks by default, which takes exponential time for (a*)*b and a stack as deep as the text is long.
/// libstdc++'s polynomial mode follows all alternatives at once.
std::regex_constants::syntax_option_type syntax() {
#ifdef __GLIBCXX__
    return std::regex_constants::extended | std::regex_constants::__polynomial;
#else
    return std::regex_constants::extended;
#endif
}

} // namespace

struct Regex::Compiled {
    std::regex expression;
};

Regex::Regex(const std::string& expression) {
    try {
        compiled_ = std::make_shared<const Compiled>(Compiled{std::regex(expression, syntax())});
    } catch (const std::regex_error& error) {
        throw std::invalid_argument("'" + expression + "': " + error.what());
    }
}

std::optional<std::vector<std::string>> Regex::groups(std::string_view text) const {
    std::cmatch match;
    if (!std::regex_match(text.data(), text.data() + text.size(), match, compiled_->expression)) return {};
    std::vector<std::string> found;
    for (std::size_t i = 1; i < match.size(); ++i)
        found.push_back(match[i].str());
    return found;
}

bool Regex::matches(std::string_view text) const { return groups(text).has_value(); }

std::size_t Regex::group_count() const { return compiled_->expression.mark_count(); }

bool is_regex(const std::string& expression) {
    try {
        const Regex compiles(expression);
        return true;
    } catch (const std::invalid_argument&) {
        return false;
    }
}

bool full_match(const std::string& expression, std::string_view text) { return Regex(expression).matches(text); }

} // namespace bytebound
