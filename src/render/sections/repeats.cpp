#include <fmt/format.h>

#include <algorithm>

#include "catalogue/metrics.hpp"
#include "model/loop_facts.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

bool is_failed_plug_in(const RunRecord& run, const ExperimentRecord& row) {
    const PlugInRecord* plug_in = find_plug_in(run, row.loop);
    return plug_in != nullptr && plug_in->failure;
}

std::string end_text(const RunRecord& run, const ExperimentRecord& row) {
    if (is_failed_plug_in(run, row)) return "the plug-in failed";
    if (!row.repeats_end) return "the run ended";
    switch (*row.repeats_end) {
    case RepeatsEnd::given: return "--repeats";
    case RepeatsEnd::precision: return "precise enough";
    case RepeatsEnd::max_time: return "--max-time";
    case RepeatsEnd::limit: return "as many as a run can have";
    }
    return {};
}

} // namespace

std::string repeats_text(const RunRecord& run) {
    std::optional<std::uint32_t> fewest;
    for (const ExperimentRecord& row : run.experiments)
        if (!is_failed_plug_in(run, row))
            fewest = std::min(fewest.value_or(run.workload.repeats), repeats_of(run.workload, row));
    if (fewest.value_or(run.workload.repeats) == run.workload.repeats) return std::to_string(run.workload.repeats);
    return fmt::format("{} to {}", *fewest, run.workload.repeats);
}

Blocks repeats_section(const RunRecord& run, const Summary&) {
    if (!run.workload.auto_repeats) return {};
    const AutoRepeats& rule = *run.workload.auto_repeats;
    Table table;
    table.columns = {{std::string(noun_of(run.subject.kind))},
                     {"k", true},
                     {"repeats", true},
                     {"ended by"},
                     {"widest interval of\na time ratio", true}};
    for (const ExperimentRecord& row : run.experiments) {
        if (table.rows.empty() || table.rows.back()[1] != k_text(row.k))
            table.group_starts.push_back(table.rows.size());
        table.rows.push_back({row.loop, k_text(row.k), std::to_string(repeats_of(run.workload, row)),
                              end_text(run, row),
                              row.ratio_half_width ? fmt::format("±{:.1f}%", *row.ratio_half_width * 100) : "n/a"});
    }
    return {Heading{2, "Repeats"},
            Paragraph{fmt::format("--repeats auto: at least {} of every {}, then one by one until the 95% interval of "
                                  "every compared time ratio was within ±{:g}% (narrower below 18 repeats), or {:g} s "
                                  "of measuring had passed; {:.1f} s were measured.",
                                  least_auto_blocks(run.subject.kind), run.subject.kind == Subject::loops ? "k" : "row",
                                  rule.precision * 100, rule.max_seconds, rule.seconds),
                      Tone::plain},
            std::move(table)};
}

Blocks false_difference_section(const RunRecord&, const Summary& summary) {
    Table table;
    table.columns = {{"k", true}, {"loop"}, {"against"}, {"time ratio", true}, {"95% CI"}, {"verdict"}};
    double largest = 0;
    for (const Comparison& each : summary.comparisons) {
        if (each.metric != metric_name::time_ns || !same_loop(each.loop, each.vs)) continue;
        const bool interval = each.ratio.ci_low && each.ratio.ci_high;
        table.rows.push_back({k_text(each.k), each.loop, each.vs, fmt::format("{:.3f}", each.ratio.ratio),
                              interval ? fmt::format("{:.3f}-{:.3f}", *each.ratio.ci_low, *each.ratio.ci_high) : "n/a",
                              std::string(name_of(each.verdict))});
        largest = std::max(largest, std::max(each.ratio.ratio, 1 / each.ratio.ratio) - 1);
    }
    if (table.rows.empty()) return {};
    return {Heading{2, "False difference of the harness"},
            Paragraph{fmt::format("The loops of each line are the same code, so a ratio other than 1 is an error of "
                                  "the harness or of the machine. The largest is {:.1f}%: a difference between other "
                                  "loops that is not clearly larger means nothing here.",
                                  largest * 100),
                      Tone::plain},
            std::move(table)};
}

} // namespace bytebound
