#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "render/document.hpp"

namespace bytebound {

/// Aligned columns for a terminal, with titles broken into several lines. `color`: dims the tiers and prints titles in
/// bold (ANSI); the caller decides (a terminal, NO_COLOR unset).
std::string plain_table(const Table& table, bool color);

/// The table without as many columns, those of the highest rank first, as make it at most `width` columns wide, and the
/// titles of the columns left out. The columns of rank 0 stay in any case.
struct FittedTable {
    Table table;
    std::vector<std::string> left_out;
};
FittedTable fitted(Table table, std::size_t width);

/// A line of text and its newline, made visible and wrapped at words for a terminal.
std::string fitted_line(const std::string& line, std::optional<std::size_t> columns);

} // namespace bytebound
