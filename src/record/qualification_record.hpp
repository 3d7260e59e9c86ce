#pragma once
// What checking the counters against kernels of known truth gave; a part of run.json.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytebound {

enum class QualificationVerdict { passed, failed, not_judged };
std::string_view name_of(QualificationVerdict verdict); ///< "passed", "failed", "not_judged"

/// One event under one kernel; an event may stand there with several.
struct QualifiedEvent {
    std::string name;   ///< of the event
    std::string kernel; ///< "2-instruction loop", "read 64 MiB"; empty: none is known
    std::string unit;   ///< of the numbers: "instructions", "lines", "bytes"
    /// What a repeat of the kernel does, on average; `truth_high`, where the machine may do anything from `truth` to it
    /// (a store may or may not read its line first).
    std::optional<double> truth, truth_high;
    std::uint64_t n = 0;             ///< repeats that were counted
    std::optional<double> mean;      ///< counted per repeat
    std::optional<double> bias;      ///< mean / truth - 1; 0 between truth and truth_high
    std::optional<double> cv;        ///< standard deviation over mean of the repeats
    std::optional<double> threshold; ///< of |bias|
    QualificationVerdict verdict = QualificationVerdict::not_judged;
    std::string reason; ///< why failed or not judged
    bool operator==(const QualifiedEvent&) const = default;
};

/// Largest coefficient of variation that passes.
inline constexpr double qualification_cv = 0.05;

struct QualificationRecord {
    bool done = false;
    std::string reason;   ///< why not done
    bool cached = false;  ///< measured by a former run since this boot
    std::string measured; ///< when the kernels ran, ISO 8601, UTC
    bool allow_unqualified = false;
    std::vector<QualifiedEvent> events;
    bool operator==(const QualificationRecord&) const = default;
};

/// The first failure of an event; null when no kernel failed it.
const QualifiedEvent* failure_of(const QualificationRecord& record, std::string_view event);

} // namespace bytebound
