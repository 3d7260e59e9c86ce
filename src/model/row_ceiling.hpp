#pragma once
// How fast rows can be copied at most: the one definition of a row's "own ceiling", for expected times and for
// percentages.

#include <cstdint>

#include "loops/traffic_descriptor.hpp"
#include "model/ceilings.hpp"
#include "workload/row_layout.hpp"

namespace bytebound {

/// A row kernel at rows of `row_bytes`: as measured, or between the two nearest measured sizes, straight in the
/// logarithms of both; so are the ends of its interval, and n is the smaller one. Unmodelled outside of the measured
/// sizes.
Modelled<Ceiling> row_ceiling(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level, std::uint32_t threads,
                              std::uint64_t row_bytes);

/// Bytes per second of a kernel without rows. Unmodelled where it was not measured.
Modelled<double> kernel_ceiling(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level,
                                std::uint32_t threads);

/// Rows of several groups, each group a copy of its own size, one after the other.
Modelled<Ceiling> layout_ceiling(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level,
                                 std::uint32_t threads, const RowLayout& layout);

/// Whose ceilings hold for what one worker does alone: its own, of a team's calibration that has them; else the team's.
std::uint32_t threads_alone(const Ceilings& ceilings, StreamKernel kernel, std::uint32_t team);

} // namespace bytebound
