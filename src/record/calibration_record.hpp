#pragma once
// The content of a calibration file: the ceilings of one host and placement, and everything that they depend on.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "machine/machine.hpp"
#include "model/ceilings.hpp"
#include "record/qualification_record.hpp"
#include "record/run_record.hpp"

namespace bytebound {

inline constexpr std::string_view calibration_schema = "bytebound.calibration/1";

/// Conditions that ceilings depend on, apart from the placement. If one of them changes, a calibration is stale.
struct HostFacts {
    std::string host, cpu_model, kernel, thp; ///< thp: transparent huge pages, "always", "madvise", "never"
    bool operator==(const HostFacts&) const = default;
};
HostFacts host_facts(const SysRoot& root);

/// A ceiling that was not measured, and the reason.
struct CeilingAbsence {
    std::string level;         ///< "LLC"; empty: all levels
    std::string kernel;        ///< "nt-copy"; empty: all kernels
    std::uint32_t threads = 0; ///< 0: all numbers of threads
    std::string reason;
    bool operator==(const CeilingAbsence&) const = default;
};

struct CalibrationRecord {
    std::string version, git_revision;
    std::vector<std::string> command;
    std::string measured; ///< when it ended, ISO 8601, UTC
    HostFacts host;
    Placement placement;                ///< of the largest team; smaller ones use its first CPUs
    std::vector<std::uint32_t> threads; ///< calibrated, ascending
    std::vector<CacheInfo> caches;      ///< data caches of the CPUs
    bool quick = false;
    std::uint32_t rounds = 0;
    std::string isa; ///< of the stream kernels
    bool bound_cpus = false, bound_memory = false;
    std::optional<double> percent_in_place; ///< pages of the largest buffers that are on nodes of the placement
    std::string pages_reason;               ///< why that is not known
    Ceilings ceilings;
    std::vector<CeilingAbsence> absent;
    std::vector<CollectorRecord> collectors;
    QualificationRecord qualification;
    std::vector<Warning> warnings;
};

/// The file's text: UTF-8, indented, ending in a newline.
std::string to_json_text(const CalibrationRecord& record);
/// Error: bad_data with `name`, the JSON path and the cause. Unknown keys are ignored.
Result<CalibrationRecord> parse_calibration(std::string_view text, const std::string& name);

} // namespace bytebound
