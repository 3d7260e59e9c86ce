#pragma once
// Whether two runs measured the same thing on the same machine.

#include <string>
#include <vector>

#include "base/error.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// A property in which two runs differ.
struct FieldDifference {
    std::string field; ///< as the option of `bytebound run`, without the hyphens
    std::string base, head;
    bool operator==(const FieldDifference&) const = default;
};
/// "seed (1 and 2), N (256 and 512)"
std::string to_text(const std::vector<FieldDifference>& differences);

/// A property of a run, by its name as a field of these differences.
struct RunField {
    std::string name, text;
    bool operator==(const RunField&) const = default;
};
/// What is done in a step, and to which data: two runs have equal workloads if the fields that both have are equal.
/// Numbers of steps and repeats are no part of it, nor are loops and ks.
std::vector<RunField> workload_fields(const RunRecord& run);

/// Name of the host and model of its CPU.
std::vector<FieldDifference> host_differences(const RunRecord& base, const RunRecord& head);
/// Of the workload_fields(), and A and R of loops and ks that both have.
std::vector<FieldDifference> workload_differences(const RunRecord& base, const RunRecord& head);

struct AllowedDifferences {
    bool host = false, workload = false;
};
/// Error (bad_data): another host or another workload, with the fields that differ, unless that is allowed.
/// `head_name`: of the second run, for the message.
Result<void> check_alike(const RunRecord& base, const RunRecord& head, const std::string& head_name,
                         const AllowedDifferences& allowed);

/// Whether two rows of one loop and k, of equal workloads, replayed the same steps: figures that follow from the trace
/// alone are then equal unless the code differs. Numbers of repeats may differ.
bool same_steps(const RunRecord& base, const ExperimentRecord& base_row, const RunRecord& head,
                const ExperimentRecord& head_row);

/// What the simulator sees of a row's copies: "ordinary stores", "non-temporal stores", "ordinary stores with
/// prefetch:4x8". `oracle` chooses its copy method in every run by a trial.
std::string references_of(const ExperimentRecord& row);

/// Whether A and R of every step are those of --ks: half of k each, alternating where k is odd.
bool is_half_and_half(const RunRecord& run, const ExperimentRecord& row);
/// "2+6": rows added and removed in a step of this k, means over the steps.
std::string change_text(const ExperimentRecord& row);

/// Why simulated figures of two rows are not comparable, although their loop and k are the same: unlike caches, or
/// unlike stores. Empty if they are.
std::string why_unlike_simulations(const RunRecord& base, const ExperimentRecord& base_row, const RunRecord& head,
                                   const ExperimentRecord& head_row);

} // namespace bytebound
