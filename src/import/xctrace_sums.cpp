#include "import/xctrace_sums.hpp"

#include <array>

#include "catalogue/metrics.hpp"
#include "import/metric_alias.hpp"
#include "import/xctrace.hpp"

namespace bytebound {
namespace {

/// Names of counters on Apple's and Intel's CPUs (/usr/share/kpep) and of Instruments' columns.
constexpr std::array xctrace_names{
    MetricAlias{"cycles", metric_name::cycles},
    MetricAlias{"core-cycles", metric_name::cycles},
    MetricAlias{"FIXED_CYCLES", metric_name::cycles},
    MetricAlias{"CORE_ACTIVE_CYCLE", metric_name::cycles},
    MetricAlias{"Cycles", metric_name::cycles},
    MetricAlias{"instructions", metric_name::instructions},
    MetricAlias{"FIXED_INSTRUCTIONS", metric_name::instructions},
    MetricAlias{"INST_ALL", metric_name::instructions},
    MetricAlias{"Instructions", metric_name::instructions},
    MetricAlias{"weight", metric_name::task_clock_ns},
    MetricAlias{"Weight", metric_name::task_clock_ns},
};

} // namespace

std::string_view xctrace_metric(std::string_view column) { return metric_named(xctrace_names, column); }

std::string_view process_name(std::string_view text) {
    const std::size_t pid = text.rfind(" (");
    return pid == std::string_view::npos || pid == 0 || !text.ends_with(')') ? text : text.substr(0, pid);
}

void XctraceSums::add(std::string_view process, std::string_view column, std::string_view unit, double value) {
    Sum& sum = sums_[{std::string(process), std::string(column)}];
    sum.unit = unit;
    sum.value += value;
    ++sum.rows;
}

Result<void> XctraceSums::put(const std::string& subject, ImportBuilder& into) const {
    for (const auto& [key, sum] : sums_) {
        ImportedNumber number;
        number.subject = subject;
        number.place = key.first;
        number.metric = key.second;
        number.unit = sum.unit;
        // A weight is the time that a sample stands for: extrapolated, not measured by a clock.
        const bool weight = xctrace_metric(key.second) == metric_name::task_clock_ns;
        number.tier = weight ? Tier::scaled : sum.unit == "ns" ? Tier::timed : Tier::counted;
        number.n = sum.rows;
        number.value = sum.value;
        if (sum.unit == "%") {
            number.stat = ImportedStat::mean;
            *number.value /= static_cast<double>(sum.rows);
        }
        TRY(into.add(number));
    }
    return {};
}

} // namespace bytebound
