#pragma once
// Stamps of a run and its files: time, host and command.

#include <functional>
#include <string>
#include <vector>

#include "base/sysroot.hpp"
#include "record/run_record.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// That of this program.
ProgramVersion program_version();
/// What measures, and where: program, command, and the host whose /proc and /sys `root` has.
void stamp_origin(RunRecord& record, const std::vector<std::string>& command, const SysRoot& root);
/// Now, in UTC: "2026-01-31T12:00:00Z".
std::string utc_now();
std::string host_name();
/// What the job scheduler and MPI say about this process: "-job123_4-nodeN7-rank2", with the parts that are known
/// (job and array index of Slurm, node and rank under Slurm or MPI); "" outside of both. `variable` returns the value
/// of an environment variable or null; characters that are unusual in file names become '_'.
std::string job_suffix(const std::function<const char*(const char*)>& variable, const std::string& host);
/// "./bytebound-YYYYmmdd-HHMMSS", local time, and the job_suffix() of this process.
std::string default_directory();

/// Comment lines of samples.csv and workers.csv.
std::vector<std::string> sample_comments(const RunRecord& record, SampleFile kind);

} // namespace bytebound
