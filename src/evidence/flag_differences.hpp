#pragma once

#include <vector>

#include "evidence/difference.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// The flag `outlier` of each row of samples.csv against what the times of its phase give. The other flags say what the
/// kernel did, and nothing else in the file says it again.
std::vector<Difference> flag_differences(const SampleTable& steps);

} // namespace bytebound
