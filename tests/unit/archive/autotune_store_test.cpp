#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include "archive/autotune_store.hpp"
#include "archive/record_json.hpp"
#include "support/example_calibration.hpp"
#include "support/temporary_directory.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

const RowLayout default_rows{{{"up", 4096}, {"down", 4096}}};

/// One worker: prefetch:4x8 won. Two: the default stays, and it is slower than the default of one.
AutotuneRecord tuned(const std::string& date = "2026-11-30T09:00:00Z") {
    AutotuneRecord r;
    r.version = "1.0";
    r.command = {"bytebound", "autotune"};
    r.measured = date;
    r.host = {"example", "CPU", "6.1", "madvise"};
    r.placement = {"auto", "local", {3, 5}, MemoryPolicy::local, {0}};
    r.threads = {1, 2};
    r.search_blocks = 4;
    r.fresh_blocks = 20;
    TunedRows rows;
    rows.groups = default_rows.groups;
    rows.measured = date;
    rows.workload = "N 8192, m 1024, random, ks 16, loops paired, index";
    TunedThreads one, two;
    one.setting.copy = CopyMethod::prefetching(4, 8);
    one.finalist = one.setting;
    one.verdict = Verdict::better;
    one.ratio = TunedRatio{1.25, 1.2, 1.3, 1e-6, 20};
    one.p_adjusted = 2e-6;
    one.cells = {{"paired", 16, {1.3, 1.2, 1.4, 1e-5, 20}}};
    two.setting = {2, CopyMethod::memcpy, 8, 64};
    rows.settings = {one, two};
    rows.candidates = {{"copy", one.setting, {1.3, 1.2, 1.4, 1e-3, 4}}};
    rows.against_itself = {1.001, 0.99, 1.01, 0.5, 20};
    r.rows = {rows};
    return r;
}

AutotuneNeed tuned_need() {
    AutotuneNeed out;
    out.host = tuned().host;
    out.layout = default_rows;
    out.placement = [](std::uint32_t threads) -> std::optional<Placement> {
        Placement placement = tuned().placement;
        if (threads > placement.cpus.size()) return std::nullopt;
        placement.cpus.resize(threads);
        return placement;
    };
    return out;
}

AutotuneChoice tuned_choice(const std::string& request, const std::filesystem::path& directory,
                            const AutotuneNeed& what) {
    auto choice = choose_autotune(request, directory, what);
    if (!choice) FAIL(to_line(choice.error()));
    return *choice;
}

void save_tuned(const std::filesystem::path& file, const AutotuneRecord& r) {
    if (auto written = write_autotune(file, r, HostFilePlace::cache); !written) FAIL(to_line(written.error()));
}

} // namespace

TEST_CASE("an autotune is read back as it was written") {
    const TemporaryDirectory directory;
    save_tuned(directory / "a/example.auto.local.json", tuned());
    CHECK(*read_autotune(directory / "a/example.auto.local.json") == tuned());
}

TEST_CASE("a run gets the setting of its rows and threads, with the ratio that was confirmed") {
    const TemporaryDirectory directory;
    save_tuned(directory / "example.auto.local.json", tuned());
    const AutotuneChoice found = tuned_choice("auto", directory.path(), tuned_need());
    CHECK(found.setting == TunedSetting{1, CopyMethod::prefetching(4, 8), 8, 64});
    CHECK(found.ratio->ratio == 1.25);
    CHECK(found.file == (directory / "example.auto.local.json").string());
    CHECK(found.measured == "2026-11-30T09:00:00Z");
    AutotuneNeed two = tuned_need();
    two.threads = 2;
    CHECK(tuned_choice("auto", directory.path(), two).setting == TunedSetting{2, CopyMethod::memcpy, 8, 64});
    CHECK_FALSE(tuned_choice("auto", directory.path(), two).ratio); // the default
    CHECK_FALSE(tuned_choice("none", directory.path(), tuned_need()).setting);
    CHECK(tuned_choice("none", directory.path(), tuned_need()).reason == "--no-autotune");
}

TEST_CASE(
    "without --threads a run takes the file's number of workers, and their ratio against the default of the fewest") {
    const TemporaryDirectory directory;
    AutotuneRecord record = tuned();
    record.rows[0].threads = 2;
    record.rows[0].threads_ratio = TunedRatio{1.6, 1.5, 1.7, 1e-9, 20};
    save_tuned(directory / "example.auto.local.json", record);
    CHECK(tuned_choice("auto", directory.path(), tuned_need()).setting->threads == 2);
    CHECK(tuned_choice("auto", directory.path(), tuned_need()).ratio->ratio == 1.6);
}

TEST_CASE("rows of other sizes, other hosts and more threads are not tuned, with the reason and without a warning") {
    const TemporaryDirectory directory;
    const auto reason = [&](const AutotuneNeed& what) {
        const AutotuneChoice choice = tuned_choice("auto", directory.path(), what);
        CHECK_FALSE(choice.setting);
        CHECK(choice.warnings.empty());
        return choice.reason;
    };
    CHECK(reason(tuned_need()) == "no autotune is saved for this host");
    save_tuned(directory / "example.auto.local.json", tuned());
    AutotuneNeed other = tuned_need();
    other.layout = {{{"up", 8192}}};
    CHECK(reason(other) == "the saved autotune is not used: it has no rows of 8192 bytes");
    other = tuned_need();
    other.threads = 4;
    CHECK(reason(other) == "the saved autotune is not used: 4 workers have no place here");
    other = tuned_need();
    other.host.host = "another";
    CHECK(reason(other) == "no autotune is saved for this host");
}

TEST_CASE("an autotune goes stale like a calibration, with a warning") {
    const TemporaryDirectory directory;
    const std::string file = (directory / "example.auto.local.json").string();
    save_tuned(file, tuned());
    AutotuneNeed now = tuned_need();
    now.host.kernel = "6.5";
    const AutotuneChoice choice = tuned_choice("auto", directory.path(), now);
    CHECK_FALSE(choice.setting);
    CHECK(choice.reason == "the saved autotune is not used: the kernel was 6.1, is 6.5");
    REQUIRE(choice.warnings.size() == 1);
    CHECK(text_of(choice.warnings[0]) ==
          "the autotune " + file +
              " is not used: the kernel was 6.1, is 6.5; measure it again with bytebound "
              "autotune");
    now = tuned_need();
    now.host.thp = "never";
    CHECK(tuned_choice(file, {}, now).reason == file + " is not used: THP was madvise, is never");
    now = tuned_need();
    now.host.host = "another";
    const auto foreign = choose_autotune(file, {}, now);
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error().code == ExitCode::bad_data);
    CHECK(to_line(foreign.error()) == "use autotune " + file +
                                          ": it is from host example, this is another; run bytebound autotune here, or "
                                          "give --no-autotune");
}

TEST_CASE("another autotune in the cache keeps rows of other sizes, of the same place only") {
    const TemporaryDirectory directory;
    const auto file = directory / "example.auto.local.json";
    save_tuned(file, tuned());
    AutotuneRecord longer = tuned("2026-12-01T00:00:00Z");
    longer.rows[0].groups = {{"up", 65536}, {"down", 65536}};
    save_tuned(file, longer);
    CHECK(read_autotune(file)->rows.size() == 2);
    CHECK(find_rows(*read_autotune(file), default_rows)->measured == "2026-11-30T09:00:00Z");
    longer.host.kernel = "6.5";
    save_tuned(file, longer);
    CHECK(read_autotune(file)->rows.size() == 1);
    REQUIRE(write_autotune(directory / "out.json", tuned(), HostFilePlace::out));
    REQUIRE(write_autotune(directory / "out.json", longer, HostFilePlace::out));
    CHECK(read_autotune(directory / "out.json")->rows.size() == 1);
}

TEST_CASE("a malformed autotune is refused with the place of the fault") {
    const TemporaryDirectory directory;
    const auto spoiled = [&](const std::string& from, const std::string& to) {
        std::string text = to_json_text(tuned());
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        const auto parsed = parse_autotune(text.replace(at, from.size(), to), "t.json");
        return parsed ? "" : to_line(parsed.error());
    };
    const std::string remedy = "; give a file that bytebound autotune wrote";
    CHECK(spoiled("bytebound.autotune/1", "bytebound.autotune/9") ==
          "read autotune t.json: its schema is \"bytebound.autotune/9\", not \"bytebound.autotune/1\"" + remedy);
    CHECK(spoiled("\"prefetch:4x8\"", "\"prefetch:4x0\"").find("\"prefetch:4x0\" is not a copy method") !=
          std::string::npos);
    CHECK(spoiled("\"verdict\": \"better\"", "\"verdict\": \"best\"").find("\"best\" is not one of") !=
          std::string::npos);
}

TEST_CASE("an autotune with mostly wide intervals was disturbed") {
    AutotuneRecord record = tuned();
    CHECK(why_disturbed(record).empty());
    record.rows[0].against_itself = {1, 0.7, 1.4, 0.9, 6};
    CHECK(why_disturbed(record).empty()); // one of two
    record.rows[0].settings[0].ratio = TunedRatio{1.2, 0.8, 1.8, 0.2, 6};
    CHECK(why_disturbed(record) == "2 of 2 intervals are wider than +-20 %");
}
