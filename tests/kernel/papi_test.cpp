// PAPI itself, with an event that this program defines: software-defined events need no hardware counter.

#include <papi.h>
#include <sde_lib.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "counters/papi/papi_collector.hpp"
#include "counters/papi/papi_library.hpp"
#include "kernel_main.hpp"

using namespace bytebound;

namespace {

long long rows = 0, bytes = 0;

/// Must exist before the library is initialised.
void define_events() {
    papi_handle_t library = papi_sde_init("test");
    papi_sde_register_counter(library, "rows", PAPI_SDE_RO | PAPI_SDE_DELTA, PAPI_SDE_long_long, &rows);
    papi_sde_register_counter(library, "bytes", PAPI_SDE_RO | PAPI_SDE_DELTA, PAPI_SDE_long_long, &bytes);
}

CountingPlan planned(PapiCollector& collector, std::vector<std::string> names) {
    PlanRequest request;
    request.names = std::move(names);
    auto plan = collector.plan(request);
    INFO((plan ? "" : to_line(plan.error())));
    REQUIRE(plan);
    return *plan;
}

} // namespace

TEST_CASE("PAPI is available and lists the components that count") {
    const Capability capability = PapiCollector(kernel_sys, SysRoot()).capability();
    INFO(capability.cause);
    REQUIRE(capability.available);
    CHECK(capability.cause.starts_with("PAPI " + papi_version() + ": "));
    CHECK(capability.cause.find("sde") != std::string::npos);
    CHECK(capability.cause.find("sysdetect") == std::string::npos);
}

TEST_CASE("PAPI's counts have exact differences, in the order of the plan, with our own times") {
    PapiCollector collector(kernel_sys, SysRoot());
    const CountingPlan plan = planned(collector, {"sde:::test::bytes", "PAPI_TOT_INS", "sde:::test::rows"});
    CHECK(plan.source == "papi");
    CHECK(plan.passes == 1);
    CHECK(plan.events[0].pass == 0);
    CHECK(plan.events[2].pass == 0);
    const bool has_preset = plan.events[1].pass == 0;
    if (!has_preset) CHECK_FALSE(plan.events[1].reason.empty());
    auto counters = collector.open(plan, 0);
    INFO((counters ? "" : to_line(counters.error())));
    REQUIRE(counters);
    REQUIRE((*counters)->size() == (has_preset ? 3 : 2));
    std::vector<CounterValue> before(3), after(3);
    for (const long long step : {1, 4096}) {
        REQUIRE((*counters)->read(before));
        rows += step;
        bytes += 64 * step;
        REQUIRE((*counters)->read(after));
        const Reading counted_bytes = difference(before[0], after[0]);
        const Reading counted_rows = difference(before[has_preset ? 2 : 1], after[has_preset ? 2 : 1]);
        CHECK(counted_bytes.count == static_cast<std::uint64_t>(64 * step));
        CHECK(counted_rows.count == static_cast<std::uint64_t>(step));
        CHECK(counted_rows.state == ReadingState::counted);
        CHECK(counted_rows.enabled_ns == counted_rows.running_ns);
    }
}

TEST_CASE("every thread has its own sets") {
    PapiCollector collector(kernel_sys, SysRoot());
    const CountingPlan plan = planned(collector, {"sde:::test::rows"});
    auto mine = collector.open(plan, 0);
    REQUIRE(mine);
    CounterValue before, after;
    REQUIRE((*mine)->read(std::span(&before, 1)));
    bool read = false;
    CounterValue others;
    std::thread([&] {
        auto counters = collector.open(plan, 0);
        if (!counters) return;
        rows += 5;
        read = (*counters)->read(std::span(&others, 1));
    }).join();
    CHECK(read);
    CHECK(others.count == 5);
    REQUIRE((*mine)->read(std::span(&after, 1)));
    CHECK(difference(before, after).count == 5); // the event counts the whole program
}

TEST_CASE("a preset that PAPI does not have is wrong, with the nearest one") {
    PapiCollector collector(kernel_sys, SysRoot());
    PlanRequest request;
    request.names = {"PAPI_TOT_INSS"};
    const auto plan = collector.plan(request);
    REQUIRE_FALSE(plan);
    CHECK(to_line(plan.error()) ==
          "resolve event PAPI_TOT_INSS: PAPI has no preset of this name; did you mean PAPI_TOT_INS?");
    request.names = {"cyclse"};
    REQUIRE_FALSE(collector.plan(request));
    CHECK(collector.plan(request).error().remedy == "did you mean cycles?");
}

TEST_CASE("an event that PAPI cannot open has PAPI's message") {
    PapiCollector collector(kernel_sys, SysRoot());
    const CountingPlan plan = planned(collector, {"sde:::test::rows", "nosuchcomponent:::event", "r01c0"});
    CHECK(plan.events[0].pass == 0);
    CHECK(plan.events[1].pass == -1);
    CHECK(plan.events[1].reason.starts_with("PAPI says: "));
    CHECK(plan.events[2].pass == -1);
    CHECK(plan.events[2].remedy.ends_with("or --collector perf"));
}

TEST_CASE("the kernel's software events count through PAPI if its perf_event component is enabled") {
    PapiCollector collector(kernel_sys, SysRoot());
    const CountingPlan plan = planned(collector, {"page-faults", "context-switches"});
    const auto components = papi_components();
    const bool active = std::any_of(components.begin(), components.end(), [](const PapiComponent& component) {
        return component.name == "perf_event" && component.enabled;
    });
    for (const PlannedEvent& event : plan.events) {
        INFO(event.name << ": " << event.reason);
        // If the component is disabled, PAPI's reason is shown ("libpfm4 no default PMU found" if its tables lack the
        // CPU).
        if (!active) CHECK(event.reason.find("perf_event: ") != std::string::npos);
        if (active) CHECK(event.pass == 0);
    }
    if (!active) return;
    auto counters = collector.open(plan, 0);
    REQUIRE(counters);
    std::vector<CounterValue> before(2), after(2);
    REQUIRE((*counters)->read(before));
    for (int i = 0; i < 10; ++i)
        ::usleep(100);
    REQUIRE((*counters)->read(after));
    CHECK(difference(before[1], after[1]).count >= 10);
}

TEST_CASE("output of a library is suppressed while QuietOutput exists, and appears afterwards") {
    int ends[2] = {};
    REQUIRE(::pipe(ends) == 0);
    std::fflush(nullptr);
    const int saved = ::dup(1);
    REQUIRE(::dup2(ends[1], 1) == 1);
    {
        const QuietOutput quiet;
        std::printf("Exception caught: rsmi_init\n");
    }
    std::printf("ours\n");
    std::fflush(nullptr);
    ::dup2(saved, 1);
    ::close(saved);
    char text[64] = {};
    const auto bytes_read = ::read(ends[0], text, sizeof text);
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(std::string(text, static_cast<std::size_t>(std::max<ssize_t>(0, bytes_read))) == "ours\n");
}

int main(int argc, char** argv) {
    define_events();
    const Capability capability = PapiCollector(kernel_sys, SysRoot()).capability();
    return run_unless(capability.available ? "" : "PAPI counts nothing here: " + capability.cause, argc, argv);
}
