#include "base/sysroot.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include "support/tree.hpp"

using namespace bytebound;
using bytebound::test::Tree;
using bytebound::test::TreeFiles;

namespace {

/// Beside the tree "root": a file that a recorded machine must not show.
struct TreeWithNeighbour {
    Tree outside{TreeFiles{{"secret", "outside"}, {"root/sys/real", "inside"}, {"root/secret", "the tree's own"}}};
    SysRoot root{outside.path() / "root"};

    void link(const std::string& target, const std::string& name) const {
        std::filesystem::create_symlink(target, outside.path() / "root" / name);
    }
};

} // namespace

TEST_CASE("a recorded machine's relative links are followed inside of its tree") {
    const TreeWithNeighbour t;
    t.link("../sys/real", "sys/link");
    t.link("sys", "other");
    CHECK(t.root.read("sys/link") == "inside");
    CHECK(t.root.read("other/link") == "inside");
    CHECK(t.root.list("other") == std::vector<std::string>{"link", "real"});
}

TEST_CASE("an absolute link of a recorded machine begins at the tree, as after chroot") {
    const TreeWithNeighbour t;
    t.link("/sys/real", "sys/link");
    t.link((t.outside.path() / "secret").string(), "sys/leak");
    CHECK(t.root.read("sys/link") == "inside");
    CHECK(t.root.read("sys/leak").error().sys_errno == ENOENT);
    CHECK_FALSE(t.root.exists("sys/leak"));
    CHECK(t.root.exists("sys/link"));
}

TEST_CASE("\"..\" above the tree's root stays at the root, in paths and in links") {
    const TreeWithNeighbour t;
    t.link("../../secret", "sys/up");
    t.link("../../../../..", "sys/top");
    CHECK(t.root.read("sys/up") == "the tree's own");
    CHECK(t.root.read("../secret") == "the tree's own");
    CHECK(t.root.read("sys/top/secret") == "the tree's own");
    CHECK(t.root.list("sys/top") == std::vector<std::string>{"secret", "sys"});
}

TEST_CASE("links in a circle end with ELOOP") {
    const TreeWithNeighbour t;
    t.link("b", "a");
    t.link("a", "b");
    CHECK(t.root.read("a").error().sys_errno == ELOOP);
    CHECK(t.root.list("a").empty());
}

TEST_CASE("a FIFO in a recorded machine does not block, and a directory is not a file") {
    const TreeWithNeighbour t;
    REQUIRE(::mkfifo((t.outside.path() / "root/sys/fifo").c_str(), 0600) == 0);
    CHECK(t.root.read("sys/fifo").error().cause == "it is a FIFO, not a file");
    CHECK(t.root.read("sys").error().sys_errno == EISDIR);
    CHECK(t.root.read("sys/real/below").error().sys_errno == ENOTDIR);
}

TEST_CASE("the running machine's own files are read through its links") {
    CHECK(SysRoot().read("proc/self/comm").value_or("").starts_with("unit_base"));
}
