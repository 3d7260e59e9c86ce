#pragma once
// The calibration of a run, as a part of run.json.

#include <string>

#include "model/ceilings.hpp"

namespace bytebound {

/// The ceilings of the run's number of workers, and where they are from.
struct CalibrationUse {
    std::string file, measured, version; ///< measured: ISO 8601, UTC; version: of the program that did
    std::string isa;                     ///< of the stream kernels
    bool quick = false;
    Ceilings ceilings;
};

} // namespace bytebound
