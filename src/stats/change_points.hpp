#pragma once
// Where the level of a series changes.

#include <cstddef>
#include <span>
#include <vector>

namespace bytebound {

/// The first indices of new levels, ascending. Binary segmentation (Scott and Knott 1974) over seeded intervals
/// (Kovács, Bühlmann, Li and Munk 2023): of all splits of all intervals, the one with the smallest p of Student's t,
/// times the number of splits (Bonferroni; Worsley 1979), is a change if that is below `change_below_p`; then both
/// parts alone. A level has three values or more. The values are to be on a scale on which noise adds up.
std::vector<std::size_t> change_points(std::span<const double> values);
inline constexpr double change_below_p = 0.01;
inline constexpr std::size_t least_of_a_level = 3;

/// For values without noise: every index whose value differs from that before it.
std::vector<std::size_t> value_changes(std::span<const double> values);

} // namespace bytebound
