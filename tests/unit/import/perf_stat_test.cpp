#include <catch2/catch.hpp>

#include "import/perf_stat.hpp"
#include "support/imported_text.hpp"

using namespace bytebound;
using test::Strings;

namespace {

struct Imported {
    Strings rows, notes;
    std::string fault;
};

Imported import_of(std::string_view text, const ImportOptions& options = {"prog", false, "", {}, ""}) {
    ImportBuilder builder;
    builder.set_naming(perf_stat_metric);
    TextLines lines(text_source(text), "p.csv");
    const auto done = import_perf_stat(lines, options, builder);
    Imported out{test::lines_of(builder.samples()), {}, done ? "" : to_line(done.error())};
    for (const ImportNote& note : builder.notes())
        out.notes.push_back(note.text);
    return out;
}

} // namespace

// The texts follow the output of perf 6.1 on Linux 6.1; numbers are shortened.

TEST_CASE("a line of perf stat -x is one event, with its unit as a base unit") {
    CHECK(import_of("# started on Mon Nov 30 16:52:03 2026\n\n"
                    "1.04,msec,task-clock,1039160,100.00,0.004,CPUs utilized\n"
                    "75,,page-faults,1039160,100.00,72.174,K/sec\n"
                    "2373410,,instructions:u,1039160,100.00,,\n"
                    "104557,ns,duration_time,104557,100.00,,\n")
              .rows == Strings{"prog task_clock_ns 0.0 = 1040000 ns counted", "prog page_faults 0.0 = 75 counted",
                               "prog instructions 0.0 = 2373410 counted", "prog time_ns 0.0 = 104557 ns timed"});
}

TEST_CASE("an event without a count has perf's reason, and a count of 0 is one") {
    CHECK(import_of("<not supported>,,instructions,0,100.00,,\n<not counted>,,cycles,0,100.00,,\n0,,cs,9,100.00,,\n")
              .rows == Strings{"prog instructions 0.0 = n/a (perf: not supported)",
                               "prog cycles 0.0 = n/a (perf: not counted)", "prog context_switches 0.0 = 0 counted"});
}

TEST_CASE("an event that did not count the whole time is scaled") {
    CHECK(import_of("1000,,cycles,500,49.87,,\n").rows == Strings{"prog cycles 0.0 = 1000 scaled"});
}

TEST_CASE("counters of the whole machine are shared") {
    CHECK(import_of("12.5,MiB,uncore_imc_0/cas_count_read/,500,100.00,,\n").rows ==
          Strings{"prog uncore_imc_0/cas_count_read/ 0.0 = 13107200 bytes shared"});
    CHECK(import_of("S0,2,7,,page-faults,500,100.00,,\nS0-D0-C1,1,8,,page-faults,500,50.00,,\nCPU1,9,,page-faults,500,"
                    "100.00,,\n"
                    "bash-7218,6,,page-faults,500,100.00,,\n")
              .rows == Strings{"prog@S0 page_faults 0.0 = 7 shared", "prog@S0-D0-C1 page_faults 0.0 = 8 shared",
                               "prog@CPU1 page_faults 0.0 = 9 shared", "prog@bash-7218 page_faults 0.0 = 6 counted"});
}

TEST_CASE("intervals are steps, and their sums are not counted twice") {
    const Imported found = import_of("     0.103454581,75,,cycles,9,100.00,,\n     0.103454581,1,,cs,9,100.00,,\n"
                                     "     0.205227294,<not counted>,,cycles,0,100.00,,\n"
                                     "         summary,76,,cycles,9,100.00,,\n");
    CHECK(found.rows == Strings{"prog cycles 0.0 = 75 counted", "prog context_switches 0.0 = 1 counted",
                                "prog cycles 0.1 = n/a (perf: not counted)"});
    CHECK(found.notes == Strings{"lines of --summary are left out, because they are the sums of the intervals"});
    CHECK(import_of("     0.2,1,,cs,9,100.00,,\n").fault != ""); // perf prints nine decimals
    CHECK(
        import_of("     0.200000000,1,,cs,9,100.00,,\n     0.100000000,1,,cs,9,100.00,,\n").fault.find("ends before") !=
        std::string::npos);
}

TEST_CASE("perf's derived metrics are left out") {
    CHECK(import_of("75,,instructions,9,100.00,0.45,insn per cycle\n,,,,,0.25,stalled cycles per insn\n").rows ==
          Strings{"prog instructions 0.0 = 75 counted"});
}

TEST_CASE("repeats are a mean of an unknown number with its standard error") {
    CHECK(import_of("200,,page-faults,0.50%,1110894,100.00,66.984,K/sec\n").rows ==
          Strings{"prog page_faults 0.0 = 200 counted mean n=0 se=1"});
}

TEST_CASE("the separator is found, also where decimals have commas, or must be given") {
    for (const char* text :
         {"1,06;msec;task-clock;1055205;100,00;0;CPUs utilized\n",
          "1.06\tmsec\ttask-clock\t9\t100.00\t0\tCPUs utilized\n",
          "1.06 msec task-clock 9 100.00 0.772 CPUs utilized\n", "1.06:msec:task-clock:9:100.00::\n"}) {
        INFO(text);
        CHECK(import_of(text).rows == Strings{"prog task_clock_ns 0.0 = 1060000 ns counted"});
    }
    CHECK(import_of("1.06::msec::task-clock::9::100.00::::\n", {"prog", false, "::", {}, ""}).rows.size() == 1);
    // The separator is the decimal comma of its locale.
    CHECK(import_of("1,06,msec,task-clock,1055205,100,00,0,CPUs utilized\n").fault ==
          "import p.csv: no known separator divides its lines into the fields of perf stat -x; say --separator, with "
          "the text of "
          "-x; in a locale with decimal commas use -x ';' or LC_ALL=C");
    CHECK(import_of("0.86.msec.task-clock.858926.100.00.482.814.CPUs utilized\n").fault != "");
}

TEST_CASE("a separator between slashes belongs to the event, and a field behind it is a control group") {
    CHECK(import_of("7,,cpu/event=0x3c,umask=0x0/u,9,100.00,,\n").rows ==
          Strings{"prog cpu/event=0x3c,umask=0x0/u 0.0 = 7 counted"});
    CHECK(import_of("7:::instructions:u:9:100.00::\n", {"prog", false, ":", {}, ""}).fault != "");
    CHECK(import_of("7::instructions:u:9:100.00::\n").rows == Strings{"prog instructions 0.0 = 7 counted"});
    CHECK(import_of("7,,cycles,/system.slice,9,100.00,,\n").rows ==
          Strings{"prog@/system.slice cycles 0.0 = 7 counted"});
}

TEST_CASE("lines of perf stat -j are the same events") {
    CHECK(
        import_of(
            "# started on Mon Nov 30 16:52:04 2026\n\n"
            "{\"interval\" : 0.103459275, \"core\" : \"S0-D0-C0\", \"aggregate-number\" : 1, \"counter-value\" : "
            "\"1.036133\", "
            "\"unit\" : \"msec\", \"event\" : \"task-clock\", \"event-runtime\" : 1036133, \"pcnt-running\" : 100.00, "
            "\"metric-value\" : 0.004059, \"metric-unit\" : \"CPUs utilized\"}\n"
            "{\"cpu\" : \"1\", \"counter-value\" : \"<not supported>\", \"unit\" : \"\", \"event\" : \"instructions\", "
            "\"event-runtime\" : 0, \"pcnt-running\" : 100.00}\n")
            .rows == Strings{"prog@S0-D0-C0 task_clock_ns 0.0 = 1036133 ns shared",
                             "prog@CPU1 instructions 0.0 = n/a (perf: not supported)"});
}

TEST_CASE("JSON that a locale with decimal commas made invalid is read as it was meant") {
    CHECK(
        import_of(
            "{\"counter-value\" : \"0,823294\", \"unit\" : \"msec\", \"event\" : \"task-clock\", \"variance\" : 1,00, "
            "\"event-runtime\" : 823294, \"pcnt-running\" : 50,00, \"metric-value\" : 0,171278}\n")
            .rows == Strings{"prog task_clock_ns 0.0 = 823294 ns scaled mean n=0 se=8232.94"});
}

TEST_CASE("what is not perf stat's output for programs is refused in one line") {
    CHECK(import_of(" Performance counter stats for 'sleep 0.1':\n").fault ==
          "import p.csv:1: this is perf stat's text for people; write it with perf stat -x, or perf stat -j (and -o "
          "FILE)");
    CHECK(import_of("# started on Mon\n").fault ==
          "import p.csv: it contains no event of perf stat; write it with perf stat -x, or perf stat -j (and -o FILE)");
    CHECK(import_of("{\"event\" : 3}\n").fault.find("it has no \"event\"") != std::string::npos);
    CHECK(import_of("1,furlong,cycles,9,100.00,,\n").fault.find("the unit 'furlong' is not known") !=
          std::string::npos);
    CHECK(import_of("1,,cycles,9,100.00,,\n2,,cycles,9,abc,,\n").fault != "");
}
