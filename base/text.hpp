#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bytebound {

/// "0-2,5" -> {0,1,2,5}, sorted and without repetition; "" -> {}. nullopt for a malformed list.
std::optional<std::vector<int>> parse_cpu_list(std::string_view text);
/// The same as ranges (first, last), in the order of the text: "5,0-2" -> {{5, 5}, {0, 2}}.
std::optional<std::vector<std::pair<int, int>>> parse_cpu_ranges(std::string_view text);
/// A kernel bitmap, hexadecimal words of 32 bits with the highest first: "1,00000003" -> {0,1,32}. nullopt if
/// malformed.
std::optional<std::vector<int>> parse_cpu_mask(std::string_view text);
/// {0,1,2,5} -> "0-2,5".
std::string format_cpu_list(std::span<const int> cpus);

/// Unsigned number in decimal or, with 0x, hexadecimal; nullopt unless the whole text is a number.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);
/// "4096", "32KiB", "32 MiB", "1GiB" -> bytes. Binary units only; nullopt for anything else and on overflow.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// 65536 -> "64 KiB", 1536 -> "1.5 KiB", 100 -> "100 B": at most one decimal.
std::string format_size(double bytes);

std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);

/// The candidate nearest to `word` by edit distance, if near enough to be a typo (a third of the word's length, at
/// least 1, at most 3); else nullopt.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// Lines of at most `width` columns, broken at spaces; a longer word has a line of its own. `hanging` precedes all but
/// the first line.
std::vector<std::string> wrap_words(std::string_view text, std::size_t width, std::string_view hanging);

/// The text, or its first `bytes` bytes (fewer: no UTF-8 character is split) and "..." if it is longer.
std::string clipped(std::string_view text, std::size_t bytes);

/// Display columns of UTF-8 text without wide characters.
std::size_t columns_of(std::string_view text);

} // namespace bytebound
