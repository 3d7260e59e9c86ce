#pragma once

#include "workload/planned_trace.hpp"

namespace bytebound {

/// The initial set is m consecutive ids from a drawn start, wrapping at N. Each step draws two ids. The first R active
/// ids at or after the first draw (wrapping) are removed. The first A ids at or after the second draw that were
/// inactive before the step are added.
std::unique_ptr<RowDraw> draw_row_blocks(std::span<std::uint64_t> mask, const WorkloadSpec& workload, Random random);

} // namespace bytebound
