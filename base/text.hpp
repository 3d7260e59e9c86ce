#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bytebound {

/// "0-2,5" -> {0,1,2,5}, sorted and without repetition; "" -> {}. Nothing on a malformed list.
std::optional<std::vector<int>> parse_cpu_list(std::string_view text);
/// {0,1,2,5} -> "0-2,5".
std::string format_cpu_list(std::span<const int> cpus);

/// Unsigned number in decimal or, with 0x, hexadecimal; nothing unless the whole text is one.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);
/// "4096", "32KiB", "32 MiB", "1GiB" -> bytes. Binary units only; nothing on anything else or on overflow.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// 65536 -> "64 KiB", 1536 -> "1.5 KiB", 100 -> "100 B": at most one decimal.
std::string format_size(double bytes);

std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);

/// The candidate nearest to `word` by edit distance, when near enough (a third of its length, at least 1, at most
/// 3) to be a typo; nothing otherwise.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// Display columns of UTF-8 text without wide characters.
std::size_t columns_of(std::string_view text);

} // namespace bytebound
