#pragma once
// The ceiling for copying rows of a given size, used for both expected times and percentages.

#include <cstdint>

#include "loops/traffic_descriptor.hpp"
#include "model/ceilings.hpp"
#include "workload/row_layout.hpp"

namespace bytebound {

/// A row kernel's ceiling at `row_bytes`: measured, or interpolated between the two nearest measured sizes, linearly in
/// the logarithms of both. The interval's bounds are interpolated the same way, and n is the smaller one. Unmodelled
/// outside of the measured sizes.
Modelled<Ceiling> row_ceiling(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level, std::uint32_t threads,
                              std::uint64_t row_bytes);

/// Bytes per second of a kernel without rows. Unmodelled if it was not measured.
Modelled<double> kernel_ceiling(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level,
                                std::uint32_t threads);

/// The ceiling for rows of several groups that are copied one after the other, each with its own size.
Modelled<Ceiling> layout_ceiling(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level,
                                 std::uint32_t threads, const RowLayout& layout);

/// The number of threads whose ceilings apply to work of a single worker: 1 if a team's calibration includes that, else
/// the team's.
std::uint32_t threads_alone(const Ceilings& ceilings, StreamKernel kernel, std::uint32_t team);

} // namespace bytebound
