#include <cmath>
#include <fmt/format.h>

#include "figures/number.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

std::string percent(const std::optional<double>& share) {
    if (!share) return "n/a";
    const double value = 100 * *share;
    // A bias of less than a thousandth is treated as none.
    return value == 0 ? "0%" : std::abs(value) < 0.001 ? "<0.001%" : compact_number(value) + "%";
}

std::string signed_percent(const std::optional<double>& share) {
    return share && *share > 0 && percent(share).front() != '<' ? "+" + percent(share) : percent(share);
}

std::string truth_text(const QualifiedEvent& event) {
    if (!event.truth) return "n/a";
    std::string text = exact_number(std::round(*event.truth));
    if (event.truth_high) text += "-" + exact_number(std::round(*event.truth_high));
    return text + (event.unit.empty() ? "" : " " + event.unit);
}

std::string_view verdict_text(QualificationVerdict verdict) {
    return verdict == QualificationVerdict::not_judged ? "not judged" : name_of(verdict);
}

} // namespace

Blocks qualification_section(const RunRecord& run, const Summary&) {
    const QualificationRecord& record = run.qualification;
    Blocks out{Heading{2, "Qualification of the counters"}};
    if (!record.done) {
        out.push_back(Paragraph{"Not done: " + (record.reason.empty() ? "n/a" : record.reason) + ".", Tone::plain});
        return out;
    }
    Table table;
    table.columns = {{"event"},      {"kernel"},   {"truth", true},      {"counted", true}, {"n", true},
                     {"bias", true}, {"CV", true}, {"bias limit", true}, {"verdict"}};
    table.wide = true;
    for (const QualifiedEvent& event : record.events) {
        std::string verdict(verdict_text(event.verdict));
        if (!event.reason.empty()) verdict += ": " + event.reason;
        table.rows.push_back({event.name, event.kernel.empty() ? "none" : event.kernel, truth_text(event),
                              event.mean ? compact_number(*event.mean) : "n/a",
                              event.n == 0 ? "n/a" : std::to_string(event.n), signed_percent(event.bias),
                              percent(event.cv), percent(event.threshold), std::move(verdict)});
    }
    const std::string consequence = record.allow_unqualified
                                        ? "Figures of a failed event are shown with the mark ! (--allow-unqualified)."
                                        : "Figures of a failed event are withheld.";
    out.push_back(Paragraph{
        fmt::format(
            "The run's counters, in its groups, counted kernels with known counts on the leader's CPU and memory ({}, "
            "{}). An event fails if its bias is above the limit or its variation between repeats is above {}. {}",
            record.cached ? "cached from an earlier run since this boot" : "measured for this run", record.measured,
            percent(qualification_cv), consequence),
        Tone::plain});
    out.push_back(std::move(table));
    return out;
}

} // namespace bytebound
