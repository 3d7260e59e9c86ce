#include <catch2/catch.hpp>

#include <filesystem>

#include "archive/answer_directory.hpp"
#include "support/temporary_directory.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

namespace fs = std::filesystem;

constexpr DirectoryKind tried_kind{"merge", "merged.json", "bytebound.merge/", ""};
constexpr const char* tried_record = R"({"schema": "bytebound.merge/1"})";

/// Publishes a table, whose name may be taken by a folder, and the record after it.
Result<void> answer_in(const fs::path& path, bool force, bool table_is_a_folder) {
    AnswerDirectory directory = TRY(AnswerDirectory::create(path, force, tried_kind));
    if (table_is_a_folder) fs::create_directories(path / "table.csv/folder");
    TRY(directory.add("table.csv", "a,b\n"));
    TRY(directory.add("merged.json", tried_record));
    return directory.publish();
}

std::size_t entries_in(const fs::path& path) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
}

} // namespace

TEST_CASE("files that get their names half-way are taken away again from a new directory") {
    const TemporaryDirectory folder;
    const fs::path path = folder.path() / "out";
    CHECK_FALSE(answer_in(path, false, true));
    CHECK(entries_in(path) == 1); // the folder in the way, which nobody may remove
    fs::remove_all(path / "table.csv");
    CHECK(answer_in(path, false, false));
    CHECK(entries_in(path) == 3);
}

TEST_CASE("what is left of a former answer has no seal, and force replaces it") {
    const TemporaryDirectory folder;
    const fs::path path = folder.path() / "out";
    REQUIRE(answer_in(path, false, false));
    fs::remove(path / "table.csv");
    CHECK_FALSE(answer_in(path, true, true));
    CHECK(fs::exists(path / "merged.json"));
    CHECK_FALSE(fs::exists(path / "SHA256SUMS"));
    fs::remove_all(path / "table.csv");
    CHECK(answer_in(path, true, false));
    CHECK(fs::exists(path / "SHA256SUMS"));
}
