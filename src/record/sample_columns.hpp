#pragma once
// The columns of samples.csv, workers.csv and background.csv, apart from those of the events.

#include <array>
#include <string_view>

namespace bytebound {

inline constexpr std::array<std::string_view, 6> key_columns = {"loop", "k", "repeat", "step", "batch", "pass"};
inline constexpr std::array<std::string_view, 2> worker_columns = {"worker", "cpu"};
inline constexpr std::array<std::string_view, 7> step_columns = {"A",         "R",     "rows_written", "cpu_before",
                                                                 "cpu_after", "flags", "time_ns"};
inline constexpr std::array<std::string_view, 3> trace_columns = {"trace:min_rows", "trace:metadata_bytes",
                                                                  "trace:bound_rows"};
inline constexpr std::string_view sim_prefix = "sim:";
inline constexpr std::string_view emulated_prefix = "callgrind:";
/// With --between, the column of an event between two steps has this before the event's name.
inline constexpr std::string_view gap_prefix = "gap:";

/// Whether one of these files has a column of this name beside those of the events, or might have it beside an event's.
bool is_sample_column(std::string_view name);

} // namespace bytebound
