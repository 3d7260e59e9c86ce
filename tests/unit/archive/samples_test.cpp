#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "archive/samples_csv.hpp"
#include "support/temporary_directory.hpp"
#include "support/written_file.hpp"

using namespace bytebound;

namespace {

SampleTable small_shape() {
    SampleTable shape;
    shape.comments = {"schema: bytebound.samples/1", "command: bytebound run --events 'a\nb'"};
    shape.events = {"cycles:u", "cpu/event=0x2e,umask=0x41/"};
    shape.simulated = {"dram_read_bytes"};
    return shape;
}

Sample small_sample() {
    Sample sample;
    sample.loop = "paired";
    sample.k = 16;
    sample.repeat = 0;
    sample.step = 3;
    sample.added = 8;
    sample.removed = 7;
    sample.rows_written = 8;
    sample.cpu_before = sample.cpu_after = 1;
    sample.flags = {"multiplexed", "outlier"};
    sample.time_ns = 12345;
    sample.readings = {Reading{1000, 20, 10, ReadingState::scaled}, std::nullopt};
    sample.simulated = {65536};
    sample.min_rows = 8;
    sample.metadata_bytes = 1024;
    sample.bound_rows = 8;
    return sample;
}

/// A header of samples.csv without events, and one row.
constexpr std::string_view header =
    "loop,k,repeat,step,batch,pass,A,R,rows_written,cpu_before,cpu_after,flags,time_ns,"
    "x,x:enabled,x:running,sim:llc_misses,trace:min_rows,trace:metadata_bytes,trace:bound_rows\n";
constexpr std::string_view row = "index,16,1,2,1,0,8,8,1024,0,0,,500,7,9,9,,8,4096,8\n";

std::string refusal(const std::string& text) {
    const auto table = parse_samples(text, "samples.csv");
    REQUIRE_FALSE(table);
    CHECK(table.error().code == ExitCode::bad_data);
    return table.error().object + ": " + table.error().cause;
}

std::string changed(const std::string& from, const std::string& to) {
    std::string text = std::string(header) + std::string(row);
    const auto at = text.rfind(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("samples.csv has the documented columns, comments first, names with commas quoted") {
    CHECK(
        header_text(small_shape(), SampleFile::steps) ==
        "# schema: bytebound.samples/1\n"
        "# command: bytebound run --events 'a b'\n"
        "loop,k,repeat,step,batch,pass,A,R,rows_written,cpu_before,cpu_after,flags,time_ns,"
        "cycles:u,cycles:u:enabled,cycles:u:running,"
        "\"cpu/event=0x2e,umask=0x41/\",\"cpu/event=0x2e,umask=0x41/:enabled\",\"cpu/event=0x2e,umask=0x41/:running\","
        "sim:dram_read_bytes,trace:min_rows,trace:metadata_bytes,trace:bound_rows\n");
    CHECK(row_text(small_shape(), small_sample(), SampleFile::steps) ==
          "paired,16,0,3,1,0,8,7,8,1,1,multiplexed outlier,12345,1000,20,10,,,,65536,8,1024,8\n");
}

TEST_CASE("workers.csv has worker and cpu after pass, and neither simulated nor traced columns") {
    Sample sample = small_sample();
    sample.worker = 2;
    sample.worker_cpu = 5;
    CHECK(header_text(small_shape(), SampleFile::workers).find("pass,worker,cpu,A,R,") != std::string::npos);
    CHECK(header_text(small_shape(), SampleFile::workers).find("sim:") == std::string::npos);
    CHECK(row_text(small_shape(), sample, SampleFile::workers) ==
          "paired,16,0,3,1,0,2,5,8,7,8,1,1,multiplexed outlier,12345,1000,20,10,,,\n");
}

TEST_CASE("a reading that is not a count leaves its cells empty, and one that never ran keeps its times") {
    SampleTable shape;
    shape.events = {"a", "b", "c"};
    Sample sample = small_sample();
    sample.readings = {Reading{5, 9, 9, ReadingState::read_failed}, Reading{0, 9, 0, ReadingState::never_ran},
                       Reading{0, 0, 0, ReadingState::unsupported}};
    CHECK(row_text(shape, sample, SampleFile::steps) ==
          "paired,16,0,3,1,0,8,7,8,1,1,multiplexed outlier,12345,,,,0,9,0,,,,8,1024,8\n");
}

TEST_CASE("samples read back as written, with states from their times") {
    const test::TemporaryDirectory directory;
    for (const SampleFile kind : {SampleFile::steps, SampleFile::workers}) {
        Sample sample = small_sample();
        if (kind == SampleFile::workers) {
            sample.worker = 1;
            sample.worker_cpu = 3;
            sample.simulated.clear();
            sample.min_rows = 0;
            sample.metadata_bytes = 0;
            sample.bound_rows = 0;
        }
        auto writer = SampleWriter::create(test::written_file(directory / "s.csv"), small_shape(), kind);
        REQUIRE(writer);
        REQUIRE(writer->append(std::vector<Sample>{sample, sample}));
        REQUIRE(writer->append(std::vector<Sample>{sample}));
        const auto table = read_samples(directory / "s.csv"); // flushed, although the writer is still open
        REQUIRE(table);
        CHECK(table->events == small_shape().events);
        CHECK(table->comments[0] == "schema: bytebound.samples/1");
        CHECK(table->rows == std::vector<Sample>(3, sample));
        CHECK(table->rows[0].readings[0]->state == ReadingState::scaled);
    }
}

TEST_CASE("background.csv has neither worker nor simulated nor trace columns, and is written on request") {
    const test::TemporaryDirectory directory;
    Sample window;
    window.loop = "paired";
    window.k = 16;
    window.step = 7;
    window.time_ns = 1000000;
    window.readings = {Reading{6400, 2000000, 2000000, ReadingState::counted}, std::nullopt};
    auto writer = SampleWriter::create(test::written_file(directory / "b.csv"), small_shape(), SampleFile::background);
    REQUIRE(writer);
    REQUIRE(writer->append(std::vector<Sample>{window}));
    const auto table = read_samples(directory / "b.csv", FileEnd::whole, SampleFile::background);
    REQUIRE(table);
    CHECK(table->rows == std::vector<Sample>{window});
    CHECK_FALSE(read_samples(directory / "b.csv"));
}

TEST_CASE("lines that end in CR LF read the same") {
    std::string crlf;
    for (const char c : std::string(header) + std::string(row))
        crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    const auto unix_table = parse_samples(std::string(header) + std::string(row), "a");
    const auto table = parse_samples(crlf, "b");
    REQUIRE(unix_table);
    REQUIRE(table);
    CHECK(table->rows == unix_table->rows);
}

TEST_CASE("a malformed file is rejected with line and column") {
    CHECK(refusal("") == "samples.csv:1: there is no header");
    CHECK(refusal("# only\n# comments\n") == "samples.csv:3: there is no header");
    CHECK(refusal("loop,q\n") == "samples.csv:1: column 2 should be \"k\"");
    CHECK(refusal(changed("trace:bound_rows\n", "trace:bound_rows,more\n")) ==
          "samples.csv:1: column 21 \"more\" is not expected there");
    CHECK(refusal(
              "loop,k,repeat,step,batch,pass,A,R,rows_written,cpu_before,cpu_after,flags,time_ns,x,x:enabled,x:running,"
              "x,x:enabled,x:running,trace:min_rows,trace:metadata_bytes,trace:bound_rows\n") ==
          "samples.csv:1: column 17 \"x\" occurs twice");
    CHECK(refusal(changed(",1,0,8,8,", ",1,-1,8,8,")) ==
          "samples.csv:2: column pass: \"-1\" is not a whole number from 0 to 2147483647");
    CHECK(refusal(changed(",1024,0,0,", ",1024,-2,0,")) ==
          "samples.csv:2: column cpu_before: \"-2\" is not a whole number from -1 to 1048575");
    CHECK(refusal(changed("x:running", "y:running")) == "samples.csv:1: column 14 should be \"trace:min_rows\"");
    CHECK(refusal("# c\n" + changed(",4096,8\n", ",4096\n")) == "samples.csv:3: 19 cells, the header has 20");
    CHECK(refusal(changed(",4096,8\n", ",4096,8")) == "samples.csv:2: the last line is cut off");
    CHECK(refusal(changed(",500,", ",5e2,")) ==
          "samples.csv:2: column time_ns: \"5e2\" is not a whole number from 0 to 18446744073709551615");
    CHECK(refusal(changed(",500,", ",-5,")) ==
          "samples.csv:2: column time_ns: \"-5\" is not a whole number from 0 to 18446744073709551615");
    CHECK(refusal(changed("index,16,", "index,4294967296,")) ==
          "samples.csv:2: column k: \"4294967296\" is not a whole number from 0 to 4294967294");
    CHECK(refusal(changed(",7,9,9,", ",7,9,10,")) == "samples.csv:2: column x: it ran longer than it was enabled");
    CHECK(refusal(changed(",7,9,9,", ",7,,9,")) ==
          "samples.csv:2: column x: a count needs its enabled and running times");
    CHECK(refusal(changed(",2,1,0,8,", ",2,0,0,8,")) ==
          "samples.csv:2: column batch: \"0\" is not a whole number from 1 to 4294967295");
    CHECK(refusal(changed("index,16", "\"index,16")) == "samples.csv:2: a quoted cell is not closed");
}

TEST_CASE("after a killed writer the cut last line and its phase are dropped and counted") {
    const std::string whole = "index,16,0,0,1,0,8,8,1024,0,0,,500,7,9,9,,8,4096,8\n"
                              "index,16,0,1,1,0,8,8,1024,0,0,,500,7,9,9,,8,4096,8\n";
    const std::string next = std::string(row) + "index,16,1,3,1,0,8,8,10";
    auto table = parse_samples(std::string(header) + whole + next, "s", FileEnd::cut);
    REQUIRE(table);
    CHECK(table->rows.size() == 3);
    CHECK(table->dropped_rows == 1);
    drop_unfinished_phase(*table, 2); // two steps per phase: repeat 1 has one
    CHECK(table->rows.size() == 2);
    CHECK(table->dropped_rows == 2);
    CHECK(table->rows.back().repeat == 0);
    drop_unfinished_phase(*table, 2);
    CHECK(table->rows.size() == 2);
    // A phase has its planned number of readings, regardless of steps per reading; another pass is another phase.
    table->rows.back().batch = 2;
    table->rows.back().pass = 1;
    drop_unfinished_phase(*table, 1);
    CHECK(table->rows.size() == 2);
    drop_unfinished_phase(*table, 2);
    CHECK(table->rows.size() == 1);
    CHECK_FALSE(parse_samples(std::string(header) + whole + next, "s"));
}

TEST_CASE("a killed writer's file without a complete header has no rows") {
    for (const std::string text : {"", "# schema: bytebound.samples/1\n", "# host: a\nloop,k,rep", "# host"}) {
        const auto table = parse_samples(text, "s", FileEnd::cut);
        REQUIRE(table);
        CHECK(table->rows.empty());
    }
    CHECK_FALSE(parse_samples("loop,q\n", "s", FileEnd::cut)); // wrong, not cut
}

TEST_CASE("a file that cannot be read is an error with the errno") {
    const auto table = read_samples("/no-such-directory/s.csv");
    REQUIRE_FALSE(table);
    CHECK(table.error().code == ExitCode::bad_data);
    CHECK(table.error().sys_errno == ENOENT);
}

TEST_CASE("a full disk is an internal error with a remedy") {
    if (!std::filesystem::exists("/dev/full")) return;
    const auto writer = SampleWriter::create(test::written_file("/dev/full"), small_shape(), SampleFile::steps);
    REQUIRE_FALSE(writer);
    CHECK(writer.error().code == ExitCode::internal);
    CHECK(writer.error().sys_errno == ENOSPC);
    CHECK(to_line(writer.error()).find("no space left on the device (ENOSPC); free space") != std::string::npos);
}
