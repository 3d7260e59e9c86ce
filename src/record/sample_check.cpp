#include "record/sample_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.hpp"

namespace bytebound {
namespace {

using Experiments = std::map<std::pair<std::string_view, std::uint32_t>, const ExperimentRecord*>;

Experiments experiments_of(const RunRecord& run) {
    Experiments all;
    for (const ExperimentRecord& each : run.experiments)
        all.emplace(std::pair(std::string_view(each.loop), each.k), &each);
    return all;
}

std::string text_of(const Sample& row) {
    return fmt::format("loop {}, k {}, repeat {}, pass {}, step {}", clipped(row.loop, 80), row.k, row.repeat, row.pass,
                       row.step);
}

std::uint32_t passes_of(const RunRecord& run) { return static_cast<std::uint32_t>(std::max(run.passes, 1)); }

/// The first number that no phase of the complete run has; "" if there is none.
std::string fault_of_phase(const Sample& row, const ExperimentRecord& experiment, const RunRecord& run) {
    const std::uint32_t repeats = repeats_of(run.workload, experiment);
    if (row.repeat >= repeats) return fmt::format("the run has {} repeats", repeats);
    if (static_cast<std::uint32_t>(row.pass) >= passes_of(run))
        return fmt::format("the run has {} passes", passes_of(run));
    if (row.batch != experiment.batch)
        return fmt::format("it has {} steps, the run's readings have {}", row.batch, experiment.batch);
    if (row.step % row.batch != 0 || row.step / row.batch >= readings_of(run.workload, experiment))
        return "no reading of the run begins with this step";
    return {};
}

std::string fault_of_rows(const Sample& row, std::uint64_t pool_rows) {
    const std::uint64_t most = pool_rows * row.batch;
    for (const auto& [name, value] :
         {std::pair("A", row.added), std::pair("R", row.removed), std::pair("rows_written", row.rows_written),
          std::pair("trace:min_rows", row.min_rows), std::pair("trace:bound_rows", row.bound_rows)})
        if (value > most) return fmt::format("column {}: {} is more than N rows in each step", name, value);
    return {};
}

/// The index of the first row that repeats another's loop, k, repeat, pass and step; the number of rows if none does.
std::size_t first_repeated(const std::vector<Sample>& rows) {
    const auto key = [&rows](std::size_t i) {
        const Sample& row = rows[i];
        return std::tuple(std::string_view(row.loop), row.k, row.repeat, row.pass, row.step);
    };
    std::vector<std::size_t> order(rows.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return std::pair(key(a), a) < std::pair(key(b), b); });
    std::size_t first = rows.size();
    for (std::size_t i = 1; i < order.size(); ++i)
        if (key(order[i - 1]) == key(order[i])) first = std::min(first, order[i]);
    return first;
}

} // namespace

Result<void> check_samples(const SampleTable& table, const RunRecord& run, SampleFile kind, const std::string& file) {
    const auto refused = [&file](std::string cause) {
        return fail(
            {ExitCode::bad_data, "read", file, std::move(cause), "restore the file from the run, or measure again"});
    };
    const bool all_steps = kind == SampleFile::steps && run.status == RunStatus::complete;
    const Experiments experiments = experiments_of(run);
    std::uint64_t steps = 0, planned = 0;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const Sample& row = table.rows[i];
        const auto at = [&] { return fmt::format("row {} ({}): ", i + 1, text_of(row)); };
        const auto found = experiments.find({row.loop, row.k});
        if (found == experiments.end()) return refused(at() + "run.json does not list this loop and k");
        std::string fault = kind == SampleFile::steps ? fault_of_rows(row, run.workload.spec.pool_rows) : "";
        if (fault.empty() && all_steps) fault = fault_of_phase(row, *found->second, run);
        if (!fault.empty()) return refused(at() + fault);
        steps += row.batch;
    }
    if (const std::size_t twice = first_repeated(table.rows); twice < table.rows.size())
        return refused(fmt::format("row {} ({}): it occurs twice", twice + 1, text_of(table.rows[twice])));
    if (!all_steps) return {};
    for (const ExperimentRecord& each : run.experiments)
        planned += std::uint64_t{readings_of(run.workload, each)} * each.batch * repeats_of(run.workload, each) *
                   passes_of(run);
    if (steps == planned) return {};
    return refused(fmt::format("it contains {} of the {} steps of a complete run", steps, planned));
}

} // namespace bytebound
