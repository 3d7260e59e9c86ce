#include "base/input_file.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "support/tree.hpp"

using namespace bytebound;
using bytebound::test::Tree;
using bytebound::test::TreeFiles;

namespace {

constexpr InputKind ten_bytes{"a test", 10};

std::string cause_of(const std::filesystem::path& file) {
    const auto text = read_input(file, ten_bytes);
    return text ? "read: " + *text : text.error().cause;
}
int error_of(const std::filesystem::path& file) {
    const auto text = read_input(file, ten_bytes);
    return text ? 0 : text.error().error;
}

} // namespace

TEST_CASE("a file of exactly the limit is read whole, one byte more is refused before it is read") {
    const Tree tree(TreeFiles{{"ten", "123456789"}, {"eleven", "1234567890"}}); // each with a line feed
    CHECK(read_input(tree.path() / "ten", ten_bytes) == "123456789\n");
    CHECK(cause_of(tree.path() / "eleven") == "it is larger than 10 B, the limit of a test");
}

TEST_CASE("the limit also holds for a file of procfs, which states the size 0") {
    CHECK(cause_of("/proc/self/status") == "it is larger than 10 B, the limit of a test");
    CHECK(read_input("/proc/self/status", input::machine_file).value_or("").starts_with("Name:"));
}

TEST_CASE("a FIFO without a writer, a device and a directory are refused at once") {
    const Tree tree;
    REQUIRE(::mkfifo((tree.path() / "fifo").c_str(), 0600) == 0);
    CHECK(cause_of(tree.path() / "fifo") == "it is a FIFO, not a file");
    CHECK(cause_of("/dev/null") == "it is a device, not a file");
    CHECK(cause_of("/dev/zero") == "it is a device, not a file");
    CHECK(cause_of(tree.path()) == "it is a directory, not a file");
    CHECK(error_of(tree.path()) == EISDIR);
}

TEST_CASE("a missing file and a socket have the kernel's errno") {
    const Tree tree;
    CHECK(error_of(tree.path() / "none") == ENOENT);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = (tree.path() / "socket").string();
    REQUIRE(name.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, name.data(), name.size());
    const int number = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::bind(number, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    CHECK(error_of(name) == ENXIO);
    ::close(number);
}

TEST_CASE("a sparse file of 1 TiB is refused by its size") {
    const Tree tree(TreeFiles{{"sparse", ""}});
    REQUIRE(::truncate((tree.path() / "sparse").c_str(), off_t{1} << 40) == 0);
    CHECK(read_input(tree.path() / "sparse", input::samples).error().cause ==
          "it is larger than 4 GiB, the limit of raw steps");
}

TEST_CASE("the error of a file has the cause of its fault, or the caller's and the errno") {
    const Tree tree(TreeFiles{{"eleven", "1234567890"}});
    const Error otherwise{ExitCode::bad_data, "read", "x", "it is missing", "give another"};
    CHECK(to_line(read_input(tree.path() / "none", ten_bytes, otherwise).error()) ==
          "read x: it is missing (ENOENT); give another");
    CHECK(to_line(read_input(tree.path() / "eleven", ten_bytes, otherwise).error()) ==
          "read x: it is larger than 10 B, the limit of a test; give another");
}

TEST_CASE("blocks of a file arrive in order and completely") {
    const std::string text(200000, 'a');
    const Tree tree(TreeFiles{{"long", text}});
    std::string got;
    REQUIRE(read_input_blocks_in(AT_FDCWD, tree.path() / "long", input::hashed,
                                 [&](std::span<const char> block) { got.append(block.data(), block.size()); }));
    CHECK(got == text + "\n");
}
