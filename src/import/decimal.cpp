#include "import/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace bytebound {
namespace {

constexpr double largest = 1e30;

/// Thousands separators that are never a decimal one: space, no-break space, narrow no-break space, apostrophes.
constexpr std::string_view spaces[] = {" ", "\xc2\xa0", "\xe2\x80\xaf", "'", "\xe2\x80\x99"};

std::string without_spaces(std::string_view text) {
    std::string out(text);
    for (const std::string_view space : spaces)
        for (std::size_t at = out.find(space); at != std::string::npos; at = out.find(space, at))
            out.erase(at, space.size());
    return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Digits, points and commas, after a sign; an exponent is left out.
std::string_view mantissa(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    const std::size_t exponent = text.find_first_of("eE");
    return text.substr(0, exponent);
}

char other(char separator) { return separator == '.' ? ',' : '.'; }

} // namespace

std::optional<double> plain_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    if (digits.empty() || (!is_digit(digits.front()) && digits.front() != '.')) return std::nullopt;
    double value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (!std::isfinite(value) || std::abs(value) > largest) return std::nullopt;
    return value;
}

void DecimalEvidence::take(std::string_view raw, Kind kind) {
    const std::string text = without_spaces(trim(raw));
    const std::string_view digits = mantissa(text);
    if (digits.find_first_not_of("0123456789.,") != std::string_view::npos) return;
    const auto last = digits.find_last_of(".,");
    if (last == std::string_view::npos || digits.find_first_of("0123456789") == std::string_view::npos) return;
    const char separator = digits[last];
    const auto shows = [&](char decimal) {
        std::uint64_t& count = decimal == '.' ? point_ : comma_;
        std::string& example = decimal == '.' ? point_example_ : comma_example_;
        if (count++ == 0) example = clipped(trim(raw), 40);
    };
    if (kind == Kind::whole) return shows(other(separator));
    const bool both = digits.find(other(separator)) != std::string_view::npos;
    if (both) return shows(separator);
    if (std::count(digits.begin(), digits.end(), separator) > 1) return shows(other(separator));
    const std::size_t before = last, after = digits.size() - last - 1;
    // "65,77", "1234.567", "0.123", ".5": not a group of three digits after one to three others.
    if (after != 3 || before == 0 || before > 3 || digits.front() == '0') return shows(separator);
    if (ambiguous_.empty()) ambiguous_ = clipped(trim(raw), 40);
}

std::optional<char> DecimalEvidence::separator() const {
    if (contradicted() || point_ + comma_ == 0) return std::nullopt;
    return point_ > 0 ? '.' : ',';
}

std::optional<double> separated_number(std::string_view raw, char decimal) {
    const std::string text = without_spaces(trim(raw));
    const std::size_t point = text.find(decimal);
    if (point != std::string::npos && text.find(decimal, point + 1) != std::string::npos) return std::nullopt;
    std::string plain;
    const std::size_t whole_end = std::min({point, text.find_first_of("eE"), text.size()});
    std::size_t group = 0, groups = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == other(decimal)) {
            // Groups have three digits, the first one to three, and there are none behind the decimal separator.
            if (at >= whole_end || (groups > 0 && group != 3) || group == 0 || group > 3) return std::nullopt;
            ++groups;
            group = 0;
            continue;
        }
        if (at < whole_end && is_digit(c)) ++group;
        plain += c == decimal ? '.' : c;
    }
    if (groups > 0 && group != 3) return std::nullopt;
    return plain_number(plain);
}

} // namespace bytebound
