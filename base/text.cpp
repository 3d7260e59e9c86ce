#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <utility>

namespace bytebound {
namespace {

constexpr int highest_cpu = 1 << 20;

std::optional<int> parse_cpu(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > highest_cpu) return {};
    return value;
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before, last, row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before = std::exchange(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substitute = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitute});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row.back();
}

} // namespace

std::optional<std::vector<std::pair<int, int>>> parse_cpu_ranges(std::string_view text) {
    std::vector<std::pair<int, int>> ranges;
    if (trim(text).empty()) return ranges;
    for (const std::string& part : split(text, ',')) {
        const std::string_view range = trim(part);
        const auto dash = range.find('-');
        const auto first = parse_cpu(range.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : parse_cpu(range.substr(dash + 1));
        if (!first || !last || *last < *first) return {};
        ranges.emplace_back(*first, *last);
    }
    return ranges;
}

std::optional<std::vector<int>> parse_cpu_list(std::string_view text) {
    auto ranges = parse_cpu_ranges(text);
    if (!ranges) return {};
    // In ascending order, only the part of a range above all ranges before it is new.
    std::sort(ranges->begin(), ranges->end());
    std::vector<int> cpus;
    for (const auto& [first, last] : *ranges)
        for (int cpu = cpus.empty() ? first : std::max(first, cpus.back() + 1); cpu <= last; ++cpu)
            cpus.push_back(cpu);
    return cpus;
}

std::optional<std::vector<int>> parse_cpu_mask(std::string_view text) {
    std::vector<int> cpus;
    std::vector<std::string> words = split(text, ',');
    if (words.size() > 1024) return {};
    std::reverse(words.begin(), words.end());
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = trim(words[i]);
        if (word.empty() || word.size() > 8) return {};
        const auto bits = parse_unsigned("0x" + std::string(word));
        if (!bits) return {};
        for (int bit = 0; bit < 32; ++bit)
            if ((*bits >> bit & 1) != 0) cpus.push_back(static_cast<int>(i) * 32 + bit);
    }
    return cpus;
}

std::string format_cpu_list(std::span<const int> cpus) {
    std::string text;
    for (std::size_t i = 0; i < cpus.size();) {
        std::size_t last = i;
        while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1)
            ++last;
        if (!text.empty()) text += ',';
        text += std::to_string(cpus[i]);
        if (last > i) text += '-' + std::to_string(cpus[last]);
        i = last + 1;
    }
    return text;
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        base = 16;
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    text = trim(text);
    const auto digits = text.find_first_not_of("0123456789");
    const auto number = parse_unsigned(text.substr(0, digits));
    if (!number) return {};
    const std::string_view unit = digits == std::string_view::npos ? "" : trim(text.substr(digits));
    int shift = 0;
    if (unit == "" || unit == "B")
        shift = 0;
    else if (unit == "KiB")
        shift = 10;
    else if (unit == "MiB")
        shift = 20;
    else if (unit == "GiB")
        shift = 30;
    else
        return {};
    if (*number > (std::numeric_limits<std::uint64_t>::max() >> shift)) return {};
    return *number << shift;
}

std::string format_size(double bytes) {
    static constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    while (std::abs(bytes) >= 1024.0 && unit + 1 < std::size(units)) {
        bytes /= 1024.0;
        ++unit;
    }
    char buffer[32];
    const bool whole = std::abs(bytes - std::round(bytes)) < 0.05;
    std::snprintf(buffer, sizeof buffer, whole ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
    return buffer;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) text += separator;
        text += parts[i];
    }
    return text;
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
    const std::size_t limit = std::clamp<std::size_t>(word.size() / 3, 1, 3);
    std::optional<std::string> best;
    std::size_t best_distance = limit + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        } else if (best && distance == best_distance && candidate.starts_with(word) && !best->starts_with(word)) {
            best = candidate;
        }
    }
    // The beginning of a name is no typo.
    for (const std::string& candidate : candidates)
        if (!best && word.size() > 3 && candidate.starts_with(word)) best = candidate;
    return best;
}

std::vector<std::string> wrap_words(std::string_view text, std::size_t width, std::string_view hanging) {
    std::vector<std::string> lines(1);
    bool empty = true; // no word on the last line yet
    for (const std::string& word : split(text, ' ')) {
        if (!empty && columns_of(lines.back()) + 1 + columns_of(word) > width) {
            lines.emplace_back(hanging);
            empty = true;
        }
        lines.back() += (empty ? "" : " ") + word;
        empty = false;
    }
    return lines;
}

std::string clipped(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return std::string(text);
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80)
        --bytes;
    return std::string(text.substr(0, bytes)) + "...";
}

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

} // namespace bytebound
