#pragma once
// The result of checking the counters with kernels of known truth; part of run.json.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytebound {

enum class QualificationVerdict { passed, failed, not_judged };
std::string_view name_of(QualificationVerdict verdict); ///< "passed", "failed", "not_judged"

/// One event under one kernel. An event may be listed with several kernels.
struct QualifiedEvent {
    std::string name;   ///< of the event
    std::string kernel; ///< "2-instruction loop", "read 64 MiB"; empty: no suitable kernel
    std::string unit;   ///< of the numbers: "instructions", "lines", "bytes"
    /// Mean work of a kernel's repeat. If the machine may do anything between two amounts (a store may or may not read
    /// its line first), `truth_high` is the larger one.
    std::optional<double> truth, truth_high;
    std::uint64_t n = 0;             ///< number of counted repeats
    std::optional<double> mean;      ///< counted per repeat
    std::optional<double> bias;      ///< mean / truth - 1; 0 between truth and truth_high
    std::optional<double> cv;        ///< standard deviation over mean of the repeats
    std::optional<double> threshold; ///< of |bias|
    QualificationVerdict verdict = QualificationVerdict::not_judged;
    std::string reason; ///< why it failed or was not judged
    bool operator==(const QualifiedEvent&) const = default;
};

/// The largest coefficient of variation that passes.
inline constexpr double qualification_cv = 0.05;

struct QualificationRecord {
    bool done = false;
    std::string reason;   ///< why it was not done
    bool cached = false;  ///< measured by an earlier run since this boot
    std::string measured; ///< when the kernels ran, ISO 8601, UTC
    bool allow_unqualified = false;
    std::vector<QualifiedEvent> events;
    bool operator==(const QualificationRecord&) const = default;
};

/// The first failure of an event; null if no kernel failed it.
const QualifiedEvent* failure_of(const QualificationRecord& record, std::string_view event);

} // namespace bytebound
