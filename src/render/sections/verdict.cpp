#include "render/sections/verdict.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "figures/claims.hpp"
#include "figures/number.hpp"
#include "render/sections/main_table.hpp"

namespace bytebound {
namespace {

std::string time_text(const Figure& time, bool with_tier) {
    std::string note;
    if (time.estimate.ci_low && time.estimate.ci_high) {
        note = fmt::format("95% CI {}-{}", compact_microseconds(*time.estimate.ci_low, time.value()),
                           compact_microseconds(*time.estimate.ci_high, time.value()));
    }
    if (time.estimate.blocks < few_blocks_below) {
        note += fmt::format("{}{} repeat{}", note.empty() ? "" : ", ", time.estimate.blocks,
                            time.estimate.blocks == 1 ? "" : "s");
    }
    if (with_tier) note += (note.empty() ? "" : ", ") + std::string(name_of(time.tier));
    return fmt::format("{} us{}", compact_microseconds(time.value()), note.empty() ? "" : " (" + note + ")");
}

/// "128 KiB (computed), 2.00x the bound of 64 KiB"
std::string bytes_text(const SummaryRow& row, std::string_view metric, std::string_view ratio, bool name_bound) {
    const Figure* bytes = row.find(metric);
    const Figure* of_bound = row.find(ratio);
    std::string out = fmt::format("{} ({})", format_size(bytes->value()),
                                  bytes->unqualified.empty() ? std::string(name_of(bytes->tier))
                                                             : std::string(name_of(bytes->tier)) + ", unqualified");
    if (of_bound != nullptr) {
        out += fmt::format(", {} the bound", times_text(of_bound->value()));
        if (name_bound) out += " of " + format_size(row.bound_bytes);
    }
    return out;
}

std::string short_bytes(const SummaryRow& row, std::string_view metric, std::string_view ratio) {
    const Figure* bytes = row.find(metric);
    const Figure* of_bound = row.find(ratio);
    return format_size(bytes->value()) +
           (of_bound == nullptr ? "" : fmt::format(" ({})", times_text(of_bound->value())));
}

std::string bytes_clause(const SummaryRow& row, const SummaryRow* base, std::string_view metric, std::string_view ratio,
                         std::string_view verb, bool name_bound) {
    if (row.find(metric) == nullptr) {
        return fmt::format("{}: n/a ({})", metric, row.unavailable.find(metric)->second);
    }
    std::string out = fmt::format("it {} {}", verb, bytes_text(row, metric, ratio, name_bound));
    if (base != nullptr && base->find(metric) != nullptr) {
        out += fmt::format(", where {} {} {}", base->loop, verb, short_bytes(*base, metric, ratio));
    }
    return out;
}

const SummaryRow& subject_of(const Summary& summary, std::uint32_t k, const std::string& base) {
    if (const SummaryRow* paired = summary.find("paired", k)) return *paired;
    for (const SummaryRow& row : summary.rows) {
        if (row.k == k && row.loop != base) return row;
    }
    return *summary.find(base, k);
}

/// "paired faster than index", below the headline.
std::string caption_of(const Comparison& time) {
    switch (time.verdict) {
    case Verdict::better: return fmt::format("{} faster than {}", time.loop, time.vs);
    case Verdict::worse: return fmt::format("{} slower than {}", time.loop, time.vs);
    case Verdict::same:
        return fmt::format("{} and {} are the same within {:g}%", time.loop, time.vs, time.same_within * 100);
    case Verdict::unresolved: break;
    }
    return time.loop + " and " + time.vs + (time.ratio.ci_low ? " do not differ significantly" : ": no interval");
}

/// "requests 2.00x the bound (computed)": the same numbers as in the sentence.
std::vector<std::string> bound_lines(const SummaryRow& row) {
    std::vector<std::string> out;
    const auto add = [&](std::string_view verb, std::string_view ratio) {
        if (const Figure* figure = row.find(ratio))
            out.push_back(fmt::format("{} {} {} the bound ({})", row.loop, verb, times_text(figure->value()),
                                      name_of(figure->tier)));
    };
    add("requests", metric_name::requested_ratio);
    add("moves at the memory controller", metric_name::amplification);
    return out;
}

} // namespace

VerdictItem verdict_of(const Summary& summary, std::uint32_t k) {
    const std::string base_name = base_loop(summary, k);
    const SummaryRow& row = subject_of(summary, k, base_name);
    const SummaryRow* base = row.loop == base_name ? nullptr : summary.find(base_name, k);
    VerdictItem out;
    out.label = fmt::format("k={}", k);
    if (row.k_requested != k) out.label += fmt::format(" (requested: {})", row.k_requested);
    out.label += fmt::format(", A={}, R={}", compact_number(row.added), compact_number(row.removed));

    const Comparison* time = base == nullptr ? nullptr : summary.compare(k, row.loop, base->loop, metric_name::time_ns);
    const Figure* ours = row.find(metric_name::time_ns);
    std::string sentence =
        fmt::format("{} takes {} per step", row.loop, ours == nullptr ? "n/a" : time_text(*ours, true));
    if (time != nullptr) {
        sentence += fmt::format(" against {} for {}, {}", time_text(*base->find(metric_name::time_ns), false),
                                base->loop, extent_text(*time, Tier::timed));
        out.headline = times_text(time->verdict == Verdict::worse ? 1 / time->ratio.ratio : time->ratio.ratio);
        out.caption = caption_of(*time);
    } else if (ours != nullptr) {
        out.headline = compact_microseconds(ours->value()) + " us";
        out.caption = row.loop + ", one step";
    }
    sentence +=
        "; " + bytes_clause(row, base, metric_name::requested_bytes, metric_name::requested_ratio, "requests", true);
    sentence += "; " + bytes_clause(row, base, metric_name::dram_bytes, metric_name::amplification,
                                    "moves at the memory controller", false);
    for (const SummaryRow* each : {&row, base}) {
        if (each != nullptr && each->stationary == false) sentence += "; the traffic of " + each->loop + " drifts";
    }
    if (row.bound_bytes == 0) sentence += "; the bound is 0, so there is no ratio to it";
    out.bytes = bound_lines(row);
    out.sentence = sentence + ".";
    return out;
}

} // namespace bytebound
