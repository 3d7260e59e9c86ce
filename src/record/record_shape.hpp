#pragma once

#include "io/json_shape.hpp"

namespace bytebound {

/// What run.json and calibration files hold, by their field tables.
ValueShape run_shape();
ValueShape calibration_shape();

} // namespace bytebound
