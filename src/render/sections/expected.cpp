// Compares the traffic that the closed form expected before the run with the run's figures.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "figures/number.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

std::string kib_text(double bytes) { return compact_number(bytes / 1024); }

const ExperimentRecord* experiment_of(const RunRecord& run, const SummaryRow& row) {
    const auto found = std::find_if(run.experiments.begin(), run.experiments.end(), [&](const ExperimentRecord& each) {
        return each.loop == row.loop && each.k == row.k;
    });
    return found == run.experiments.end() ? nullptr : &*found;
}

double expected_bytes(const ClosedForm& form, Direction direction) {
    switch (direction) {
    case Direction::read: return form.read_bytes;
    case Direction::write: return form.write_bytes;
    case Direction::combined: return form.read_bytes + form.write_bytes;
    }
    return 0;
}

/// Percent of the expected bytes; not defined if they are 0.
std::string difference_text(double expected, double obtained) {
    if (expected == 0) return obtained == 0 ? "0" : "n/a";
    return fmt::format("{:+.1f} %", 100 * (obtained - expected) / expected);
}

std::string kib_interval(const Estimate& estimate) {
    if (!estimate.ci_low || !estimate.ci_high) return "n/a";
    return fmt::format("{} .. {}", kib_text(*estimate.ci_low), kib_text(*estimate.ci_high));
}

std::string place_text(double expected, const Estimate& estimate) {
    if (!estimate.ci_low || !estimate.ci_high) return "no interval";
    if (expected < *estimate.ci_low) return "no, below";
    return expected > *estimate.ci_high ? "no, above" : "yes";
}

std::vector<std::string> line_of(const SummaryRow& row, const MetricEntry& metric, double expected,
                                 const Figure& figure) {
    return {std::to_string(row.k),
            row.loop,
            std::string(metric.name),
            kib_text(expected),
            fmt::format("{} ({}, {})", kib_text(figure.value()), figure.source, name_of(figure.tier)),
            kib_interval(figure.estimate),
            difference_text(expected, figure.value()),
            place_text(expected, figure.estimate)};
}

/// A row's figures: reads and writes, or their sum where the hardware does not distinguish them.
std::vector<const MetricEntry*> compared_with(const SummaryRow& row) {
    std::vector<const MetricEntry*> split;
    for (const Direction direction : {Direction::read, Direction::write})
        if (row.find(dram_metric(direction).name) != nullptr) split.push_back(&dram_metric(direction));
    const MetricEntry& sum = dram_metric(Direction::combined);
    if (split.empty() && row.find(sum.name) != nullptr) split.push_back(&sum);
    return split;
}

/// Each reason once, with the rows that it applies to.
class ExpectationReasons {
public:
    void add(const SummaryRow& row, const std::string& reason) {
        auto known = std::find_if(reasons_.begin(), reasons_.end(), [&](const auto& r) { return r.first == reason; });
        if (known == reasons_.end()) known = reasons_.insert(reasons_.end(), {reason, {}});
        known->second.push_back(fmt::format("{} k={}", row.loop, row.k));
    }
    Bullets bullets() const {
        Bullets out;
        for (const auto& [reason, rows] : reasons_)
            out.items.emplace_back(fmt::format("{}: {}", join(rows, ", "), reason));
        return out;
    }

private:
    std::vector<std::pair<std::string, std::vector<std::string>>> reasons_;
};

Table table_of_expectations() {
    Table table;
    table.columns = {{"k", true},
                     {"loop"},
                     {"metric"},
                     {"expected\nKiB", true},
                     {"obtained\nKiB", true},
                     {"95 % interval\nKiB"},
                     {"difference", true},
                     {"expectation in\nthe interval"}};
    table.wide = true;
    return table;
}

} // namespace

Blocks expected_section(const RunRecord& run, const Summary& summary) {
    Table table = table_of_expectations();
    ExpectationReasons reasons;
    std::optional<std::uint32_t> last_k;
    for (const SummaryRow& row : summary.rows) {
        const ExperimentRecord* experiment = experiment_of(run, row);
        if (experiment == nullptr || !experiment->closed_form) {
            const std::string known = experiment == nullptr ? "" : experiment->closed_form_reason;
            reasons.add(row, known.empty() ? "this run does not record an expectation" : "nothing expected: " + known);
            continue;
        }
        const auto metrics = compared_with(row);
        if (metrics.empty()) reasons.add(row, "no DRAM bytes to compare with");
        for (const MetricEntry* metric : metrics) {
            if (last_k != row.k) table.group_starts.push_back(table.rows.size());
            last_k = row.k;
            table.rows.push_back(line_of(row, *metric, expected_bytes(*experiment->closed_form, *metric->dram),
                                         *row.find(metric->name)));
        }
    }
    Blocks out;
    if (summary.rows.empty()) return out;
    out.push_back(Heading{2, "Expected traffic"});
    if (!table.rows.empty()) {
        out.push_back(Paragraph{"KiB per step. Expected: the closed form, which the run computed before its first step "
                                "from the sizes of the loop and of the cache, as if rows were chosen at random. "
                                "Difference: obtained less expected, as a percentage of expected.",
                                Tone::plain});
        out.push_back(std::move(table));
    }
    Bullets why = reasons.bullets();
    if (!why.items.empty()) out.push_back(std::move(why));
    return out;
}

} // namespace bytebound
