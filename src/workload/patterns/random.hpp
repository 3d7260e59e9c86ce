#pragma once

#include "workload/planned_trace.hpp"

namespace bytebound {

/// Draws added rows uniformly from the inactive rows, and removed rows from the active ones.
std::unique_ptr<RowDraw> draw_random_rows(std::span<std::uint64_t> mask, const WorkloadSpec& workload, Random random);

} // namespace bytebound
