#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include "experiment/qualify/qualification_cache.hpp"
#include "support/temporary_directory.hpp"

using namespace bytebound;

namespace {

QualificationRecord record() {
    QualificationRecord r;
    r.done = true;
    r.measured = "2026-01-01T00:00:00Z";
    QualifiedEvent event;
    event.name = "instructions";
    event.kernel = "2-instruction loop";
    event.unit = "instructions";
    event.truth = 1e6;
    event.n = 5;
    event.mean = 1e6 + 27;
    event.bias = 27e-6;
    event.cv = 0;
    event.threshold = 0.01;
    event.verdict = QualificationVerdict::passed;
    QualifiedEvent cycles;
    cycles.name = "cycles";
    cycles.reason = "no kernel takes a known number of cycles";
    r.events = {event, cycles};
    return r;
}

const QualificationKey key{"boot-a", "host h\ncpu 1\n"};

std::filesystem::path only_file(const std::filesystem::path& directory) {
    const auto files = std::filesystem::directory_iterator(directory);
    REQUIRE(std::distance(std::filesystem::begin(files), std::filesystem::end(files)) == 1);
    return std::filesystem::directory_iterator(directory)->path();
}

} // namespace

TEST_CASE("a qualification is reused for the same boot and setup, and marked as cached") {
    const test::TemporaryDirectory directory;
    CHECK_FALSE(load_qualification(directory / "none", key).record);
    REQUIRE_FALSE(store_qualification(directory / "a/b", key, record()));
    const auto answer = load_qualification(directory / "a/b", key);
    REQUIRE(answer.record);
    CHECK_FALSE(answer.warning);
    QualificationRecord expected = record();
    expected.cached = true;
    CHECK(*answer.record == expected);
}

TEST_CASE("another boot or setup is measured again without a warning, and a new boot replaces the old file") {
    const test::TemporaryDirectory directory;
    REQUIRE_FALSE(store_qualification(directory.path(), key, record()));
    for (const QualificationKey& other :
         {QualificationKey{"boot-b", key.setup}, QualificationKey{key.boot, "host h\ncpu 2\n"},
          QualificationKey{"", key.setup}}) {
        const auto answer = load_qualification(directory.path(), other);
        CHECK_FALSE(answer.record);
        CHECK_FALSE(answer.warning);
    }
    REQUIRE_FALSE(store_qualification(directory.path(), {"boot-b", key.setup}, record()));
    only_file(directory.path());
    CHECK(load_qualification(directory.path(), {"boot-b", key.setup}).record);
    CHECK_FALSE(load_qualification(directory.path(), key).record);
}

TEST_CASE("a damaged file is a warning, never a verdict") {
    const test::TemporaryDirectory directory;
    REQUIRE_FALSE(store_qualification(directory.path(), key, record()));
    const std::filesystem::path file = only_file(directory.path());
    std::ifstream stream(file);
    const std::string good{std::istreambuf_iterator<char>(stream), {}};
    const auto warning_of = [&](const std::string& text) {
        std::ofstream(file, std::ios::trunc) << text;
        const auto answer = load_qualification(directory.path(), key);
        CHECK_FALSE(answer.record);
        REQUIRE(answer.warning);
        CHECK(answer.warning->find(file.string() + ": ") == 0);
        return answer.warning->substr(file.string().size() + 2);
    };
    const auto changed = [&](const std::string& from, const std::string& to) {
        std::string text = good;
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        return text.replace(at, from.size(), to);
    };
    CHECK(warning_of(good.substr(0, good.size() / 2)) == "it is not complete JSON: it ends too early; delete it");
    CHECK(warning_of("") == "it is empty; delete it");
    CHECK(warning_of(changed("qualification/1", "qualification/7")) ==
          "its schema is \"bytebound.qualification/7\", not \"bytebound.qualification/1\"; delete it");
    CHECK(warning_of(changed("\"passed\"", "\"good\"")).find("\"good\" is not one of passed, failed, not_judged") !=
          std::string::npos);
    CHECK(warning_of(changed("\"done\"", "\"gone\"")) == "/qualification/done: it is missing; delete it");
}

TEST_CASE("a cache that cannot be written is a warning with place and reason") {
    const test::TemporaryDirectory directory;
    const std::string remedy = "; set XDG_CACHE_HOME to a writable directory";
    std::ofstream(directory / "file") << "x";
    const auto warning = store_qualification(directory / "file/below", key, record());
    REQUIRE(warning);
    CHECK(*warning == (directory / "file/below").string() + ": Not a directory" + remedy);
    std::ofstream(directory / ".bytebound-0123456789abcdef.tmp") << "half"; // of a killed process
    REQUIRE_FALSE(store_qualification(directory.path(), key, record()));
    std::filesystem::remove(directory / "file");
    const std::filesystem::path saved = only_file(directory.path());
    std::filesystem::remove(saved);
    std::filesystem::create_directory(saved); // no file replaces a directory
    CHECK(*store_qualification(directory.path(), key, record()) ==
          saved.string() + ": the file cannot be written (EISDIR)" + remedy);
    only_file(directory.path());
    CHECK(*store_qualification({}, key, record()) == "neither XDG_CACHE_HOME nor HOME is set to a directory" + remedy);
    CHECK(*store_qualification(directory.path(), {"", "x"}, record()) ==
          "/proc/sys/kernel/random/boot_id cannot be read, so every run checks the counters again; make it readable");
}

TEST_CASE("the key contains everything that a count depends on") {
    CountingRequest request;
    bool quick = false;
    request.placement.cpus = {3};
    Counting counting;
    EventRecord event;
    event.name = "cycles";
    event.config = "0x3c";
    event.pass = event.group = 0;
    event.parts.resize(1);
    counting.events = {event};
    const SysRoot root;
    const auto setup = [&] { return qualification_key(request, counting, root, "h", "0.1", quick).setup; };
    const std::string before = setup();
    CHECK(setup() == before);
    std::vector<std::string> different = {before};
    const auto differs = [&] {
        const std::string now = setup();
        CHECK(std::find(different.begin(), different.end(), now) == different.end());
        different.push_back(now);
    };
    request.placement.cpus = {4};
    differs();
    request.placement.nodes = {1};
    differs();
    quick = true;
    differs();
    counting.events[0].config = "0x3d";
    differs();
    counting.events[0].group = 1;
    differs();
    counting.events[0].parts[0].cpu = 7;
    differs();
    counting.events.push_back(event);
    differs();
    counting.events[1].pass = -1; // not counted: nothing to qualify
    const std::string without = setup();
    counting.events.pop_back();
    CHECK(setup() == without);
    CHECK(qualification_key(request, counting, root, "g", "0.1", quick).setup != without);
    CHECK(qualification_key(request, counting, root, "h", "0.2", quick).setup != without);
    // Linux gives every boot a UUID.
    CHECK(qualification_key(request, counting, root, "h", "0.1", quick).boot.size() == 36);
}
