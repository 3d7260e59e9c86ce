#include <catch2/catch.hpp>

#include "render/answers/events_text.hpp"

using namespace bytebound;

namespace {

ResolvedName tsc() {
    Event event;
    event.name = "msr/tsc/";
    event.pmu = "msr";
    event.type = 9;
    event.config = 0;
    event.domain = Domain::unrestricted;
    event.origin = "sysfs alias";
    PlannedEvent planned;
    planned.name = event.name;
    planned.pass = 0;
    return {event.name, {event, "", ""}, planned};
}

ResolvedName cas() {
    Event event;
    event.name = "uncore_imc_0/cas_count_read/";
    event.pmu = "uncore_imc_0";
    event.type = 14;
    event.config = 0x304;
    event.config1 = 1;
    event.scope = Scope::cpu;
    event.cpus = {0, 28};
    event.scale = 0.5;
    event.unit = "MiB";
    event.domain = Domain::unrestricted;
    event.origin = "sysfs alias";
    return {event.name, {event, "", ""}, std::nullopt};
}

ResolvedName refused() {
    ResolvedName out = tsc();
    out.planned->pass = -1;
    out.planned->reason = "the kernel refuses";
    out.planned->remedy = "lower perf_event_paranoid";
    return out;
}

ResolvedName absent() { return {"cycles", {std::nullopt, "no core PMU", "run on bare metal"}, std::nullopt}; }

} // namespace

TEST_CASE("a resolved event shows PMU, config words, domain, scale and whether it opens") {
    CHECK(events_resolve_text({tsc(), cas(), absent()}) ==
          "name                          PMU           type:config    domain  scope        scale    opens here  from\n"
          "msr/tsc/                      msr           0x9:0x0        -       thread       1        yes         sysfs "
          "alias\n"
          "uncore_imc_0/cas_count_read/  uncore_imc_0  0xe:0x304:0x1  -       CPU on 0,28  0.5 MiB  not probed  sysfs "
          "alias\n"
          "cycles                        n/a           n/a            n/a     n/a          n/a      no\n"
          "\n"
          "cycles: no core PMU; run on bare metal\n");
}

TEST_CASE("an event that the kernel refuses has a reason and a remedy") {
    const std::string text = events_resolve_text({refused()});
    CHECK(text.ends_with("\nmsr/tsc/: the kernel refuses; lower perf_event_paranoid\n"));
    const std::string json = events_resolve_json({refused()});
    CHECK(json.find("\"opens\": false") != std::string::npos);
    CHECK(json.find("\"reason\": \"the kernel refuses\"") != std::string::npos);
}

TEST_CASE("in JSON the `opens` of an event that was not tried is null") {
    CHECK(events_resolve_json({cas()}).find("\"opens\": null") != std::string::npos);
    CHECK(events_resolve_json({tsc()}).find("\"opens\": true") != std::string::npos);
    CHECK(events_resolve_json({absent()}).find("\"event\": null") != std::string::npos);
    CHECK(events_resolve_json({cas()}).find("\"config\": \"0x304\"") != std::string::npos);
}

TEST_CASE("the list of events groups names by kind and PMU") {
    CHECK(events_list_text({{"cycles", "cpu", "hardware"}, {"cpu-clock", "software", "software"}}) ==
          "name       kind      PMU\n"
          "cycles     hardware  cpu\n"
          "\n"
          "cpu-clock  software  software\n");
    CHECK(events_list_json({{"cycles", "cpu", "hardware"}}).find("\"kind\": \"hardware\"") != std::string::npos);
}

TEST_CASE("the list of events says how to list thousands of vendor names, and does not print them") {
    const std::vector<VendorPmu> vendor = {{"skx", "Intel Skylake X", 81, false}, {"perf", "generic", 82, true}};
    CHECK(events_list_text({{"cycles", "cpu", "hardware"}}, vendor) ==
          "name    kind      PMU\n"
          "cycles  hardware  cpu\n"
          "\n"
          "libpfm4 knows the names of 2 PMUs more; found here: perf. See bytebound events list PMU::\n");
    const std::string json = events_list_json({{"cycles", "cpu", "hardware"}}, vendor);
    CHECK(json.find("\"name\": \"skx\",\n      \"description\": \"Intel Skylake X\",\n      \"events\": 81,\n"
                    "      \"present\": false") != std::string::npos);
}
