#pragma once

namespace bytebound::test {

/// tan(0.475 pi) and 0.95 sqrt(2 / (1 - 0.95^2)), as scipy.stats.t.ppf(0.975, df) to 11 digits.
inline constexpr double t_of_1 = 12.706204736174698, t_of_2 = 4.302652729749462;

} // namespace bytebound::test
