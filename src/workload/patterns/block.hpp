#pragma once

#include "workload/planned_trace.hpp"

namespace bytebound {

/// The initial set is m consecutive ids from a drawn start, wrapping at N. A step draws two ids: the first R active ids
/// at or after the one (wrapping) are removed, the first A at or after the other of those that were inactive before the
/// step are added.
std::unique_ptr<RowDraw> draw_row_blocks(std::span<std::uint64_t> mask, const WorkloadSpec& workload, Random random);

} // namespace bytebound
