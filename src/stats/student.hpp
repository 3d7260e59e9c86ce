#pragma once

namespace bytebound {

/// The quantile of Student's t that 2.5 % exceed; with several `comparisons`, that 2.5 % of them all exceed at most
/// (Bonferroni), whatever their correlation.
double t_quantile(double degrees_of_freedom, double comparisons = 1);
/// The probability of a value as far from 0 as `t`, or farther, on either side.
double two_sided_p(double t, double degrees_of_freedom);

} // namespace bytebound
