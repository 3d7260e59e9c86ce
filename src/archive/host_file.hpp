#pragma once
// Saved measurements of this host (calibrations, autotunes): one small JSON file per placement and kind, and when one
// of them no longer describes the host.

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "machine/placement.hpp"
#include "record/host_facts.hpp"

namespace bytebound {

/// A kind of measurement, for its errors.
struct HostFileKind {
    std::string_view name; ///< "calibration"
    std::string operation() const { return "write " + std::string(name); }
};

/// Path of the file for a host and placement; empty if `directory` is empty (no location is known).
std::filesystem::path host_file(const std::filesystem::path& directory, const std::string& host,
                                const Placement& placement);
/// The files of a host in its directory, sorted. `error`: that of reading the directory; files that were listed before
/// it are usable.
std::vector<std::filesystem::path> host_files(const std::filesystem::path& directory, const std::string& host,
                                              std::error_code& error);
/// A directory that this process cannot reach is like one that does not exist. Empty, or the problem.
std::string directory_problem(const std::filesystem::path& directory, const std::error_code& error);
/// An error of read_..., in words.
std::string file_problem(const Error& fault);

/// The file of --out, in an existing folder, or the host's own file in the cache, whose folders are created.
enum class HostFilePlace { out, cache };
/// The file that would be replaced: `name`, or what a link of that name leads to. Error (usage): it cannot be written,
/// as far as can be told without writing; is a device, FIFO, socket or directory, or a link to one; or exists, for
/// --out without `force`.
Result<std::filesystem::path> check_host_file(const HostFileKind& kind, const std::filesystem::path& name,
                                              HostFilePlace place, bool force);
/// The error of a file that could not be written.
Failure host_file_unwritable(const HostFileKind& kind, const std::filesystem::path& file, int number);

/// A run's requirements for a saved measurement.
struct HostNeed {
    HostFacts host;
    Placement placement;
    std::uint32_t threads = 1;
};
/// What a measurement depends on.
struct MeasuredPlace {
    const HostFacts& host;
    const Placement& placement; ///< of the largest team
    const std::vector<std::uint32_t>& threads;
};
/// What has changed since, in words: "kernel 6.1 -> 6.5, 1 thread is not among its 2, 4"; empty if it applies. Another
/// host is not treated as a change of this one.
std::string what_changed(const MeasuredPlace& then, const HostNeed& need);

} // namespace bytebound
