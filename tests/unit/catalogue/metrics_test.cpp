#include <catch2/catch.hpp>

#include <set>

#include "catalogue/metrics.hpp"

using namespace bytebound;

namespace {

std::vector<std::string_view> names_of(const std::vector<const MetricEntry*>& entries) {
    std::vector<std::string_view> names;
    for (const MetricEntry* entry : entries)
        names.push_back(entry->name);
    return names;
}

} // namespace

TEST_CASE("every metric has a unique name, a unit and a meaning") {
    std::set<std::string_view> names;
    for (const auto table : {metrics(), gap_metrics()})
        for (const MetricEntry& metric : table) {
            INFO(metric.name);
            CHECK(names.insert(metric.name).second);
            CHECK_FALSE(metric.unit.empty());
            CHECK_FALSE(metric.meaning.empty());
        }
    CHECK(find_metric("dram_bytes")->name == "dram_bytes");
    CHECK(find_metric("gap_dram_read_bytes") == nullptr);
    CHECK(find_metric("") == nullptr);
}

TEST_CASE("a derived metric refers to metrics of the table, and a ratio never to another ratio") {
    for (const MetricEntry& metric : metrics()) {
        INFO(metric.name);
        const bool ratio = metric.origin == MetricOrigin::ratio;
        CHECK(ratio == (metric.stat == Stat::ratio || metric.stat == Stat::rate));
        CHECK(ratio == (find_metric(metric.numerator) != nullptr && find_metric(metric.denominator) != nullptr));
        if (ratio) CHECK(find_metric(metric.numerator)->origin != MetricOrigin::ratio);
        if (ratio) CHECK(find_metric(metric.denominator)->origin != MetricOrigin::ratio);
        for (const std::string_view addend : metric.addends)
            CHECK((addend.empty() || find_metric(addend) != nullptr));
        CHECK((metric.fitted_over.empty() || find_metric(metric.fitted_over) != nullptr));
    }
}

TEST_CASE("no event name feeds two metrics, and every event metric has an event name or the preset's event") {
    std::set<std::string_view> events;
    for (const MetricEntry& metric : metrics()) {
        INFO(metric.name);
        for (const std::string_view event : metric.events)
            CHECK(events.insert(event).second);
        CHECK((metric.default_place != 0) == (metric.preset_event || !metric.events.empty()));
        if (metric.origin == MetricOrigin::counted) CHECK(metric.default_place != 0);
    }
    CHECK(names_of(default_metrics()) == std::vector<std::string_view>{"cycles", "instructions", "llc_misses",
                                                                       "task_clock_ns", "page_faults",
                                                                       "context_switches", "cpu_migrations"});
}

TEST_CASE("a metric that counters feed is qualified on kernels, whose amounts have a unit") {
    for (const MetricEntry& metric : metrics()) {
        INFO(metric.name);
        CHECK(metric.kernels.empty() == metric.counted_in.empty());
    }
}

TEST_CASE("the main table, the comparisons and the DRAM bytes list their metrics in this order") {
    CHECK(names_of(table_metrics()) == std::vector<std::string_view>{"time_ns", "requested_bytes", "dram_bytes",
                                                                     "bound_bytes", "min_bytes", "requested_ratio",
                                                                     "amplification", "cpi", "llc_mpki"});
    CHECK(names_of(compared_metrics()) ==
          std::vector<std::string_view>{"time_ns", "requested_bytes", "dram_bytes", "llc_misses"});
    CHECK(names_of(dram_metrics()) ==
          std::vector<std::string_view>{"dram_read_bytes", "dram_write_bytes", "dram_bytes"});
    CHECK(dram_metric(Direction::write).name == "dram_write_bytes");
}

TEST_CASE("ratios of DRAM bytes depend on DRAM, and both events of a ratio are counted in one group") {
    CHECK(rests_on_dram(*find_metric("dram_gbps")));
    CHECK(rests_on_dram(*find_metric("dram_read_bytes")));
    CHECK_FALSE(rests_on_dram(*find_metric("requested_gbps")));
    CHECK(divides_events(*find_metric("cpi")));
    CHECK(divides_events(*find_metric("llc_mpki")));
    CHECK_FALSE(divides_events(*find_metric("dram_gbps")));
    CHECK(is_divided_with_another_event("llc_misses"));
    CHECK_FALSE(is_divided_with_another_event("task_clock_ns"));
    CHECK_FALSE(is_divided_with_another_event("dram_bytes"));
    CHECK_FALSE(is_divided_with_another_event(""));
}
