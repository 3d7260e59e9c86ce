#pragma once
// The figures of an imported run. Internal to figures/.

#include "figures/comparisons.hpp"
#include "record/imported_samples.hpp"

namespace bytebound {

/// A file, or a repetition in it, is a block. Numbers that are already means of the source get no interval of their
/// own: several files with such means do, because each mean is then the value of a block.
ComparableRun imported_summary(const RunRecord& run, const ImportedSamples& samples);

} // namespace bytebound
