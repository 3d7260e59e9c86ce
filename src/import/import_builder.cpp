#include "import/import_builder.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"

namespace bytebound {
namespace {

constexpr std::size_t longest_name = 1000;

Failure too_many(std::string_view what) {
    return fail({ExitCode::bad_data, "import", std::string(what), "there are too many of them",
                 "import fewer files, or fewer events at a time"});
}

/// Names that two metrics have become two names.
void separate_units(std::vector<ImportedMetric>& metrics) {
    std::map<std::string, std::string> unit_of_name;
    for (ImportedMetric& metric : metrics) {
        std::string name = metric.name;
        const auto known = unit_of_name.find(name);
        if (known != unit_of_name.end() && known->second != metric.unit)
            name = fmt::format("{} [{}]", metric.name, metric.unit.empty() ? "count" : metric.unit);
        for (int number = 2; unit_of_name.contains(name); ++number)
            name = fmt::format("{}#{}", metric.name, number);
        metric.name = name;
        unit_of_name.emplace(std::move(name), metric.unit);
    }
}

auto key_of(const ImportedSample& row) { return std::tuple(row.subject, row.metric, row.repeat, row.step); }

} // namespace

ImportedSamples ImportBuilder::take() {
    ImportedSamples& out = samples_;
    std::vector<std::uint32_t> order(out.rows.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return key_of(out.rows[a]) < key_of(out.rows[b]); });
    std::map<std::pair<std::uint32_t, std::size_t>, std::uint32_t> further; // metric, number -> metric
    std::vector<bool> dropped(out.rows.size());
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
        const auto key = key_of(out.rows[order[begin]]);
        std::vector<std::uint32_t> kept;
        for (; end < order.size() && key_of(out.rows[order[end]]) == key; ++end) {
            const ImportedSample& row = out.rows[order[end]];
            const bool repeated =
                std::any_of(kept.begin(), kept.end(), [&](std::uint32_t at) { return out.rows[at] == row; });
            if (repeated)
                dropped[order[end]] = true;
            else
                kept.push_back(order[end]);
        }
        for (std::size_t i = 1; i < kept.size(); ++i) {
            ImportedSample& row = out.rows[kept[i]];
            const auto [at, added] = further.try_emplace({row.metric, i}, out.metrics.size());
            if (added) out.metrics.push_back(out.metrics[row.metric]);
            row.metric = at->second;
        }
    }
    std::size_t at = 0;
    std::erase_if(out.rows, [&](const ImportedSample&) { return dropped[at++]; });
    separate_units(out.metrics);
    return std::move(samples_);
}

std::uint32_t ImportBuilder::reason_of(std::string_view text) {
    if (text.empty()) return 0;
    const auto known = reasons_.find(text);
    if (known != reasons_.end()) return known->second;
    const auto position = static_cast<std::uint32_t>(samples_.reasons.size());
    samples_.reasons.emplace_back(text);
    reasons_.emplace(text, position);
    return position;
}

Result<void> ImportBuilder::add(const ImportedNumber& number) {
    if (samples_.rows.size() >= most_rows) return too_many("rows");
    Pair subject(clipped(number.subject, longest_name), clipped(number.place, longest_name));
    auto subject_at = subjects_.find(subject);
    if (subject_at == subjects_.end()) {
        if (subjects_.size() >= most_names) return too_many("programs, regions or kernels");
        samples_.subjects.push_back({subject.first, subject.second});
        subject_at = subjects_.emplace(std::move(subject), samples_.subjects.size() - 1).first;
    }
    Pair metric(clipped(number.metric, longest_name), std::string(number.unit));
    auto metric_at = metrics_.find(metric);
    if (metric_at == metrics_.end()) {
        if (metrics_.size() >= most_names) return too_many("metrics");
        const std::string_view name = naming_ == nullptr ? std::string_view() : naming_(metric.first);
        samples_.metrics.push_back({std::string(name.empty() ? metric.first : name), metric.first, metric.second});
        metric_at = metrics_.emplace(std::move(metric), samples_.metrics.size() - 1).first;
    }
    ImportedSample row;
    row.subject = subject_at->second;
    row.metric = metric_at->second;
    row.repeat = repeat_;
    row.step = number.step;
    row.stat = number.stat;
    row.tier = number.tier;
    row.n = number.n;
    row.value = number.value;
    row.deviation = number.deviation;
    row.standard_error = number.standard_error;
    if (!row.value) row.reason = reason_of(number.reason);
    samples_.rows.push_back(row);
    return {};
}

void ImportBuilder::note(std::string text) {
    const auto known =
        std::find_if(notes_.begin(), notes_.end(), [&](const ImportNote& each) { return each.text == text; });
    if (known != notes_.end())
        ++known->lines;
    else
        notes_.push_back({std::move(text), 1});
}

void ImportBuilder::set_origin(const ImportOrigin& origin) {
    for (const auto part :
         {&ImportOrigin::host, &ImportOrigin::started, &ImportOrigin::command, &ImportOrigin::tool_version})
        if ((origin_.*part).empty()) origin_.*part = clipped(origin.*part, longest_name);
}

} // namespace bytebound
