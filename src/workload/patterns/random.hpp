#pragma once

#include "workload/planned_trace.hpp"

namespace bytebound {

/// Added rows are drawn uniformly from the inactive, removed ones from the active rows.
std::unique_ptr<RowDraw> draw_random_rows(std::span<std::uint64_t> mask, const WorkloadSpec& workload, Random random);

} // namespace bytebound
