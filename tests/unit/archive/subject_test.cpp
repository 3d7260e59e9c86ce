#include <catch2/catch.hpp>

#include "archive/record_json.hpp"
#include "archive/samples_csv.hpp"
#include "archive/summary_file.hpp"
#include "support/programs.hpp"

using namespace bytebound;

TEST_CASE("a run of commands is read from run.json as it was written, and its sizes of rows are null") {
    const RunRecord run = test::two_commands();
    const std::string text = to_json_text(run);
    CHECK(text.find("\"N\": null") != std::string::npos);
    CHECK(text.find("\"k\": null") != std::string::npos);
    const auto read = parse_run_record(text, "run.json");
    REQUIRE(read);
    CHECK(to_json_text(*read) == text);
    REQUIRE(read->subject.commands);
    CHECK(read->subject.commands->commands.at(1).argv == std::vector<std::string>{"cp", "a b", "c"});
    CHECK(read->experiments.at(0).k == no_k);
}

TEST_CASE("a k of a command, and a loop without one, are faults of run.json") {
    RunRecord run = test::two_commands();
    run.experiments[1].k = 16;
    auto read = parse_run_record(to_json_text(run), "run.json");
    REQUIRE_FALSE(read);
    CHECK(read.error().cause == "/experiments/1/k: it is a number, and the subject is commands");
    run = test::two_commands();
    run.subject.commands.reset();
    read = parse_run_record(to_json_text(run), "run.json");
    REQUIRE_FALSE(read);
    CHECK(read.error().cause == "/subject/commands: it is null, the subject is this");
}

TEST_CASE("rows of commands have empty cells for what follows from a trace") {
    SampleTable table;
    table.events = {"page-faults"};
    Sample row;
    row.loop = "A";
    row.k = no_k;
    row.repeat = 2;
    row.time_ns = 1500;
    row.readings = {Reading{7, 10, 10, ReadingState::counted}};
    const std::string text = header_text(table, SampleFile::steps) + row_text(table, row, SampleFile::steps);
    CHECK(text.substr(text.find('\n') + 1) == "A,,2,0,1,0,,,,,,,1500,7,10,10,,,\n");
    const auto read = parse_samples(text, "samples.csv", FileEnd::whole, SampleFile::steps);
    REQUIRE(read);
    CHECK(read->rows == std::vector<Sample>{row});
}

TEST_CASE("a row without k that says how many rows it changed is refused") {
    const std::string header = header_text({}, SampleFile::steps);
    const auto read =
        parse_samples(header + "A,,0,0,1,0,3,,,,,,1500,,,\n", "samples.csv", FileEnd::whole, SampleFile::steps);
    REQUIRE_FALSE(read);
    CHECK(read.error().cause.find("column A: \"3\", and the row has no k") != std::string::npos);
}
