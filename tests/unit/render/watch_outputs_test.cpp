#include <catch2/catch.hpp>

#include "render/answers/watch_outputs.hpp"

using namespace bytebound;

namespace {

WatchHeader watch_header() {
    WatchHeader header;
    header.host = "h";
    header.started = "2026-01-31T12:00:00Z";
    header.command = "bytebound watch";
    header.interval_s = 0.5;
    header.cpus = {0, 1};
    WatchColumn read, write, cpi, mpki, raw;
    read.kind = write.kind = WatchKind::bandwidth;
    read.key = "node0_ddr_read_gbps";
    read.nodes = {0};
    read.traffic = {MemoryClass::ddr, Direction::read};
    read.unit = "GB/s";
    read.source = "uncore";
    read.tier = Tier::shared;
    write = read;
    write.key = "node0_ddr_write_gbps";
    write.traffic = {MemoryClass::ddr, Direction::write};
    cpi.kind = mpki.kind = WatchKind::ratio;
    cpi.key = "cpi";
    cpi.source = "perf";
    cpi.domain = "uk";
    mpki.key = "llc_mpki";
    mpki.reason = "no preset has the event";
    mpki.remedy = "give --events";
    raw.key = "cycles:uk_per_s";
    raw.event = "cycles:uk";
    raw.unit = "/s";
    raw.source = "perf";
    raw.domain = "uk";
    raw.in_tables = false;
    header.columns = {read, write, cpi, mpki, raw};
    return header;
}

WatchLine watch_line() {
    WatchLine line;
    line.time = "2026-01-31T12:00:01.250Z";
    line.elapsed_s = 1.25;
    line.interval_s = 0.75;
    line.late = true;
    line.cpus = {0, 1};
    line.values = {{1.5, 1.125e9, ReadingState::counted, {}},
                   {{}, {}, ReadingState::read_failed, "the box, \"0\", is gone"},
                   {2.0, {}, ReadingState::scaled, {}},
                   {{}, {}, ReadingState::unsupported, "no preset has the event"},
                   {4000.0, 3000.0, ReadingState::counted, {}}};
    return line;
}

} // namespace

TEST_CASE("a log says once what is counted and why something is not, then a line per interval") {
    CHECK(watch_log_head(watch_header()) ==
          "# bytebound watch on h, 2 CPUs (0-1), from 2026-01-31T12:00:00Z, a line every 0.5 s\n"
          "# node 0 ddr read GB/s, node 0 ddr write GB/s: uncore, shared\n"
          "# CPI: perf, counted, user and kernel code\n"
          "# LLC MPKI: n/a: no preset has the event; give --events\n"
          "#                 node 0 ddr  node 0 ddr                 LLC\n"
          "    time       s   read GB/s  write GB/s       CPI      MPKI\n");
    CHECK(watch_log_line(watch_header(), watch_line()) ==
          "12:00:01   0.750        1.50         n/a        2~       n/a  late\n");
    CHECK(watch_log_reasons(watch_header(), watch_line()) == "# node 0 ddr write GB/s: n/a: the box, \"0\", is gone\n");
}

TEST_CASE("a value that is not 0 is never shown as 0") {
    WatchLine line = watch_line();
    line.values[0].value = 3.2e-5;
    line.values[1] = {0.0, 0.0, ReadingState::counted, {}};
    line.late = false;
    CHECK(watch_log_line(watch_header(), line) == "12:00:01   0.750     <0.0001           0        2~       n/a\n");
    CHECK(watch_log_reasons(watch_header(), line).empty());
}

TEST_CASE("on a terminal there is a table of nodes, then the other values and the reasons") {
    CHECK(watch_screen(watch_header(), watch_line(), 60) == "h, 2 CPUs (0-1), 12:00:01 UTC, 0.750 s, late\n"
                                                            "            read GB/s  write GB/s\n"
                                                            "node 0 ddr       1.50         n/a\n"
                                                            "CPI        2~\n"
                                                            "LLC MPKI  n/a\n"
                                                            "LLC MPKI: n/a: no preset has the event; give --events\n"
                                                            "node 0 ddr write GB/s: n/a: the box, \"0\", is gone\n");
}

TEST_CASE("CSV has value, tier, source, state and reason of each column, quoted as RFC 4180 requires") {
    CHECK(watch_csv_head(watch_header()) ==
          "# schema: bytebound.watch-csv/1\n# host: h\n# timestamp: 2026-01-31T12:00:00Z\n# interval: 0.5 s\n# CPUs: "
          "0-1\n"
          "# command: bytebound watch\n"
          "# node 0 ddr read GB/s, node 0 ddr write GB/s: uncore, shared\n"
          "# CPI: perf, counted, user and kernel code\n"
          "# LLC MPKI: n/a: no preset has the event; give --events\n"
          "time,elapsed_s,interval_s,late,cpus,"
          "node0_ddr_read_gbps,node0_ddr_read_gbps_tier,node0_ddr_read_gbps_source,node0_ddr_read_gbps_state,"
          "node0_ddr_read_gbps_reason,"
          "node0_ddr_write_gbps,node0_ddr_write_gbps_tier,node0_ddr_write_gbps_source,node0_ddr_write_gbps_state,"
          "node0_ddr_write_gbps_reason,"
          "cpi,cpi_tier,cpi_source,cpi_state,cpi_reason,llc_mpki,llc_mpki_tier,llc_mpki_source,llc_mpki_state,"
          "llc_mpki_reason,"
          "cycles:uk_per_s,cycles:uk_per_s_tier,cycles:uk_per_s_source,cycles:uk_per_s_state,cycles:uk_per_s_reason\n");
    CHECK(watch_csv_line(watch_header(), watch_line()) ==
          "2026-01-31T12:00:01.250Z,1.25,0.75,1,0-1,1.5,shared,uncore,counted,,"
          ",,,read_failed,\"the box, \"\"0\"\", is gone\","
          "2,scaled,perf,scaled,,,,,unsupported,no preset has the event,4000,counted,perf,counted,\n");
}

TEST_CASE("a JSON line has each value with its count, tier, source, domain, state and reason") {
    CHECK(watch_json_line(watch_header(), watch_line()) ==
          R"({"schema":"bytebound.watch/1","time":"2026-01-31T12:00:01.250Z","elapsed_s":1.25,"interval_s":0.75,)"
          R"("late":true,"cpus":[0,1],"dram":[{"nodes":[0],"memory":"ddr",)"
          R"("read":{"value":1.5,"unit":"GB/s","count":1125000000,"tier":"shared","source":"uncore","domain":null,)"
          R"("state":"counted","reason":null,"remedy":null},)"
          R"("write":{"value":null,"unit":"GB/s","count":null,"tier":null,"source":"uncore","domain":null,)"
          R"("state":"read_failed","reason":"the box, \"0\", is gone","remedy":null}}],)"
          R"("cpi":{"value":2,"unit":null,"count":null,"tier":"scaled","source":"perf","domain":"uk","state":"scaled",)"
          R"("reason":null,"remedy":null},)"
          R"("llc_mpki":{"value":null,"unit":null,"count":null,"tier":null,"source":null,"domain":null,)"
          R"("state":"unsupported","reason":"no preset has the event","remedy":"give --events"},)"
          R"("events":[{"name":"cycles:uk","value":4000,"unit":"/s","count":3000,"tier":"counted","source":"perf",)"
          R"("domain":"uk","state":"counted","reason":null,"remedy":null}]})"
          "\n");
}
