#include "cli/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/parser.hpp"

namespace bytebound {

Result<std::uint64_t> to_count(std::string_view option, const std::string& text, std::uint64_t low,
                               std::uint64_t high) {
    const auto value = parse_unsigned(text);
    const std::string range = fmt::format("give a whole number from {} to {}", low, high);
    if (!value && text.starts_with("-") && parse_unsigned(text.substr(1))) {
        return bad_value(option, "'" + text + "' is negative", range);
    }
    if (!value) return bad_value(option, "'" + text + "' is not a whole number", range);
    if (*value < low || *value > high) return bad_value(option, text + " is out of range", range);
    return *value;
}

Result<double> to_number(std::string_view option, const std::string& text, double low, double high) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || !std::isfinite(value) || value < low || value > high) {
        return bad_value(option, "'" + text + "' is not accepted",
                         fmt::format("give a number from {:g} to {:g}", low, high));
    }
    return value;
}

Result<double> to_seconds(std::string_view option, const std::string& text, double low, double high) {
    struct Unit {
        std::string_view name;
        double seconds;
    };
    static constexpr Unit units[] = {{"ms", 1e-3}, {"s", 1}, {"min", 60}, {"h", 3600}};
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const auto unit = std::find_if(std::begin(units), std::end(units), [&](const Unit& u) { return u.name == rest; });
    const bool known = error == std::errc{} && std::isfinite(value) && (rest.empty() || unit != std::end(units));
    const double seconds = known && unit != std::end(units) ? value * unit->seconds : value;
    if (known && seconds >= low && seconds <= high) return seconds;
    return bad_value(option, "'" + text + "' is not accepted",
                     fmt::format("give a time from {:g}s to {:g}s, as in 20s, 500ms or 2min", low, high));
}

Result<std::vector<std::uint32_t>> to_counts(std::string_view option, const std::string& text) {
    std::vector<std::uint32_t> counts;
    for (const std::string& part : split(text, ',')) {
        const auto count = TRY(to_count(option, std::string(trim(part))));
        counts.push_back(static_cast<std::uint32_t>(count));
    }
    return counts;
}

Result<std::vector<std::uint64_t>> to_sizes(std::string_view option, const std::string& text) {
    std::vector<std::uint64_t> sizes;
    for (const std::string& part : split(text, ',')) {
        const auto bytes = parse_size(trim(part));
        if (!bytes) return bad_value(option, "'" + part + "' is not a size", "give bytes, or sizes such as 8KiB");
        sizes.push_back(*bytes);
    }
    return sizes;
}

Result<std::vector<std::string>> to_words(std::string_view option, const std::string& text) {
    std::vector<std::string> words;
    for (const std::string& part : split(text, ',')) {
        words.emplace_back(trim(part));
        if (words.back().empty())
            return bad_value(option, "an entry of '" + text + "' is empty", "separate names by one comma");
    }
    return words;
}

} // namespace bytebound
