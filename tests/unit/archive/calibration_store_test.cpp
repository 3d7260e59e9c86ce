#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "archive/record_json.hpp"
#include "support/stored_calibration.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("a calibration reads back as written, and nothing else is left in its directory") {
    const test::TemporaryDirectory directory;
    const auto file = calibration_file(directory / "a/b", "example", record().placement);
    CHECK(file.filename() == "example.auto.local.json");
    save(file, record());
    CHECK(files_in(directory / "a/b") == 1);
    const auto back = read_calibration(file);
    REQUIRE(back);
    CHECK(to_json_text(*back) == to_json_text(record()));
    CHECK(back->ceilings == record().ceilings);
    CHECK(back->host == record().host);
    CHECK(back->placement == record().placement);
    CHECK(back->absent == record().absent);
    CHECK(back->caches == record().caches);
}

TEST_CASE("unknown numbers of a cache are null; older versions wrote 0") {
    CalibrationRecord unknown = record();
    unknown.caches = {{3, "Unified", {}, {}, {}, {0}, "sysfs"}};
    auto document = nlohmann::json::parse(to_json_text(unknown));
    for (const char* number : {"size_bytes", "ways", "line_bytes"}) {
        CHECK(document["caches"][0][number].is_null());
        document["caches"][0][number] = 0;
    }
    CHECK(parse_calibration(to_json_text(unknown), "c.json")->caches == unknown.caches);
    CHECK(parse_calibration(document.dump(), "c.json")->caches == unknown.caches);
}

TEST_CASE("each placement of a host has its own file, whatever characters its name contains") {
    Placement place = record().placement;
    place.cpus_request = "core:0-1";
    place.memory_request = "interleave";
    CHECK(calibration_file("d", "a.b/c", place) == "d/a_b_c.core=0-1.interleave.json");
    CHECK(calibration_file({}, "example", place).empty());
}

TEST_CASE("a run gets the ceilings of its own number of workers") {
    const test::TemporaryDirectory directory;
    const auto file = calibration_file(directory.path(), "example", record().placement);
    save(file, record());
    const CalibrationChoice one = chosen("auto", directory.path());
    REQUIRE(one.record);
    CHECK(one.file == file.string());
    CHECK(one.warnings.empty());
    CHECK(one.record->ceilings.ceilings.size() == 2);
    CHECK(one.record->ceilings.write_allocate.size() == 1);
    CHECK(one.record->ceilings.compute.size() == 1);
    CHECK(one.record->ceilings.capacities.size() == 1);
    CHECK(one.record->absent == std::vector<CeilingAbsence>{{"", "nt-write", 0, "no such stores"}});
    const CalibrationChoice two = chosen(file.string(), {}, need(2));
    REQUIRE(two.record);
    // Its own ceilings, and those of one worker, which copies alone below the parallel threshold.
    CHECK(two.record->ceilings.ceilings.size() == 3);
    CHECK(two.record->ceilings.write_allocate.size() == 2);
    CHECK(two.record->ceilings.compute.size() == 1);
    CHECK(two.record->ceilings.capacities == std::vector<LevelCapacity>{{MemoryLevel::llc, 2, 33554432}});
    CHECK(two.record->absent.size() == 2);
}

TEST_CASE("of several applicable calibrations the latest is used") {
    const test::TemporaryDirectory directory;
    CalibrationRecord older = record(), newer = record();
    older.measured = "2025-12-31T23:59:59Z";
    newer.measured = "2026-01-03T00:00:00Z";
    save(directory / "example.0.local.json", newer);
    save(directory / "example.auto.local.json", older);
    CHECK(chosen("auto", directory.path()).record->measured == newer.measured);
    // Another host's file is ignored.
    CalibrationRecord other = newer;
    other.measured = "2027-01-01T00:00:00Z";
    save(directory / "other.auto.local.json", other);
    CHECK(chosen("auto", directory.path()).record->measured == newer.measured);
}

TEST_CASE("changes since the calibration are reported exactly") {
    const auto changed = [](auto change) {
        CalibrationNeed now = need();
        change(now);
        return what_changed(record(), now);
    };
    CHECK(changed([](auto&) {}).empty());
    CHECK(changed([](auto& n) { n.host.cpu_model = "Other CPU"; }) == "the CPU was Example CPU, is Other CPU");
    CHECK(changed([](auto& n) { n.host.kernel = "6.5.0"; }) == "the kernel was 6.1.0, is 6.5.0");
    CHECK(changed([](auto& n) { n.host.thp = "never"; }) == "THP was madvise, is never");
    CHECK(changed([](auto& n) { n.placement.cpus = {4}; }) == "its worker's CPU was 3, is 4");
    CHECK(changed([](auto& n) {
              n.threads = 4, n.placement.cpus = {3, 5, 6, 7};
          }) == "it is for 1, 2 threads, not for 4");
    CalibrationRecord of_one = record(), of_none = record();
    of_one.threads = {1};
    of_none.threads = {};
    CHECK(what_changed(of_one, need(2)) == "it is for 1 thread, not for 2");
    CHECK(what_changed(of_none, need(2)) == "it lists no number of threads, the run uses 2");
    CHECK(changed([](auto& n) {
              n.placement.policy = MemoryPolicy::node, n.placement.memory_request = "1", n.placement.nodes = {1};
          }) == "memory was local, is 1 (nodes 1)");
    CHECK(changed([](auto& n) { n.host.kernel = "6.5.0", n.host.thp = "never"; }) ==
          "the kernel was 6.1.0, is 6.5.0, THP was madvise, is never");
    CalibrationNeed two = need(2);
    two.placement.cpus = {5, 3};
    CHECK(what_changed(record(), two) == "its workers' CPUs were 3, 5, are 5, 3");
}

TEST_CASE("a stale calibration is not used, whether found or requested, and a warning says what changed") {
    const test::TemporaryDirectory directory;
    const auto file = directory / "example.auto.local.json";
    save(file, record());
    CalibrationNeed now = need();
    now.host.kernel = "6.5.0";
    for (const std::string& request : {std::string("auto"), file.string()}) {
        const CalibrationChoice choice = chosen(request, directory.path(), now);
        CHECK_FALSE(choice.record);
        REQUIRE(choice.warnings.size() == 1);
        CHECK(text_of(choice.warnings[0]) == "the calibration " + file.string() +
                                                 " is not used: the kernel was 6.1.0, is 6.5.0; measure it again with "
                                                 "bytebound calibrate");
    }
    CHECK(chosen("auto", directory.path(), now).reason ==
          "the saved calibration is not used: the kernel was 6.1.0, is 6.5.0");
}

TEST_CASE("a missing calibration is a reason, not a warning") {
    const test::TemporaryDirectory directory;
    for (const auto& where : {directory.path(), directory / "none", std::filesystem::path()}) {
        const CalibrationChoice choice = chosen("auto", where);
        CHECK_FALSE(choice.record);
        CHECK(choice.reason == "no calibration is saved for this host");
        CHECK(choice.warnings.empty());
    }
    CHECK(chosen("none", directory.path()).reason == "--calibration none");
}

TEST_CASE("a damaged file among the saved ones is a warning, and another one is used") {
    const test::TemporaryDirectory directory;
    std::ofstream(directory / "example.a.json") << "{";
    save(directory / "example.b.json", record());
    const CalibrationChoice choice = chosen("auto", directory.path());
    CHECK(choice.record);
    REQUIRE(choice.warnings.size() == 1);
    CHECK(choice.warnings[0].code == "calibration_unreadable");
    CHECK(text_of(choice.warnings[0])
              .starts_with("cannot use a saved calibration: " + (directory / "example.a.json").string() + ": "));
}

TEST_CASE("a requested file that is missing, malformed or of another host is bad data") {
    const test::TemporaryDirectory directory;
    const auto refused = [&](const std::filesystem::path& file, const CalibrationNeed& what = need()) {
        const auto choice = choose_calibration(file.string(), {}, what);
        REQUIRE_FALSE(choice);
        CHECK(choice.error().code == ExitCode::bad_data);
        return to_line(choice.error());
    };
    const auto file = directory / "c.json";
    const std::string name = file.string(), remedy = "; give a file that bytebound calibrate wrote";
    CHECK(refused(file) == "read calibration " + name + ": the file is missing or unreadable (ENOENT)" + remedy);
    CHECK(refused(directory.path()) ==
          "read calibration " + directory.path().string() + ": it is a directory, not a file (EISDIR)" + remedy);
    std::ofstream(file) << "{\"schema\": \"bytebound.run/1\"}";
    CHECK(refused(file) ==
          "read calibration " + name + ": its schema is \"bytebound.run/1\", not \"bytebound.calibration/1\"" + remedy);
    std::ofstream(file) << "[1";
    CHECK(refused(file) == "read calibration " + name + ": it is not complete JSON: it ends too early" + remedy);

    save(file, record());
    const auto spoiled = [&](const std::string& from, const std::string& to) {
        std::string text = to_json_text(record());
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        std::ofstream(file) << text.replace(at, from.size(), to);
        return refused(file);
    };
    CHECK(spoiled("\"row-copy\"", "\"row-cpy\"") ==
          "read calibration " + name +
              ": /ceilings/bandwidth/1/kernel: \"row-cpy\" is not one of "
              "read, write, nt-write, copy, nt-copy, row-copy, nt-row-copy, row-copy-ascending, nt-row-copy-ascending, "
              "prefetch-row-copy, prefetch-row-copy-ascending" +
              remedy);
    CHECK(spoiled("\"memory\",", "\"disk\",") ==
          "read calibration " + name + ": /ceilings/bandwidth/0/level: \"disk\" is not one of L1, L2, LLC, memory" +
              remedy);
    CHECK(spoiled("25000000000.0", "0.0") ==
          "read calibration " + name +
              ": /ceilings/bandwidth/0/bytes_per_second: it is not a number from 1e-30 to 1e+30" + remedy);

    save(file, record());
    CalibrationNeed elsewhere = need();
    elsewhere.host.host = "laptop";
    CHECK(refused(file, elsewhere) == "use calibration " + name +
                                          ": it is from host example, this is laptop; run bytebound calibrate here, or "
                                          "give --calibration none");
}

TEST_CASE("a calibration with impossible figures is rejected with the path of the first fault") {
    const auto refused = [](const std::string& pointer, const nlohmann::json& value) {
        auto document = nlohmann::json::parse(to_json_text(record()));
        document.at(nlohmann::json::json_pointer(pointer)) = value;
        const auto parsed = parse_calibration(document.dump(), "c.json");
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == ExitCode::bad_data);
        return parsed.error().cause;
    };
    const std::string rate = "/ceilings/bandwidth/0", factor = "/ceilings/write_allocate/0";
    CHECK(refused(rate + "/ci_low", 2.7e10) == rate + "/ci_low: it is above ci_high");
    CHECK(refused(rate + "/bytes_per_second", 2.3e10) == rate + "/bytes_per_second: it is outside of its own interval");
    CHECK(refused(rate + "/bytes_per_second", -1) ==
          rate + "/bytes_per_second: it is not a number from 1e-30 to 1e+30");
    CHECK(refused(rate + "/ci_high", "much") == rate + "/ci_high: it is not a number from 1e-30 to 1e+30");
    CHECK(refused(rate + "/threads", 0) == rate + "/threads: it is not a whole number from 1 to 4294967295");
    CHECK(refused(rate + "/threads", -1) == rate + "/threads: it is not a whole number from 1 to 4294967295");
    CHECK(refused(rate + "/threads", 1.5) == rate + "/threads: it is not a whole number from 1 to 4294967295");
    CHECK(refused(rate + "/threads", 4294967297) == rate + "/threads: it is not a whole number from 1 to 4294967295");
    CHECK(refused(rate + "/n", 0) == rate + "/n: it is not a whole number from 1 to 18446744073709551615");
    CHECK(refused(rate + "/row_bytes", 64) == rate + "/row_bytes: this kernel does not copy rows");
    CHECK(refused("/ceilings/bandwidth/1/row_bytes", nullptr) ==
          "/ceilings/bandwidth/1/row_bytes: a row kernel needs it");
    CHECK(refused(factor + "/ci_low", nullptr) == factor + "/ci_low: a measured factor must have an interval");
    CHECK(refused(factor + "/factor", -0.5) == factor + "/factor: it is outside of its own interval");
    CHECK(refused("/ceilings/write_allocate/1/factor", -1) ==
          "/ceilings/write_allocate/1/factor: an assumed factor must be 0 or 1");
    CHECK(refused("/ceilings/write_allocate/1/measured", true) ==
          "/ceilings/write_allocate/1/ci_low: a measured factor must have an interval");
    CHECK(refused("/ceilings/compute/1/flops_per_second", 7e10) ==
          "/ceilings/compute/1/flops_per_second: it is outside of its own interval");
    CHECK(refused("/ceilings/capacities/0/bytes", 0) ==
          "/ceilings/capacities/0/bytes: it is not a whole number from 1 to 18446744073709551615");
    CHECK(refused("/ceilings/compute", 1) == "/ceilings/compute: it is not a list");
    CHECK(refused("/threads", nlohmann::json::array()) == "/threads: it is not a list of numbers of workers");
    CHECK(refused("/threads/1", 3) == "/threads/1: there are more workers than placement.cpus");
    CHECK(refused("/placement/nodes", {-1}) == "/placement/nodes/0: it is not a whole number from 0 to 1048575");
    CHECK(refused("/caches/0/level", -1) == "/caches/0/level: it is not a whole number from 0 to 16");
    CHECK(refused("/percent_in_place", 101) == "/percent_in_place: it is not a number from 0 to 100");
    CHECK(refused("/placement/policy", "near") == "/placement/policy: \"near\" is not one of local, interleave, node");
    // Noise may make a measured factor negative.
    CalibrationRecord noisy = record();
    noisy.ceilings.write_allocate[0].factor = -0.01;
    noisy.ceilings.write_allocate[0].ci_low = -0.02;
    const auto back = parse_calibration(to_json_text(noisy), "c.json");
    REQUIRE(back);
    CHECK(back->ceilings.write_allocate[0].factor == -0.01);
}

TEST_CASE("a run that adopts a calibration says that its k* was planned without one") {
    const test::TemporaryDirectory directory;
    save(directory / "example.auto.local.json", record());
    RunRecord run;
    run.host_facts = need().host;
    run.placement.requested = need().placement;
    run.workload.threads = 1;
    run.calibration_reason = "no calibration is saved for this host";
    run.expected.emplace();
    RunRecord other = run;
    run.expected->crossover_reason = "no calibration is saved for this host; run bytebound calibrate";
    REQUIRE(adopt_calibration(run, directory.path()));
    CHECK(run.expected->crossover_reason ==
          "the run was planned without a calibration and adopted one later; measure again to model k* with it");
    // Another reason remains: no calibration changes it.
    other.expected->crossover_reason = "rows shorter than a line; use the simulator";
    REQUIRE(adopt_calibration(other, directory.path()));
    CHECK(other.expected->crossover_reason == "rows shorter than a line; use the simulator");
}

TEST_CASE("a run's calibration reads back from run.json; records of older versions have none") {
    RunRecord run;
    run.workload.warmup = 1;
    run.calibration = CalibrationUse{"c.json", "2026-01-02T03:04:05Z", "0.1.0", "avx2", true, record().ceilings};
    const auto back = parse_run_record(to_json_text(run), "run.json");
    if (!back) FAIL(to_line(back.error()));
    REQUIRE(back->calibration);
    CHECK(back->calibration->ceilings == record().ceilings);
    CHECK(back->calibration->file == "c.json");
    CHECK(back->calibration->quick);
    CHECK(back->calibration_reason.empty());
    run.calibration.reset();
    run.calibration_reason = "--calibration none";
    std::string text = to_json_text(run);
    CHECK(parse_run_record(text, "run.json")->calibration_reason == "--calibration none");
    for (const std::string key :
         {"  \"calibration\": null,\n", "  \"calibration_reason\": \"--calibration none\",\n"}) {
        const auto at = text.find(key);
        REQUIRE(at != std::string::npos);
        text.erase(at, key.size());
    }
    const auto older = parse_run_record(text, "run.json");
    if (!older) FAIL(to_line(older.error()));
    CHECK_FALSE(older->calibration);
    CHECK(older->calibration_reason.empty());
}
