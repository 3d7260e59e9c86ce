#include "figures/number.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>

namespace bytebound {
namespace {

constexpr double exactly_integral_below = 9007199254740992.0; // 2^53

bool integral(double value) { return std::abs(value) < exactly_integral_below && value == std::floor(value); }

int decimals(double value) {
    const double size = std::abs(value);
    if (size == 0 || size >= 99.95) return 0;
    if (size >= 9.995) return 1;
    if (size >= 0.9995) return 2;
    return size >= 0.0995 ? 3 : 4;
}

} // namespace

std::string exact_number(double value) {
    return integral(value) ? fmt::format("{}", static_cast<std::int64_t>(value)) : fmt::format("{}", value);
}

std::string compact_number(double value) {
    return integral(value) ? exact_number(value) : fmt::format("{:.{}f}", value, decimals(value));
}

std::string compact_number(double value, double like) { return fmt::format("{:.{}f}", value, decimals(like)); }

std::string number_with_margin(double value, double margin) {
    const double size = std::abs(margin);
    if (size == 0) return compact_number(value) + " ± 0";
    const int wanted = 1 - static_cast<int>(std::floor(std::log10(size)));
    const int places = std::clamp(wanted, 0, 4);
    return fmt::format("{:.{}f} ± {:.{}f}", value, places, margin, places);
}

std::string compact_microseconds(double ns) {
    const bool whole_us = integral(ns / 1000);
    return whole_us ? exact_number(ns / 1000) : compact_microseconds(ns, ns);
}

std::string compact_microseconds(double ns, double like_ns) {
    return fmt::format("{:.{}f}", ns / 1000, std::min(decimals(like_ns / 1000), 3));
}

std::string times_text(double ratio) {
    if (ratio >= 99.95 || ratio == 0) return fmt::format("{:.0f}x", ratio);
    return fmt::format("{:.{}f}x", ratio, ratio >= 0.0995 ? 2 : 3);
}

} // namespace bytebound
