#pragma once
// Autotunes of this host, one small JSON file per placement, and the choice of a run's settings.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "archive/host_file.hpp"
#include "base/error.hpp"
#include "record/autotune_record.hpp"

namespace bytebound {

inline constexpr HostFileKind autotune_kind{"autotune"};

/// Replaces the file atomically. In the cache, rows of other sizes that the saved file has stay, if they are of this
/// host as it is, of the same CPUs, numbers of workers, memory and program version. Returns what was written. Error:
/// usage (cannot be written), internal (no space).
Result<AutotuneRecord> write_autotune(const std::filesystem::path& file, const AutotuneRecord& record,
                                      HostFilePlace place);
/// Error: bad_data if it is missing, unreadable or malformed.
Result<AutotuneRecord> read_autotune(const std::filesystem::path& file);

/// A run's requirements for an autotune.
struct AutotuneNeed {
    HostFacts host;
    RowLayout layout;
    std::optional<std::uint32_t> threads; ///< --threads; nullopt: the file's choice
    /// The placement of so many workers; nullopt if there is none.
    std::function<std::optional<Placement>(std::uint32_t threads)> placement;
};

/// The settings that a run uses, or why it uses none.
struct AutotuneChoice {
    std::optional<TunedSetting> setting;
    std::optional<TunedRatio> ratio; ///< against the defaults that the run would have had; nullopt: these are they
    std::string file, measured, version, workload;
    std::string reason; ///< why there is none
    std::vector<Warning> warnings;
};
/// `request`: "auto", "none" or a file. Of several saved files that apply, the one with the latest rows is used. Error
/// (bad_data): the requested file is missing, malformed or of another host.
Result<AutotuneChoice> choose_autotune(const std::string& request, const std::filesystem::path& directory,
                                       const AutotuneNeed& need);

} // namespace bytebound
