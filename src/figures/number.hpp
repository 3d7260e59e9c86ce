#pragma once

#include <string>

namespace bytebound {

inline constexpr double giga = 1e9; ///< GB and GFLOP are decimal units

/// For machines: the shortest text that reads back to the same double; integral values without a point.
std::string exact_number(double value);
/// For people: three significant digits; integral values exactly: 4.21, 41.3, 413, 16384, 0.042.
std::string compact_number(double value);
/// With as many decimals as compact_number(like): for the ends of an interval.
std::string compact_number(double value, double like);
/// "1.9998 ± 0.0012": the margin with two significant digits, but at most four decimals, and the value with as many
/// decimals. Never in exponents.
std::string number_with_margin(double value, double margin);
/// A time in us with at most three decimals, because the clock's unit is ns: "4.58", "0.03".
std::string compact_microseconds(double ns);
/// With as many decimals as for `like_ns`.
std::string compact_microseconds(double ns, double like_ns);
/// "9.81x", "256x".
std::string times_text(double ratio);

} // namespace bytebound
