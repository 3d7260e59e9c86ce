#pragma once
// Two calibrations of one host and placement as one, which has the better of each figure.

#include "record/calibration_record.hpp"

namespace bytebound {

/// Whether the figures of both are of the same machine, buffers and kernels: host facts, memory policy, CPUs in the
/// same order (one may have more), caches, vectors, program version.
bool can_merge(const CalibrationRecord& fresh, const CalibrationRecord& saved);

/// `fresh`, with the figures of `saved` that are narrower, or that it did not measure; these keep their date. Full
/// buffers precede small ones, and counted factors assumed ones. Precondition: can_merge().
CalibrationRecord merged(CalibrationRecord fresh, const CalibrationRecord& saved);

} // namespace bytebound
