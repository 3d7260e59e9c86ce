#include <catch2/catch.hpp>

#include "import/ncu.hpp"
#include "support/imported_text.hpp"

using namespace bytebound;
using test::Strings;

namespace {

struct ImportedKernels {
    Strings rows, notes;
    Error error;
    std::string fault;
};

ImportedKernels kernels_of(std::string_view text, const ImportOptions& options = {}) {
    ImportBuilder builder;
    builder.set_naming(ncu_metric);
    TextLines lines(text_source(text), "n.csv");
    const auto done = import_ncu(lines, options, builder);
    ImportedKernels out;
    for (const ImportNote& note : builder.notes())
        out.notes.push_back(note.text);
    out.rows = test::lines_of(builder.take());
    if (!done) out.error = done.error();
    if (!done) out.fault = to_line(done.error());
    return out;
}

std::string long_form(const std::string& rows) {
    return "\"ID\",\"Process ID\",\"Process Name\",\"Host Name\",\"Kernel Name\",\"Context\",\"Stream\",\"Block "
           "Size\",\"Grid Size\","
           "\"Device\",\"CC\",\"Section Name\",\"Metric Name\",\"Metric Unit\",\"Metric Value\"\n" +
           rows;
}

std::string row(const std::string& id, const std::string& metric, const std::string& unit, const std::string& value) {
    return "\"" + id +
           "\",\"71\",\"app\",\"n1\",\"copy(float *, int)\",\"1\",\"7\",\"(256, 1, 1)\",\"(64, 1, "
           "1)\",\"0\",\"8.0\",\"S\",\"" +
           metric + "\",\"" + unit + "\",\"" + value + "\"\n";
}

} // namespace

TEST_CASE("the long form has a row per launch and metric, after whatever ncu and the program printed") {
    const auto found = kernels_of("==PROF== Connected to process 71 (/app)\nresult, 3.5\n==PROF== Disconnected\n" +
                                  long_form(row("0", "dram__bytes_read.sum", "byte", "4,608") +
                                            row("0", "gpu__time_duration.sum", "nsecond", "2,304") +
                                            row("1", "dram__bytes_read.sum", "byte", "0") + "==WARNING== late\n" +
                                            row("1", "sm__throughput.avg.pct", "%", "65.77")));
    CHECK(found.fault == "");
    CHECK(found.rows == Strings{"copy(float *, int) dram_read_bytes 0.0 = 4608 bytes counted",
                                "copy(float *, int) time_ns 0.0 = 2304 ns timed",
                                "copy(float *, int) dram_read_bytes 0.1 = 0 bytes counted",
                                "copy(float *, int) sm__throughput.avg.pct 0.1 = 65.77 % counted"});
    REQUIRE(found.notes.size() == 1);
    CHECK(found.notes[0].starts_with("cache state unknown: "));
}

TEST_CASE("the wide form has a second row with units") {
    const auto found =
        kernels_of("\"ID\",\"Kernel Name\",\"Block "
                   "Size\",\"dram__bytes.sum\",\"device__attribute_display_name\",\"gpu__time_duration.sum\"\n"
                   "\"\",\"\",\"\",\"Kbyte\",\"\",\"us\"\n"
                   "\"0\",\"k\",\"(32, 1, 1)\",\"1.50\",\"NVIDIA A100-SXM4-40GB\",\"2.5\"\n",
                   {"", false, "", {}, "--cache-control none"});
    CHECK(found.fault == "");
    CHECK(found.rows == Strings{"k dram_bytes 0.0 = 1500 bytes counted", "k time_ns 0.0 = 2500 ns timed"});
    REQUIRE(found.notes.size() == 2);
    CHECK(found.notes[0].starts_with("ncu scaled units and cut digits off"));
    CHECK(found.notes[1] == "ncu was called with --cache-control none");
}

TEST_CASE("a summary per kernel is a mean over its invocations without their spread") {
    const auto found =
        kernels_of("\"Process ID\",\"Process Name\",\"Kernel Name\",\"Invocations\",\"Metric Name\",\"Metric "
                   "Unit\",\"Minimum\",\"Maximum\",\"Average\"\n"
                   "\"71\",\"app\",\"k\",\"12\",\"dram__bytes_read.sum\",\"byte\",\"100\",\"300\",\"150.25\"\n");
    CHECK(found.rows == Strings{"k dram_read_bytes 0.0 = 150.25 bytes counted mean n=12"});
}

TEST_CASE("what was not measured has ncu's reason, and rows of rules are left out") {
    const auto found =
        kernels_of(long_form(row("0", "a.sum", "", "n/a") + row("0", "b.avg", "", "") + row("0", "c.avg", "", "nan") +
                             row("0", "", "", "") + row("0", "Cluster Scheduling Policy", "", "PolicySpread")));
    CHECK(found.rows == Strings{"copy(float *, int) a.sum 0.0 = n/a (ncu printed n/a)",
                                "copy(float *, int) b.avg 0.0 = n/a (ncu printed nothing)",
                                "copy(float *, int) c.avg 0.0 = n/a (ncu printed nan)"});
}

TEST_CASE("separators follow the numbers that show them") {
    const auto german =
        kernels_of(long_form(row("0", "gpu__time_duration.sum", "ns", "117.344") + row("0", "l2.avg", "", "2.048") +
                             row("0", "x.pct", "%", "65,77") + row("0", "y.sum", "byte", "1.393.472")));
    CHECK(german.rows == Strings{"copy(float *, int) time_ns 0.0 = 117344 ns timed",
                                 "copy(float *, int) l2.avg 0.0 = 2048 counted",
                                 "copy(float *, int) x.pct 0.0 = 65.77 % counted",
                                 "copy(float *, int) y.sum 0.0 = 1393472 bytes counted"});
    const auto english = kernels_of(long_form(row("0", "l2.avg", "", "2.048") + row("0", "x.pct", "%", "65.77")));
    CHECK(english.rows[0] == "copy(float *, int) l2.avg 0.0 = 2.048 counted");
}

TEST_CASE("separators that no number shows, or that differ, are a question to the user") {
    const auto unclear = kernels_of(long_form(row("0", "l2.avg", "", "2.048")));
    CHECK(unclear.error.code == ExitCode::usage);
    CHECK(unclear.fault ==
          "import n.csv: '2.048' may have a decimal or a thousands separator, and no number shows which; "
          "say --decimal point or --decimal comma");
    const auto mixed = kernels_of(long_form(row("0", "a.pct", "%", "65,77") + row("0", "b.pct", "%", "65.77")));
    CHECK(
        mixed.fault ==
        "import n.csv: '65.77' and '65,77' have different decimal separators; say --decimal point or --decimal comma");
    CHECK(kernels_of(long_form(row("0", "l2.avg", "", "2.048")), {"", false, "", DecimalChoice::comma, ""}).rows ==
          Strings{"copy(float *, int) l2.avg 0.0 = 2048 counted"});
    CHECK(kernels_of(long_form(row("0", "l2.avg", "", "2.48")), {"", false, "", DecimalChoice::comma, ""}).error.code ==
          ExitCode::usage);
}

TEST_CASE("a metric of two sections is imported once, and two metrics of one name have their units in it") {
    const auto found = kernels_of(long_form(row("0", "Throughput", "%", "60.5") + row("0", "Throughput", "%", "60.5") +
                                            row("0", "Throughput", "Gbyte/second", "100.25")));
    CHECK(found.rows == Strings{"copy(float *, int) Throughput 0.0 = 60.5 % counted",
                                "copy(float *, int) Throughput [bytes/s] 0.0 = 100250000000 bytes/s counted"});
}

TEST_CASE("missing permission is the reason, and other faults are one line") {
    CHECK(kernels_of(
              "==PROF== Connected\n==ERROR== ERR_NVGPUCTRPERM - The user does not have permission to access NVIDIA GPU "
              "Performance Counters on the target device 0.\n")
              .fault == "import n.csv: ncu was not permitted to count: ==ERROR== ERR_NVGPUCTRPERM - The user does not "
                        "have permission to "
                        "access NVIDIA GPU Performance Counters on the target device 0.; let the driver permit it "
                        "(NVreg_RestrictProfilingToAdminUsers=0), or run ncu as root");
    CHECK(kernels_of("hello\n").fault ==
          "import n.csv: it does not contain the header of ncu --csv; write it with ncu --csv --print-units base");
    CHECK(kernels_of(long_form("")).fault ==
          "import n.csv: it contains no metric of ncu; write it with ncu --csv --print-units base");
    CHECK(kernels_of(long_form("\"0\",\"1\"\n")).fault.find("it has 2 cells, and the header has 15") !=
          std::string::npos);
    CHECK(kernels_of(long_form(row("0", "a.sum", "furlong", "1")))
              .fault.find("the unit 'furlong' of a.sum is not known") != std::string::npos);
    CHECK(kernels_of(long_form("\"0\",\"open\n")).fault.find("the quoted cell that line 2 begins is not closed") !=
          std::string::npos);
}
