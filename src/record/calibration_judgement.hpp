#pragma once
// Whether a calibration describes the machine or what else ran on it.

#include <string>

#include "model/ceilings.hpp"

namespace bytebound {

/// Signs that other work ran while the ceilings were measured, in words: a level slower than the next one, or most
/// intervals wide. Empty if there are none.
std::string why_disturbed(const Ceilings& ceilings);

} // namespace bytebound
