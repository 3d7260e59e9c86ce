#include <catch2/catch.hpp>

#include "import/likwid.hpp"
#include "support/imported_text.hpp"

using namespace bytebound;
using test::Strings;

namespace {

struct ImportedTables {
    Strings rows, notes;
    std::string fault;
};

ImportedTables tables_of(std::string_view text) {
    ImportBuilder builder;
    builder.set_naming(likwid_metric);
    TextLines lines(text_source(text), "l.csv");
    const auto done = import_likwid(lines, {"prog", false, "", {}, ""}, builder);
    ImportedTables out{{}, {}, done ? "" : to_line(done.error())};
    for (const ImportNote& note : builder.notes())
        out.notes.push_back(note.text);
    out.rows = test::lines_of(builder.take());
    return out;
}

} // namespace

// The texts follow the output of LIKWID 5.2's own printing code for made-up counts.

TEST_CASE("events and metrics are of one hardware thread each, and statistics over them are left out") {
    const auto found =
        tables_of("STRUCT,Info,3,\nCPU name:,X,,\nCPU type:,Y,,\nCPU clock:,2.3 GHz,,\n"
                  "TABLE,Group 1 Raw,CLOCK,2,\nEvent,Counter,HWThread 0,HWThread 4\n"
                  "INSTR_RETIRED_ANY,FIXC0,1000,3000\nL1D_REPLACEMENT,PMC0,7,0\n"
                  "TABLE,Group 1 Raw STAT,CLOCK,2,,\nEvent,Counter,Sum,Min,Max,Avg\n"
                  "INSTR_RETIRED_ANY STAT,FIXC0,4000,1000,3000,2000\nL1D_REPLACEMENT STAT,PMC0,7,0,7,3.5\n"
                  "TABLE,Group 1 Metric,CLOCK,2,\nMetric,HWThread 0,HWThread 4,\n"
                  "Runtime (RDTSC) [s],0.5000,0.5000,\nClock [MHz],2500,nan,\n");
    CHECK(found.fault == "");
    CHECK(found.rows == Strings{"prog@HWThread 0 instructions 0.0 = 1000 counted",
                                "prog@HWThread 4 instructions 0.0 = 3000 counted",
                                "prog@HWThread 0 L1D_REPLACEMENT:PMC0 0.0 = 7 counted",
                                "prog@HWThread 4 L1D_REPLACEMENT:PMC0 0.0 = 0 counted",
                                "prog@HWThread 0 time_ns 0.0 = 500000000 ns timed",
                                "prog@HWThread 4 time_ns 0.0 = 500000000 ns timed",
                                "prog@HWThread 0 Clock [MHz] 0.0 = 2500000000 hz counted",
                                "prog@HWThread 4 Clock [MHz] 0.0 = n/a (LIKWID printed 'nan')"});
    CHECK(found.notes.size() == 1);
}

TEST_CASE("a counter of the socket is shared, and 0 on the other threads is not a count") {
    const auto found =
        tables_of("TABLE,Region copy,Group 1 Raw,MEM,2,\nRegion Info,HWThread 0,HWThread 1,\nRDTSC Runtime "
                  "[s],0.250000,0.250000,\n"
                  "call count,10,10,\nEvent,Counter,HWThread 0,HWThread 1\nCAS_COUNT_RD,MBOX0C0,15625000,0\n"
                  "CAS_COUNT_WR,MBOX0C1,0,0\n"
                  "TABLE,Region copy,Group 1 Metric,MEM,3\nMetric,HWThread 0,HWThread 1\nCPI,2.5000,1.5000\n"
                  "Memory read data volume [GBytes],1.0000,0\nMemory bandwidth [MBytes/s],2000,0\n");
    const std::string other = "n/a (a counter of the whole socket, which LIKWID counts for one hardware thread of it)";
    CHECK(found.rows == Strings{"copy@HWThread 0 RDTSC Runtime [s] 0.0 = 250000000 ns timed",
                                "copy@HWThread 1 RDTSC Runtime [s] 0.0 = 250000000 ns timed",
                                "copy@HWThread 0 call count 0.0 = 10 counted",
                                "copy@HWThread 1 call count 0.0 = 10 counted",
                                "copy@HWThread 0 CAS_COUNT_RD:MBOX0C0 0.0 = 15625000 shared",
                                "copy@HWThread 1 CAS_COUNT_RD:MBOX0C0 0.0 = " + other,
                                "copy@HWThread 0 CAS_COUNT_WR:MBOX0C1 0.0 = 0 shared",
                                "copy@HWThread 1 CAS_COUNT_WR:MBOX0C1 0.0 = 0 shared",
                                "copy@HWThread 0 CPI 0.0 = 2.5 counted", "copy@HWThread 1 CPI 0.0 = 1.5 counted",
                                "copy@HWThread 0 dram_read_bytes 0.0 = 1000000000 bytes shared",
                                "copy@HWThread 1 dram_read_bytes 0.0 = " + other,
                                "copy@HWThread 0 Memory bandwidth [MBytes/s] 0.0 = 2000000000 bytes/s shared",
                                "copy@HWThread 1 Memory bandwidth [MBytes/s] 0.0 = " + other});
}

TEST_CASE("two groups counted in turns, and their equal events have names of their own") {
    const auto found = tables_of("TABLE,Group 1 Raw,L3,1\nEvent,Counter,HWThread 0\nINSTR_RETIRED_ANY,FIXC0,1000\n"
                                 "TABLE,Group 2 Raw,MEM,1\nEvent,Counter,HWThread 0\nINSTR_RETIRED_ANY,FIXC0,2000\n");
    CHECK(found.rows == Strings{"prog@HWThread 0 instructions 0.0 = 1000 counted",
                                "prog@HWThread 0 instructions#2 0.0 = 2000 counted"});
    CHECK(found.notes == Strings{"the groups of a region counted in turns, and LIKWID does not extrapolate: each count "
                                 "is of a part of the run"});
}

TEST_CASE("what is not LIKWID's CSV is refused in one line") {
    const std::string how = "; write it with likwid-perfctr -O (and -o FILE.csv)";
    CHECK(tables_of("hello\n").fault == "import l.csv: it contains no table of likwid-perfctr" + how);
    CHECK(tables_of("ERROR - [./src/perfmon.c:perfmon_init_maps:1162] Unsupported Processor\n")
              .fault.starts_with("import l.csv: LIKWID counted nothing: ERROR - "
                                 "[./src/perfmon.c:perfmon_init_maps:1162] Unsupported Processor; "));
    CHECK(tables_of("TABLE,Group 1 Topology,x\n").fault ==
          "import l.csv:1: the table 'Group 1 Topology' is not known" + how);
    CHECK(tables_of("TABLE,Group 1 Raw,L3,1\nEvent,Counter,HWThread 0\nA,PMC0\n").fault ==
          "import l.csv:3: it has fewer columns than the header of its table" + how);
    CHECK(tables_of("TABLE,Group 1 Raw,L3,1\nEvent,Counter,HWThread 0\nA,PMC0,12x\n").fault ==
          "import l.csv:3: '12x' is not a number" + how);
    CHECK(tables_of("TABLE,Group 1 Raw,L3,1\nA,PMC0,12\n").fault ==
          "import l.csv:2: a row precedes the header of its table" + how);
    CHECK(tables_of("# GID,MetricsCount,CpuCount,Total runtime [s]\n").fault.find("it is a timeline") !=
          std::string::npos);
}

TEST_CASE("counters of one hardware thread are known by their names") {
    for (const char* name : {"FIXC0", "PMC3", "TSC", "TMP0"})
        CHECK(is_thread_counter(name));
    for (const char* name : {"MBOX0C0", "DFC1", "CBOX3C1", "CPMC0", "PWR0", "PMCX", ""})
        CHECK_FALSE(is_thread_counter(name));
}
