#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "catalogue/flags.hpp"
#include "catalogue/metrics.hpp"
#include "figures/absence.hpp"
#include "figures/number.hpp"
#include "model/loop_facts.hpp"
#include "record/warning_codes.hpp"
#include "render/sections/main_table.hpp"
#include "render/sections/sections.hpp"
#include "render/sections/verdict.hpp"

namespace bytebound {
namespace {

bool any_row(const Summary& summary, bool (*holds)(const SummaryRow&)) {
    return std::any_of(summary.rows.begin(), summary.rows.end(), holds);
}

ChartSeries series_of(const Summary& summary, const std::string& loop, std::string_view metric, double unit) {
    ChartSeries out;
    out.name = loop;
    for (const std::uint32_t k : summary.ks()) {
        const SummaryRow* row = summary.find(loop, k);
        const Figure* figure = row == nullptr ? nullptr : row->find(metric);
        const double value = figure == nullptr ? 0 : figure->value() / unit;
        out.known.push_back(figure != nullptr);
        out.values.push_back(value);
        const bool interval = figure != nullptr && figure->estimate.ci_low && figure->estimate.ci_high;
        out.low.push_back(interval ? *figure->estimate.ci_low / unit : value);
        out.high.push_back(interval ? *figure->estimate.ci_high / unit : value);
    }
    return out;
}

std::string tier_of(const Summary& summary, std::string_view metric) {
    std::string out;
    for (const SummaryRow& row : summary.rows) {
        const Figure* figure = row.find(metric);
        if (figure == nullptr) continue;
        if (!out.empty() && out != name_of(figure->tier)) return "mixed tiers";
        out = name_of(figure->tier);
    }
    return out;
}

/// The meaning of a flag and what to do, for the flagged rows.
std::string flag_text(const FlagEntry& flag, const std::string& rows) {
    return fmt::format(fmt::runtime(flag.text), fmt::arg("rows", rows), fmt::arg("least_blocks", few_blocks_below));
}

/// Texts in order of first use, each with its ks: "hybrid chose paired in every step at k=16, 64."
class PerK {
public:
    void add(const std::string& text, std::uint32_t k) {
        auto at = std::find_if(texts_.begin(), texts_.end(), [&](const auto& each) { return each.first == text; });
        if (at == texts_.end()) at = texts_.insert(texts_.end(), {text, {}});
        at->second.push_back(std::to_string(k));
    }
    std::vector<std::string> lines() const {
        std::vector<std::string> out;
        for (const auto& [text, ks] : texts_)
            out.push_back(text + " at k=" + join(ks, ", ") + ".");
        return out;
    }

private:
    std::vector<std::pair<std::string, std::vector<std::string>>> texts_;
};

std::vector<std::string> hybrid_notes(const RunRecord& run, const Summary& summary) {
    PerK notes;
    for (const SummaryRow& row : summary.rows) {
        if (!row.index_steps) continue;
        const std::uint64_t paired = row.steps - *row.index_steps;
        notes.add(*row.index_steps == 0 ? "hybrid chose paired in every step"
                  : paired == 0         ? "hybrid chose index in every step"
                                        : fmt::format("hybrid chose index in {} of {} steps and paired in the rest",
                                                      *row.index_steps, row.steps),
                  row.k);
    }
    auto lines = notes.lines();
    if (!lines.empty())
        lines.back() +=
            fmt::format(" It rebuilds where k > {}·m{}.", exact_number(run.workload.tau),
                        run.workload.tau_source == "adaptive" ? ", from the times predicted for this host" : "");
    return lines;
}

std::vector<std::string> copy_notes(const RunRecord& run) {
    PerK notes;
    for (const ExperimentRecord& experiment : run.experiments) {
        if (!chose_copies(experiment.loop) || experiment.copy_method.empty()) continue;
        notes.add(fmt::format("{} copied with {}, the fastest in its trial,", experiment.loop, experiment.copy_method),
                  experiment.k);
    }
    return notes.lines();
}

/// "9.81x (9.60-10.02)", with the mark of its verdict.
std::string comparison_cell(const Comparison* comparison) {
    if (comparison == nullptr) return "n/a";
    const RatioEstimate& ratio = comparison->ratio;
    std::string out = times_text(ratio.ratio);
    if (ratio.ci_low && ratio.ci_high) {
        out += fmt::format(" ({:.2f}-{:.2f})", *ratio.ci_low, *ratio.ci_high);
    }
    const std::string_view mark = mark_of(comparison->verdict);
    return mark.empty() ? out : out + " " + std::string(mark);
}

} // namespace

Blocks status_section(const RunRecord& run, const Summary& summary) {
    Blocks out;
    if (run.status == RunStatus::failed && run.failure) {
        std::string text =
            fmt::format("This run failed: {} {}: {}", run.failure->operation, run.failure->object, run.failure->cause);
        if (!run.failure->remedy.empty()) text += "; " + run.failure->remedy;
        out.push_back(
            Paragraph{fmt::format("{} (exit code {}). Its finished phases follow.", text, run.failure->exit_code),
                      Tone::failure});
    } else if (run.status != RunStatus::complete) {
        out.push_back(
            Paragraph{run.status == RunStatus::failed
                          ? "This run failed. Its finished phases follow."
                          : "This run did not finish: it is still running, or was killed. Its finished phases follow.",
                      Tone::failure});
    }
    if (!summary.missing.empty()) {
        out.push_back(
            Paragraph{"Planned, but without a finished phase: " + join(summary.missing, ", ") + ".", Tone::failure});
    }
    if (summary.dropped_rows != 0) out.push_back(Paragraph{dropped_text(summary) + ".", Tone::failure});
    return out;
}

Blocks verdict_section(const RunRecord&, const Summary& summary) {
    Blocks out{Heading{2, "Verdict"}};
    if (summary.rows.empty()) {
        out.push_back(Paragraph{"No phase finished: there is no figure.", Tone::plain});
        return out;
    }
    Verdicts verdicts;
    for (const std::uint32_t k : summary.ks())
        verdicts.items.push_back(verdict_of(summary, k));
    out.push_back(std::move(verdicts));
    std::string note =
        "The bound max(A,R)·S counts bytes stored into the block. Requested bytes count loads and stores, so "
        "a loop that stores exactly the bound requests 2x.";
    const bool below = any_row(summary, [](const SummaryRow& row) {
        const Figure* figure = row.find(metric_name::amplification);
        return figure != nullptr && figure->value() < 1;
    });
    if (below) {
        note +=
            " DRAM bytes below the bound mean that rows stayed in the last-level cache, not that fewer were stored.";
    }
    const bool shrinks = any_row(summary, [](const SummaryRow& row) { return row.removed > row.added; });
    if (shrinks) note += " Where R > A the bound is the worst case; `min` is the exact minimum.";
    out.push_back(Paragraph{note, Tone::plain});
    return out;
}

Charts charts_of(const Summary& summary) {
    Charts out;
    for (const SummaryRow& row : summary.rows) {
        if (std::find(out.legend.begin(), out.legend.end(), row.loop) == out.legend.end()) {
            out.legend.push_back(row.loop);
        }
    }
    for (const MetricEntry& metric : metrics()) {
        const MetricChart& wanted = metric.chart;
        if (wanted.title.empty()) continue;
        Chart chart;
        chart.title = wanted.title;
        chart.unit = wanted.unit;
        chart.tier = tier_of(summary, metric.name);
        for (const std::uint32_t k : summary.ks())
            chart.categories.push_back(std::to_string(k));
        for (const std::string& loop : out.legend) {
            chart.series.push_back(series_of(summary, loop, metric.name, wanted.divisor));
        }
        if (wanted.with_bound && !out.legend.empty()) {
            chart.bound = series_of(summary, out.legend.front(), metric_name::bound_bytes, wanted.divisor);
        }
        out.charts.push_back(std::move(chart));
    }
    return out;
}

Blocks table_section(const RunRecord& run, const Summary& summary) {
    Blocks out;
    if (summary.rows.empty()) return out;
    out.push_back(Heading{2, "Figures"});
    out.push_back(charts_of(summary));
    out.push_back(main_table(summary));
    Bullets notes;
    for (const std::string& line : table_notes(summary))
        notes.items.emplace_back(line);
    notes.items.emplace_back(
        "Times are medians with 95% intervals of Student's t over the repeats; bytes are means per step, ratios are "
        "ratios of sums. The reasons for n/a are below. A ratio with ~ does not differ significantly from 1; one with "
        "= is the same within " +
        fmt::format("{:g}%.", summary.same_within * 100));
    for (std::string& note : hybrid_notes(run, summary))
        notes.items.emplace_back(std::move(note));
    for (std::string& note : copy_notes(run))
        notes.items.emplace_back(std::move(note));
    out.push_back(std::move(notes));
    return out;
}

Blocks comparison_section(const RunRecord&, const Summary& summary) {
    if (summary.comparisons.empty()) return {};
    Table table;
    table.columns = {{"k", true}, {"loop"}, {"against"}};
    for (const MetricEntry* metric : compared_metrics())
        table.columns.push_back({std::string(metric->compared.subject), true});
    table.wide = true;
    std::string last;
    for (const Comparison& each : summary.comparisons) {
        const std::string pair = fmt::format("{} {} {}", each.k, each.loop, each.vs);
        if (std::exchange(last, pair) == pair) continue; // metrics of one pair are adjacent
        const std::string k = std::to_string(each.k);
        if (table.rows.empty() || table.rows.back()[0] != k) table.group_starts.push_back(table.rows.size());
        table.rows.push_back({k, each.loop, each.vs});
        for (const MetricEntry* metric : compared_metrics()) {
            table.rows.back().push_back(comparison_cell(summary.compare(each.k, each.loop, each.vs, metric->name)));
        }
    }
    return {
        Heading{2, "Comparisons"},
        Paragraph{
            Inline(fmt::format("Value of the loop in the second column over that of the first, with its 95% interval: "
                               "above 1 the first is better. ~ means not significantly different from 1, = the same "
                               "within {:g}%. Figures by construction have no interval; n/a means null or 0 on one "
                               "side. The sentences are in ",
                               summary.same_within * 100))
                .add("summary.json", Style::code)
                .add("."),
            Tone::plain},
        std::move(table)};
}

Blocks buffer_section(const RunRecord&, const Summary& summary) {
    const bool any = any_row(summary, [](const SummaryRow& row) { return row.by_buffer.has_value(); });
    if (!any) return {};
    Table table;
    table.columns = {{"loop"}, {"k", true}};
    table.wide = true;
    for (std::size_t i = 0; i < buffer_count; ++i) {
        const std::string name(name_of(static_cast<Buffer>(i)));
        table.columns.push_back({name + "\nread", true});
        table.columns.push_back({name + "\nwrite", true});
    }
    for (const SummaryRow& row : summary.rows) {
        if (table.rows.empty() || summary.rows[table.rows.size() - 1].k != row.k) {
            table.group_starts.push_back(table.rows.size());
        }
        table.rows.push_back({row.loop, std::to_string(row.k)});
        for (std::size_t i = 0; i < buffer_count; ++i) {
            for (const bool write : {false, true}) {
                const auto& traffic = row.by_buffer;
                table.rows.back().push_back(
                    !traffic ? "n/a" : compact_number((write ? (*traffic)[i].write : (*traffic)[i].read) / 1024));
            }
        }
    }
    return {
        Heading{2, "Where the DRAM bytes go"},
        Paragraph{"Simulated KiB per step: lines fetched for each buffer, and its lines written back.", Tone::plain},
        std::move(table)};
}

Blocks warning_section(const RunRecord& run, const Summary& summary) {
    Bullets list;
    std::set<std::string> said_texts;
    for (const Warning& warning : run.warnings) {
        if (!said_texts.insert(warning.code + " " + text_of(warning)).second) continue;
        // One per loop and k; the flag's line covers all of them.
        if (warning.code == warning_code::not_stationary && !where_flagged(summary, warning.code).empty()) continue;
        list.items.push_back(Inline().add(warning.code, Style::code).add(" " + text_of(warning)));
    }
    // One line per flag, with all of its rows.
    for (const FlagEntry& flag : flags()) {
        std::uint64_t steps = 0;
        for (const SummaryRow& row : summary.rows) {
            const auto flagged = row.flagged_steps.find(std::string(flag.name));
            if (flagged != row.flagged_steps.end()) steps += flagged->second;
        }
        const bool said = flag.name != warning_code::not_stationary &&
                          std::any_of(run.warnings.begin(), run.warnings.end(),
                                      [&](const Warning& warning) { return warning.code == flag.name; });
        const std::string where = where_flagged(summary, flag.name);
        if (where.empty() || said) continue;
        const std::string subject =
            steps == 0 ? where : fmt::format("{} step{} of {}", steps, steps == 1 ? "" : "s", where);
        list.items.push_back(Inline().add(std::string(flag.name), Style::code).add(" " + flag_text(flag, subject)));
    }
    if (list.items.empty()) list.items.emplace_back("none");
    return {Heading{2, "Warnings and flags"}, std::move(list)};
}

} // namespace bytebound
