#include "record/row_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "catalogue/flags.hpp"
#include "model/loop_facts.hpp"
#include "workload/patterns.hpp"

namespace bytebound {
namespace {

std::string fault_of_flags(const Sample& row) {
    const auto known = [](const std::string& word) {
        return std::any_of(flags().begin(), flags().end(),
                           [&](const FlagEntry& flag) { return flag.of_step && flag.name == word; });
    };
    const auto unknown = std::find_if_not(row.flags.begin(), row.flags.end(), known);
    if (unknown == row.flags.end()) return {};
    return fmt::format("column flags: \"{}\" is not a flag of a step", clipped(*unknown, 80));
}

std::string fault_of_cpus(const Sample& row, const PlacementRecord& placement) {
    if (std::find(row.flags.begin(), row.flags.end(), flag_name::migrated) != row.flags.end()) return {};
    const bool pinned = placement.bound_cpus && !placement.requested.cpus.empty();
    if (pinned && row.cpu_before != placement.requested.cpus.front())
        return fmt::format("column cpu_before: {} is not the pinned CPU {}, and the flag migrated is missing",
                           row.cpu_before, placement.requested.cpus.front());
    if (row.cpu_before != row.cpu_after)
        return fmt::format("column cpu_after: {} is not the CPU {} before it, and the flag migrated is missing",
                           row.cpu_after, row.cpu_before);
    return {};
}

/// Only a plug-in may leave open what its steps did. A value that cannot be read has had its own message.
std::string fault_of_unknowns(const Sample& row, const RunRecord& run) {
    if (find_plug_in(run, row.loop) != nullptr) return {};
    if (!row.knows_stores) return "column rows_written: it is empty";
    if (!row.knows_minimum) return "column trace:min_rows: it is empty";
    return row.knows_metadata ? "" : "column trace:metadata_bytes: it is empty";
}

std::string fault_of_changes(const Sample& row, const RunRecord& run) {
    const std::uint64_t most = std::uint64_t{run.workload.spec.pool_rows} * row.batch;
    for (const auto& [name, value] :
         {std::pair("A", row.added), std::pair("R", row.removed), std::pair("rows_written", row.rows_written),
          std::pair("trace:min_rows", row.min_rows), std::pair("trace:bound_rows", row.bound_rows)})
        if (value > most) return fmt::format("column {}: {} is more than N rows in each step", name, value);
    const std::uint64_t changed = std::uint64_t{row.added} + row.removed, planned = std::uint64_t{row.k} * row.batch;
    if (changes_k_rows(run) && changed != planned)
        return fmt::format("column {}: A + R is {}, and {} step{} of k {} change{} {}", row.added > planned ? "A" : "R",
                           changed, row.batch, row.batch == 1 ? "" : "s", row.k, row.batch == 1 ? "s" : "", planned);
    return {};
}

/// Rows that the loop can store in the steps of a row.
std::uint64_t most_stores(const Sample& row, std::uint64_t pool_rows, std::optional<std::uint64_t> active_rows) {
    const std::uint64_t changed = std::uint64_t{row.added} + row.removed;
    const std::uint64_t rebuilt = row.batch * std::min(pool_rows, active_rows.value_or(pool_rows) + row.added);
    const auto stores = stored_rows(row.loop);
    if (!stores) return pool_rows * row.batch; // of an embedding program
    switch (*stores) {
    case StoredRows::minimal: return changed;
    case StoredRows::all: return rebuilt;
    case StoredRows::depends: break;
    }
    return std::max(changed, rebuilt);
}

} // namespace

bool changes_k_rows(const RunRecord& run) { return find_pattern(run.workload.spec.pattern.name) != nullptr; }

std::string fault_of_row(const Sample& row, const RunRecord& run) {
    const bool traced = has_k(row.k);
    std::string fault = traced ? fault_of_unknowns(row, run) : "";
    if (fault.empty() && traced) fault = fault_of_changes(row, run);
    if (fault.empty() && traced) fault = fault_of_cpus(row, run.placement);
    return fault.empty() ? fault_of_flags(row) : fault;
}

std::string fault_of_stores(const Sample& row, const RunRecord& run, std::optional<std::uint64_t> active_rows) {
    if (!has_k(row.k)) return {};
    const std::uint64_t pool_rows = run.workload.spec.pool_rows;
    if (active_rows && row.removed > *active_rows + row.added)
        return fmt::format("column R: {} rows are removed of {} that are active", row.removed,
                           *active_rows + row.added);
    if (active_rows && *active_rows + row.added - row.removed > pool_rows)
        return fmt::format("column A: {} rows are active after it, of N = {}", *active_rows + row.added - row.removed,
                           pool_rows);
    const std::uint64_t most = most_stores(row, pool_rows, active_rows);
    if (row.rows_written <= most) return {};
    return fmt::format("column rows_written: {} is more than the {} that the loop can store", row.rows_written, most);
}

} // namespace bytebound
