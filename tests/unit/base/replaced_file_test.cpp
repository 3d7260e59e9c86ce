#include "base/replaced_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "support/tree.hpp"

using namespace bytebound;
using bytebound::test::Tree;
using bytebound::test::TreeFiles;

namespace {

std::string text_in(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> names_in(const std::filesystem::path& directory) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        names.insert(entry.path().filename().string());
    return names;
}

Descriptor opened(const std::filesystem::path& directory) {
    return Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

constexpr const char* abandoned = ".bytebound-00000000000000ff.tmp";

} // namespace

TEST_CASE("a replaced file has the new text, and nothing else is left beside it") {
    const Tree tree(TreeFiles{{"summary.csv", "old"}});
    CHECK(replace_file(tree.path() / "summary.csv", "new") == 0);
    CHECK(text_in(tree.path() / "summary.csv") == "new");
    CHECK(names_in(tree.path()) == std::set<std::string>{"summary.csv"});
}

TEST_CASE("a link is replaced by the file: what it points at keeps its text") {
    const Tree tree(TreeFiles{{"keys", "mine"}});
    std::filesystem::create_symlink("keys", tree.path() / "report.md");
    CHECK(replace_file(tree.path() / "report.md", "new") == 0);
    CHECK(text_in(tree.path() / "report.md") == "new");
    CHECK(text_in(tree.path() / "keys") == "mine\n");
}

TEST_CASE("a file that cannot be replaced stays as it is, and no temporary file is left") {
    const Tree tree(TreeFiles{{"summary.csv/inside", "old"}});
    CHECK(replace_file(tree.path() / "summary.csv", "new") == EISDIR);
    CHECK(names_in(tree.path()) == std::set<std::string>{"summary.csv"});
    CHECK(replace_file(tree.path() / "missing/summary.csv", "new") == ENOENT);
}

TEST_CASE("each temporary file has another name, and is removed with its owner") {
    const Tree tree;
    const Descriptor directory = opened(tree.path());
    {
        const auto first = TemporaryFile::create(directory.get()), second = TemporaryFile::create(directory.get());
        REQUIRE((first && second));
        const auto names = names_in(tree.path());
        CHECK(names.size() == 2);
        for (const std::string& name : names)
            CHECK(is_temporary_name(name));
    }
    CHECK(names_in(tree.path()).empty());
}

TEST_CASE("a temporary file that was reserved holds less text than it reserved") {
    const Tree tree;
    const Descriptor directory = opened(tree.path());
    auto file = TemporaryFile::create(directory.get());
    REQUIRE(file);
    CHECK(file->reserve(65536) == 0);
    CHECK(file->write("short") == 0);
    CHECK(file->publish("run.json") == 0);
    CHECK(text_in(tree.path() / "run.json") == "short");
    CHECK(names_in(tree.path()) == std::set<std::string>{"run.json"});
}

TEST_CASE("temporary files of killed processes are removed; those of living ones and other files stay") {
    const Tree tree(TreeFiles{{abandoned, "half a repo"}, {"letter.tmp", "dear reader"}});
    const Descriptor directory = opened(tree.path());
    const auto alive = TemporaryFile::create(directory.get());
    REQUIRE(alive);
    remove_leftovers(tree.path());
    const auto names = names_in(tree.path());
    CHECK(names.size() == 2);
    CHECK(names.count("letter.tmp") == 1);
    CHECK(names.count(abandoned) == 0);
}

TEST_CASE("only the exact form of a temporary file's name is one") {
    CHECK(is_temporary_name(".bytebound-0123456789abcdef.tmp"));
    for (const char* name : {".bytebound-0123456789abcde.tmp", ".bytebound-0123456789abcdeg.tmp",
                             "bytebound-0123456789abcdef.tmp", ".bytebound-0123456789abcdef.tmp2", ".tmp", ""})
        CHECK_FALSE(is_temporary_name(name));
}

TEST_CASE("an output that is a device, a FIFO, a directory or a link to one is refused with that cause") {
    const Tree tree(TreeFiles{{"file", "old"}});
    REQUIRE(::mkfifo((tree.path() / "fifo").c_str(), 0600) == 0);
    std::filesystem::create_symlink("/dev/null", tree.path() / "null");
    std::filesystem::create_symlink("file", tree.path() / "link");
    std::filesystem::create_symlink("nowhere", tree.path() / "dangling");
    CHECK(output_file("/dev/null").error() == "it is a device");
    CHECK(output_file(tree.path() / "null").error() == "it is a device");
    CHECK(output_file(tree.path() / "fifo").error() == "it is a FIFO");
    CHECK(output_file(tree.path()).error() == "it is a directory");
    CHECK(output_file(tree.path() / "dangling").error() == "it is a symbolic link to nothing");
    CHECK(output_file(tree.path() / "new").value() == tree.path() / "new");
    CHECK(output_file(tree.path() / "link").value() == std::filesystem::canonical(tree.path() / "file"));
}

TEST_CASE("an output that is open already, as /dev/stdout of a shell's redirection, is refused") {
    const Tree tree(TreeFiles{{"log", "lines of others\n"}});
    const Descriptor open(::open((tree.path() / "log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    REQUIRE(open);
    const std::string number = std::to_string(open.get());
    std::filesystem::create_symlink("/dev/fd/" + number, tree.path() / "link");
    for (const std::filesystem::path& name : {std::filesystem::path("/proc/self/fd/" + number),
                                              std::filesystem::path("/dev/fd/" + number), tree.path() / "link"})
        CHECK(output_file(name).error() == "it is a file that is open already");
    CHECK(output_file(tree.path() / "log"));
}
