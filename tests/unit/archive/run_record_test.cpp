#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include "archive/record_json.hpp"
#include "archive/run_directory.hpp"
#include "io/json.hpp"
#include "record/calibration_record.hpp"
#include "support/fixtures_path.hpp"
#include "support/temporary_directory.hpp"

using namespace bytebound;

namespace {

/// Files written by versions before the field tables.
std::string fixture(const std::string& name) {
    std::ifstream stream(std::string(test::fixtures_path) + "/records/" + name);
    return {std::istreambuf_iterator<char>(stream), {}};
}

RunRecord full_record() {
    RunRecord r;
    r.status = RunStatus::failed;
    r.failure = FailureRecord{"verify", "paired k 16", "slot 3", "report this", 1};
    r.version = "0.1.0";
    r.git_revision = "abc";
    r.command = {"bytebound", "run", "--ks", "16"};
    r.host = "h\xc3\xb6st";
    r.started = "2026-01-01T00:00:00Z";
    r.workload.spec.pool_rows = 100;
    r.workload.spec.seed = 18446744073709551615u;
    r.workload.layout = {{{"up", 64}, {"down", 32}}};
    r.workload.warmup = 7;
    r.workload.tau = 0.25;
    r.workload.loops = {"paired", "index"};
    ExperimentRecord e;
    e.loop = "paired";
    e.k = 16;
    e.added = 7.5;
    e.stationary = false;
    e.stationary_source = "sim";
    ClosedForm form;
    form.requested_load_bytes = 96;
    form.read_bytes = 64.5;
    form.parts = {1, 2, 3, 4, 5};
    form.by_buffer = {{{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}}};
    e.closed_form = form;
    ExperimentRecord other;
    other.loop = "index";
    other.k = 16;
    other.closed_form_reason = "library code";
    r.experiments = {e, other};
    r.expected = ExpectedRecord{{64, 4096, 4, 0.5}, "uncore", Crossover{8, 64, 0.25, 10.5, 11}, 6, {}, {}};
    r.placement.requested.policy = MemoryPolicy::interleave;
    r.placement.affinity_read_back = {{1}, {2}};
    PageProof proof;
    proof.buffer = "pool.up";
    proof.pages = 4;
    proof.on_node = {{0, 3}, {12, 1}};
    proof.in_place = 3;
    r.placement.pages_before = {proof};
    r.placement.huge_page_bytes = 4096;
    r.environment = {
        {"cpu", "model", "x", ""}, {"cpu", "governor", "", "no file"}, {"load", "average", "0.1", "", "0.2"}};
    EventRecord event;
    event.name = "cycles";
    event.config = "0x3c";
    event.pass = 1;
    event.group = 2;
    event.source = "perf";
    r.events = {event, EventRecord{}};
    r.read_cost = {{0, ReadingCost{1000, 20.5, 20, 21, 19, 30}, {}, {{"cycles", 1, {999, 3.25, 3, 4, 2, 9.5}}}}};
    r.workload.cache = CacheChoice{{2048, 8, 64}, GeometryOrigin::option, false, GeometryOrigin::assumed};
    r.simulation = SimulationRecord{{1024, 4, 64}, GeometryOrigin::option, 0.5, 99, {}, GeometryOrigin::sysfs};
    r.unavailable = {{"cpi", "no core PMU", ""}};
    r.warnings = {{"k_clipped", WarningFields{{"k_requested", std::vector<std::uint64_t>{50}}, {"k", 20u}}, {}}};
    r.files["samples.csv"] = {12, "ab"};
    return r;
}

} // namespace

TEST_CASE("run.json reads back as written") {
    const RunRecord record = full_record();
    const std::string text = to_json_text(record);
    const auto read = parse_run_record(text, "run.json");
    if (!read) FAIL(to_line(read.error()));
    CHECK(to_json_text(*read) == text); // the text contains every member
    CHECK(read->status == RunStatus::failed);
    CHECK(read->failure->cause == "slot 3");
    CHECK(read->workload.spec.seed == 18446744073709551615u);
    CHECK(read->placement.pages_before == record.placement.pages_before);
    CHECK(read->placement.requested.policy == MemoryPolicy::interleave);
    CHECK(read->experiments[0].stationary == false);
    CHECK_FALSE(read->experiments[1].stationary.has_value());
    CHECK(read->experiments[0].closed_form == record.experiments[0].closed_form);
    CHECK_FALSE(read->experiments[1].closed_form.has_value());
    CHECK(read->experiments[1].closed_form_reason == "library code");
    CHECK(read->expected->cache == record.expected->cache);
    CHECK(read->expected->crossover == record.expected->crossover);
    CHECK(read->expected->k_low == 6u);
    CHECK_FALSE(read->expected->k_high);
    CHECK(read->events[0].pass == 1);
    CHECK(read->events[1].pass == -1);
    CHECK(read->environment[1].value.empty());
    CHECK_FALSE(read->environment[1].after);
    CHECK(read->environment[2].after == "0.2");
    CHECK(read->read_cost[0].clock_ns == ReadingCost{1000, 20.5, 20, 21, 19, 30});
    CHECK_FALSE(read->read_cost[0].reading_ns);
    CHECK(read->read_cost[0].counters[0].event == "cycles");
    CHECK(read->read_cost[0].counters[0].worker == 1);
    CHECK(read->read_cost[0].counters[0].cost == ReadingCost{999, 3.25, 3, 4, 2, 9.5});
    CHECK(read->warnings == record.warnings);
    CHECK(text.find("\"percent_in_place\": 75.0") != std::string::npos);
}

TEST_CASE("a stored run.json is reproduced byte for byte") {
    const std::string text = fixture("run.json"); // with a calibration, a simulated hierarchy and an emulation
    const auto read = parse_run_record(text, "run.json");
    if (!read) FAIL(to_line(read.error()));
    CHECK(to_json_text(*read) == text);
}

TEST_CASE("a stored calibration file is reproduced byte for byte") {
    const std::string text = fixture("calibration.json");
    const auto read = parse_calibration(text, "calibration.json");
    if (!read) FAIL(to_line(read.error()));
    CHECK(to_json_text(*read) == text);
}

TEST_CASE("a run.json of an older version, without fields added since, is read") {
    nlohmann::json document = parse_json(fixture("run.json"));
    for (const char* key : {"expected", "emulation", "calibration", "calibration_reason"})
        REQUIRE(document.erase(key) == 1);
    REQUIRE(document.at("workload").erase("tau_source") == 1);
    REQUIRE(document.at("workload").at("cache").erase("line_origin") == 1);
    for (const char* key : {"hierarchy", "line_source"})
        REQUIRE(document.at("simulation").erase(key) == 1);
    document.at("qualification") = {{"done", false}, {"reason", "--qualify off"}};
    for (nlohmann::json& experiment : document.at("experiments"))
        for (const char* key : {"batch", "active_rows", "replayed", "emulated", "emulation_reason", "dirty_before",
                                "dirty_after", "levels", "closed_form", "closed_form_reason", "simulated_segments",
                                "worker_parts", "readings", "other_stores"})
            REQUIRE(experiment.erase(key) == 1);
    for (nlohmann::json& event : document.at("events"))
        for (const char* key : {"sharing", "bytes_per_count", "parts"})
            REQUIRE(event.erase(key) == 1);
    document.at("read_cost") = parse_json(R"([{"pass": 0, "pairs": 1000, "time_ns_median": 1462.0,
                                              "counts_mean": {"task-clock": 716.658}}])");
    for (nlohmann::json& warning : document.at("warnings"))
        REQUIRE(warning.erase("fields") == 1);
    const auto read = parse_run_record(document.dump(), "run.json");
    if (!read) FAIL(to_line(read.error()));
    CHECK_FALSE(read->expected);
    CHECK_FALSE(read->calibration);
    CHECK(read->workload.tau_source == "given");
    CHECK(read->qualification.reason == "--qualify off");
    REQUIRE(read->read_cost.size() == 1); // nothing that its figures could have subtracted
    CHECK_FALSE(read->read_cost[0].clock_ns);
    CHECK(read->read_cost[0].counters.empty());
    CHECK(read->experiments.at(0).batch == 1);
    CHECK(readings_of(read->workload, read->experiments.at(0)) == 8); // steps_per_k
    CHECK_FALSE(read->experiments.at(0).other_stores);
    CHECK(read->experiments.at(0).simulated_segments == 1);
    CHECK_FALSE(read->simulation->line_origin);
    CHECK(read->experiments.at(0).replayed);
    CHECK_FALSE(read->experiments.at(0).dirty_before);
    CHECK(read->events.at(0).parts.empty());
    REQUIRE(read->warnings.size() == 5);
    CHECK_FALSE(read->warnings[0].fields);
    CHECK(text_of(read->warnings[0]) == "a chosen CPU was busy 100.0 % (CPU 0) before the run began: steps will be "
                                        "descheduled; stop that work or choose other CPUs with --cpus");
    // Not the words that this version has for the code.
    CHECK(text_of(read->warnings[4]) ==
          "callgrind needs a power of two of sets: it has 256 MiB with 16 ways for 260 MiB with 20 ways");
}

TEST_CASE("text that is not UTF-8 does not make run.json invalid") {
    RunRecord record = full_record();
    record.host = "\xff";
    CHECK(parse_run_record(to_json_text(record), "run.json"));
}

TEST_CASE("a malformed run.json is rejected with the position of the fault") {
    const auto refusal = [](const std::string& text) {
        const auto record = parse_run_record(text, "d/run.json");
        REQUIRE_FALSE(record);
        CHECK(record.error().code == ExitCode::bad_data);
        CHECK(record.error().object == "d/run.json");
        return record.error().cause;
    };
    const std::string good = to_json_text(full_record());
    const auto changed = [&](const std::string& from, const std::string& to) {
        std::string text = good;
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        return text.replace(at, from.size(), to);
    };
    CHECK(refusal("{") == "it is not complete JSON: it ends too early");
    CHECK(refusal("[]") == "its schema is \"\", not \"bytebound.run/1\"");
    CHECK(refusal(changed("bytebound.run/1", "bytebound.run/9")) ==
          "its schema is \"bytebound.run/9\", not \"bytebound.run/1\"");
    CHECK(refusal(changed("\"failed\"", "\"done\"")) == "/status: \"done\" is not one of running, complete, failed");
    CHECK(refusal(changed("\"repeats\"", "\"repeat\"")) == "/workload/repeats: it is missing");
    for (const char* ways : {"0", "-1", "16.9", "4294967297", "1e308", "\"4\"", "null", "[4]"})
        CHECK(refusal(changed("\"ways\": 4", std::string("\"ways\": ") + ways)) ==
              "/simulation/geometry/ways: it is not a whole number from 1 to 65536");
}

TEST_CASE("numbers of run.json that contradict each other are rejected with the path of the first") {
    const auto refusal = [](const std::string& pointer, const nlohmann::json& value) {
        auto document = nlohmann::json::parse(to_json_text(full_record()));
        document.at(nlohmann::json::json_pointer(pointer)) = value;
        const auto record = parse_run_record(document.dump(), "run.json");
        REQUIRE_FALSE(record);
        CHECK(record.error().code == ExitCode::bad_data);
        return record.error().cause;
    };
    CHECK(refusal("/experiments/1/loop", "torch") == "/experiments/1/loop: \"torch\" is not one of workload.loops");
    CHECK(refusal("/experiments/1/loop", "paired") == "/experiments/1: its loop and k are those of another");
    CHECK(refusal("/workload/m", 101) == "/workload/m: it is above N");
    CHECK(refusal("/workload/row_groups/1/row_bytes", std::uint64_t{1} << 60) ==
          "/workload/row_groups/1/row_bytes: the pool would have more than 2^60 bytes");
    CHECK(refusal("/workload/row_groups/0/row_bytes", 0) ==
          "/workload/row_groups/0/row_bytes: it is not a whole number from 1 to 18446744073709551615");
    CHECK(refusal("/workload/cache/line_bytes", 48) ==
          "/workload/cache/line_bytes: it is not a power of two from 8 to 4096");
    CHECK(refusal("/simulation/geometry/size_bytes", 1000) ==
          "/simulation/geometry/size_bytes: it is not divisible by ways x line_bytes");
    CHECK(refusal("/placement/pages_before/0/in_place", 5) == "/placement/pages_before/0/in_place: it is above pages");
    CHECK(refusal("/placement/steps_migrated", 1) == "/placement/steps_migrated: it is above steps");
    CHECK(refusal("/placement/affinity_read_back/0/0", -1) ==
          "/placement/affinity_read_back/0/0: it is not a whole number from 0 to 1048575");
    CHECK(refusal("/read_cost/0/counters/0/cost/range_high", 1e31) ==
          "/read_cost/0/counters/0/cost/range_high: it is not a number from -1e+30 to 1e+30");
    CHECK(refusal("/read_cost/0/clock_ns/median", 31) ==
          "/read_cost/0/clock_ns/median: it is outside of its own interval");
    CHECK(refusal("/read_cost/0/clock_ns/range_low", 20.75) ==
          "/read_cost/0/clock_ns/median: it is outside of its own range");
    CHECK(refusal("/read_cost/0/clock_ns/n", 5) ==
          "/read_cost/0/clock_ns/n: it is not a whole number from 6 to 18446744073709551615");
    CHECK(refusal("/experiments/0/worker_parts", {-1.0}) ==
          "/experiments/0/worker_parts/0: it is not a number from 0 to 1e+30");
    CHECK(refusal("/events/0/pass", -2) == "/events/0/pass: it is not a whole number from 0 to 2147483647");
    CHECK(refusal("/experiments/0/batch", 0) == "/experiments/0/batch: it is not a whole number from 1 to 4294967295");
    CHECK(refusal("/failure/exit_code", 256) == "/failure/exit_code: it is not a whole number from 0 to 255");
    CHECK(refusal("/same_within", 1.5) == "/same_within: it is not a number from 0 to 1");
}

TEST_CASE("a run directory is created with its parents, and one in use is rejected") {
    const test::TemporaryDirectory parent;
    const auto path = parent / "a/b";
    REQUIRE(RunDirectory::check(path, false));
    CHECK_FALSE(std::filesystem::exists(path)); // check writes nothing
    REQUIRE(RunDirectory::create(path, false));
    auto directory = RunDirectory::create(path, false); // still empty
    REQUIRE(directory);
    REQUIRE(directory->write_record(full_record()));
    const auto again = RunDirectory::check(path, false);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ExitCode::usage);
    CHECK(again.error().cause == "the directory exists and is not empty");
    std::ofstream(parent / "file") << "x";
    CHECK(RunDirectory::check(parent / "file", false).error().cause == "it exists and is not a directory");
    CHECK(RunDirectory::check(parent / "file/below", false).error().code == ExitCode::usage);
}

TEST_CASE("--force removes only the files of a previous run") {
    const test::TemporaryDirectory parent;
    for (const char* name : {"samples.csv", "report.md", "notes.txt"})
        std::ofstream(parent / name) << "x";
    std::ofstream(parent / "run.json") << R"({"schema": "bytebound.run/1"})";
    REQUIRE(RunDirectory::create(parent.path(), true));
    CHECK_FALSE(std::filesystem::exists(parent / "run.json"));
    CHECK_FALSE(std::filesystem::exists(parent / "report.md"));
    CHECK(std::filesystem::exists(parent / "notes.txt"));
}

TEST_CASE("run.json is replaced atomically, and the hashes are those of sha256sum") {
    const test::TemporaryDirectory parent;
    auto directory = RunDirectory::create(parent.path(), false);
    REQUIRE(directory);
    RunRecord record = full_record();
    record.status = RunStatus::running;
    REQUIRE(directory->write_record(record));
    CHECK(read_run_record(parent.path())->status == RunStatus::running);
    record.status = RunStatus::complete;
    REQUIRE(directory->write_record(record));
    CHECK(read_run_record(parent.path())->status == RunStatus::complete);
    directory->release();
    CHECK(std::distance(std::filesystem::directory_iterator(parent.path()), {}) == 1); // the reserve is gone
    REQUIRE(directory->write_file("report.md", "abc") == 0);
    const auto files = directory->files();
    REQUIRE(files);
    REQUIRE(files->size() == 1); // run.json cannot contain its own hash
    // FIPS 180-2, appendix B.1.
    CHECK(files->at("report.md").sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(files->at("report.md").bytes == 3);
}

TEST_CASE("a directory without run.json is bad data") {
    const test::TemporaryDirectory parent;
    const auto record = read_run_record(parent.path());
    REQUIRE_FALSE(record);
    CHECK(record.error().code == ExitCode::bad_data);
    CHECK(record.error().sys_errno == ENOENT);
}
