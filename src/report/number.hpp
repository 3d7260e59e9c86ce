#pragma once

#include <string>

namespace bytebound {

/// For machines: shortest text that reads back to the same double; integral values without a point.
std::string exact_number(double value);
/// For people: three significant digits, integral values whole: 4.21, 41.3, 413, 16384, 0.042.
std::string compact_number(double value);
/// With as many decimals as compact_number() gives to `like`: the ends of an interval beside their value.
std::string compact_number(double value, double like);
/// "9.81x", "256x".
std::string times_text(double ratio);

} // namespace bytebound
