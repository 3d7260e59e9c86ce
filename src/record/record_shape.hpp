#pragma once

#include "io/json_shape.hpp"

namespace bytebound {

/// The shape of run.json and of calibration files, according to their field tables.
ValueShape run_shape();
ValueShape calibration_shape();

} // namespace bytebound
