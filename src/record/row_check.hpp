#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "record/run_record.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// Whether the pattern of a run changes exactly k rows in every step, as all patterns of this version do.
bool changes_k_rows(const RunRecord& run);

/// The first column of a row of samples.csv that no reading of this run can have, with the cause; "" if there is none:
/// flags that no step has; another CPU than the pinned one, or two CPUs, without the flag migrated; A + R other than k
/// in each step; more rows than the pool allows.
std::string fault_of_row(const Sample& row, const RunRecord& run);

/// The same for the rows that its loop stored, and for the active rows after it, where `active_rows` are those before
/// it; nullopt: unknown. A loop may store a row again, so that of those that change it stores at most A + R.
std::string fault_of_stores(const Sample& row, const RunRecord& run, std::optional<std::uint64_t> active_rows);

} // namespace bytebound
