#include "record/sample_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "record/row_check.hpp"

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
    return fmt::format("loop {}, {}repeat {}, pass {}, step {}", clipped(row.loop, 80),
                       has_k(row.k) ? fmt::format("k {}, ", row.k) : "", row.repeat, row.pass, row.step);
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

/// The indices of the rows by loop, k, repeat, pass and step.
class OrderedRows {
public:
    explicit OrderedRows(const std::vector<Sample>& rows) : rows_(rows), order_(rows.size()) {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::sort(order_.begin(), order_.end(),
                  [&](std::size_t a, std::size_t b) { return std::pair(key(a), a) < std::pair(key(b), b); });
    }

    /// The index of the first row that repeats another's key; the number of rows if none does.
    std::size_t first_repeated() const {
        std::size_t first = rows_.size();
        for (std::size_t i = 1; i < order_.size(); ++i)
            if (key(order_[i - 1]) == key(order_[i])) first = std::min(first, order_[i]);
        return first;
    }

    /// Calls `visit` with the index of each row and the active rows before it, which follow from those after the
    /// warm-up where the rows of a phase have no gap.
    template <class Visit>
    Result<void> follow(const Experiments& experiments, bool known, Visit visit) const {
        std::optional<std::uint64_t> active;
        for (std::size_t i = 0; i < order_.size(); ++i) {
            const Sample& row = rows_[order_[i]];
            const Sample* before = i == 0 ? nullptr : &rows_[order_[i - 1]];
            if (before == nullptr || phase(row) != phase(*before)) {
                active.reset();
                const std::optional<std::uint32_t> first = experiments.at({row.loop, row.k})->active_rows;
                if (known && first && row.step == 0) active = *first;
            } else if (row.step != before->step + before->batch) {
                active.reset();
            }
            TRY(visit(order_[i], active));
            if (active) *active += row.added, *active -= row.removed;
        }
        return {};
    }

private:
    static std::tuple<std::string_view, std::uint32_t, std::uint32_t, int> phase(const Sample& row) {
        return {row.loop, row.k, row.repeat, row.pass};
    }
    std::pair<std::tuple<std::string_view, std::uint32_t, std::uint32_t, int>, std::uint32_t> key(std::size_t i) const {
        return {phase(rows_[i]), rows_[i].step};
    }

    const std::vector<Sample>& rows_;
    std::vector<std::size_t> order_;
};

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
        std::string fault = all_steps ? fault_of_phase(row, *found->second, run) : "";
        if (fault.empty() && kind == SampleFile::steps) fault = fault_of_row(row, run);
        if (!fault.empty()) return refused(at() + fault);
        steps += row.batch;
    }
    const OrderedRows order(table.rows);
    if (const std::size_t twice = order.first_repeated(); twice < table.rows.size())
        return refused(fmt::format("row {} ({}): it occurs twice", twice + 1, text_of(table.rows[twice])));
    if (kind == SampleFile::steps)
        TRY(order.follow(experiments, changes_k_rows(run),
                         [&](std::size_t i, std::optional<std::uint64_t> active) -> Result<void> {
                             const Sample& row = table.rows[i];
                             const std::string fault = fault_of_stores(row, run, active);
                             if (fault.empty()) return {};
                             return refused(fmt::format("row {} ({}): {}", i + 1, text_of(row), fault));
                         }));
    if (!all_steps) return {};
    // Blocks of a region may have unequal numbers of passes; `readings` is the largest.
    if (run.subject.regions)
        planned = std::accumulate(run.subject.regions->passes.begin(), run.subject.regions->passes.end(), planned);
    else
        for (const ExperimentRecord& each : run.experiments)
            planned += std::uint64_t{readings_of(run.workload, each)} * each.batch * repeats_of(run.workload, each) *
                       passes_of(run);
    if (steps == planned) return {};
    return refused(fmt::format("it contains {} of the {} steps of a complete run", steps, planned));
}

} // namespace bytebound
