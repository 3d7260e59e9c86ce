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
#include "record/host_facts.hpp"
#include "record/qualification_record.hpp"
#include "record/run_record.hpp"

namespace bytebound {

inline constexpr std::string_view calibration_schema = "bytebound.calibration/1";

/// A ceiling that was not measured, and the reason.
struct CeilingAbsence {
    std::string level;         ///< "LLC"; empty: all levels
    std::string kernel;        ///< "nt-copy"; empty: all kernels
    std::uint32_t threads = 0; ///< 0: all numbers of threads
    std::string reason;
    bool operator==(const CeilingAbsence&) const = default;
};

/// An earlier calibration, some of whose figures were kept because they are narrower.
struct KeptCalibration {
    std::string measured; ///< the date of those figures
    std::string version, git_revision;
    std::vector<std::string> command;
    bool quick = false;
    std::uint32_t rounds = 0;
    bool operator==(const KeptCalibration&) const = default;
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
    std::vector<KeptCalibration> kept;
    std::vector<CeilingAbsence> absent;
    std::vector<CollectorRecord> collectors;
    QualificationRecord qualification;
    std::vector<Warning> warnings;
};

} // namespace bytebound
