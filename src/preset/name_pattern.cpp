#include "preset/name_pattern.hpp"

#include <string_view>

#include "io/regex.hpp"

namespace bytebound {
namespace {

constexpr std::size_t samples_at_most = 64;
using Names = std::vector<std::string>;

/// Reads a regular expression from left to right and keeps sample names of the part read so far.
class Sampler {
public:
    explicit Sampler(std::string_view pattern) : rest_(pattern) {}

    Names alternatives() {
        Names all = sequence();
        while (!rest_.empty() && rest_[0] == '|') {
            rest_.remove_prefix(1);
            const Names more = sequence();
            all.insert(all.end(), more.begin(), more.end());
        }
        return all;
    }

private:
    Names sequence() {
        Names names{""};
        while (!rest_.empty() && rest_[0] != '|' && rest_[0] != ')')
            names = joined(names, repeated(atom()));
        return names;
    }

    Names atom() {
        const char c = rest_[0];
        rest_.remove_prefix(1);
        if (c == '(') {
            Names inner = alternatives();
            if (!rest_.empty()) rest_.remove_prefix(1);
            return inner;
        }
        if (c == '[') return character_class();
        if (c == '.') return {"x"};
        if (c != '\\' || rest_.empty()) return {std::string(1, c)};
        const char escaped = rest_[0];
        rest_.remove_prefix(1);
        return {std::string(1, escaped)};
    }

    /// Samples the first and the last character, so that [89] and [0-9a-f] produce different names.
    Names character_class() {
        const auto end = rest_.find(']', 1);
        if (end == std::string_view::npos || rest_[0] == '^') return {"x"};
        const std::string_view inside = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        if (inside.size() == 1) return {std::string(inside)};
        return {std::string(1, inside.front()), std::string(1, inside.back())};
    }

    Names repeated(const Names& names) {
        if (rest_.empty()) return names;
        const char c = rest_[0];
        if (c == '{') {
            const auto end = rest_.find('}');
            rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
            return names;
        }
        if (c != '*' && c != '+' && c != '?') return names;
        rest_.remove_prefix(1);
        Names some = names;
        if (c != '+') some.emplace_back();
        if (c != '?') {
            const Names twice = joined(names, names);
            some.insert(some.end(), twice.begin(), twice.end());
        }
        return some;
    }

    static Names joined(const Names& front, const Names& back) {
        Names all;
        for (const std::string& a : front)
            for (const std::string& b : back)
                if (all.size() < samples_at_most) all.push_back(a + b);
        return all;
    }

    std::string_view rest_;
};

bool matches(const std::string& name, const std::string& pattern) {
    return !pattern.empty() && full_match(pattern, name);
}

} // namespace

std::vector<std::string> sample_names(const std::string& pattern) {
    std::vector<std::string> names;
    for (std::string& name : Sampler(pattern).alternatives())
        if (matches(name, pattern)) names.push_back(std::move(name)); // samples are guesses; the expression decides
    return names;
}

bool patterns_overlap(const std::string& a, const std::string& exclude_a, const std::string& b,
                      const std::string& exclude_b) {
    for (const std::string& pattern : {a, b})
        for (const std::string& name : sample_names(pattern))
            if (matches(name, a) && matches(name, b) && !matches(name, exclude_a) && !matches(name, exclude_b))
                return true;
    return false;
}

} // namespace bytebound
