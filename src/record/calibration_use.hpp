#pragma once
// The calibration of a run, as a part of run.json.

#include <string>

#include "model/ceilings.hpp"

namespace bytebound {

/// The ceilings for the run's number of workers, and their origin.
struct CalibrationUse {
    std::string file, measured, version; ///< measured: ISO 8601, UTC; version: of the program that measured
    std::string isa;                     ///< of the stream kernels
    bool quick = false;
    Ceilings ceilings;
};

} // namespace bytebound
