#include "stats/student.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace bytebound {

double t_quantile(double degrees_of_freedom, double comparisons) {
    return boost::math::quantile(boost::math::students_t(degrees_of_freedom), 1 - 0.025 / comparisons);
}

double two_sided_p(double t, double degrees_of_freedom) {
    if (std::isinf(t)) return 0;
    const boost::math::students_t distribution(degrees_of_freedom);
    return 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)));
}

} // namespace bytebound
