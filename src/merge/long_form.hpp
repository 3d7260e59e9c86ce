#pragma once
// The tables of a merge as CSV: one line per run, loop, k and metric; per run; and per figure across hosts.

#include <string>

#include "merge/merged_hosts.hpp"

namespace bytebound {

/// Comment lines and the header of merged.csv.
std::string long_form_header(const std::string& command);
/// The lines of one run: all of its metrics, also those without a value, and the speed-ups.
std::string long_form_lines(const HostRun& run, const MergedHosts& hosts, const MergedRun& merged);

std::string runs_csv(const MergedHosts& hosts, const std::string& command);
std::string across_csv(const MergedHosts& hosts, const std::string& command);

} // namespace bytebound
