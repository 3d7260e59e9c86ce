#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <algorithm>

#include "base/error.hpp"
#include "counters/callgrind/callgrind_collector.hpp"
#include "counters/callgrind/part_file.hpp"
#include "counters/registry.hpp"
#include "counters/search_path.hpp"
#include "tree.hpp"

using namespace bytebound;

namespace {

// Output of valgrind 3.19.0 for a program with two readings, shortened.
const std::string two_parts = R"(# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 11225
cmd:  ./t
part: 1


desc: LL cache: 65536 B, 64 B, 8-way associative

desc: Timerange: Basic block 0 - 16389
desc: Trigger: Client Request: reading 0

positions: line
events: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw ILdmr DLdmr DLdmw
summary: 65548 0 16391 2 0 16386 2 0 16386 2 0 15364


ob=(1) /tmp/t
fl=(1) ???
fn=(0) main
0 65539 0 16385 0 0 16384 0 0 16384 0 0 15362

totals: 65539 5 16385 0 0 16384 7 300 16084 1 20 15362

part: 2

desc: Trigger: Client Request: reading 1

positions: line
events: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw ILdmr DLdmr DLdmw
summary: 9

totals: 200 3

part: 3

desc: Trigger: Program termination

positions: line
events: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw ILdmr DLdmr DLdmw
summary: 18446744073709354972

totals: -3
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
    const auto output = parse_part_file(text, "0-0.out");
    REQUIRE_FALSE(output);
    CHECK(output.error().code == ExitCode::internal);
    return to_line(output.error());
}

} // namespace

TEST_CASE("a part file gives the labelled parts: data misses, and dirty lines evicted by any access") {
    const auto output = parse_part_file(two_parts, "0-0.out");
    REQUIRE(output);
    CHECK(output->version == "3.19.0");
    // 300 + 16084 data misses, without the 7 of instructions; 1 + 20 + 15362 dirty lines. Omitted columns are zeros,
    // and the part at the program's end has no label.
    CHECK(output->parts == std::vector<EmulatedPart>{{"reading 0", 65539, 16384, 15383}, {"reading 1", 200, 0, 0}});
}

TEST_CASE("a malformed part file is an error with file and line") {
    CHECK(error_of("") ==
          "read callgrind's output 0-0.out:0: this is not output of callgrind; free disk space and run it again");
    CHECK(error_of(replaced(two_parts, "totals: 200 3", "totals: 200 x")) ==
          "read callgrind's output 0-0.out:34: \"x\" is not a count; free disk space and run it again");
    CHECK(error_of(two_parts.substr(0, two_parts.find("totals: 200"))) ==
          "read callgrind's output 0-0.out:33: the file ends within a part; free disk space and run it again");
    CHECK(error_of(replaced(two_parts, "totals: 200 3\n", "")) ==
          "read callgrind's output 0-0.out:35: the previous part has no totals; free disk space and run it again");
    CHECK(error_of(replaced(two_parts, "totals: 200 3", "totals: 1 2 3 4 5 6 7 8 9 10 11 12 13")) ==
          "read callgrind's output 0-0.out:34: 13 totals for 12 events; free disk space and run it again");
    // Without --simulate-wb=yes there are no counts of dirty lines, which must not be treated as 0.
    CHECK(error_of(replaced(two_parts, " ILdmr DLdmr DLdmw\nsummary: 65548", "\nsummary: 65548"))
              .find("12 totals for 9 events") != std::string::npos);
    CHECK(error_of(replaced(two_parts, " ILdmr DLdmr DLdmw\nsummary: 9", "\nsummary: 9")) ==
          "read callgrind's output 0-0.out:34: event ILdmr is missing; free disk space and run it again");
}

TEST_CASE("callgrind is given every cache, and reads no options from elsewhere") {
    const CallgrindCollector collector("/usr/bin/valgrind");
    const EmulatedCaches caches{{32768, 8, 64}, {1048576, 16, 64}};
    CHECK(collector.wrap({"/opt/bytebound", "emulate", "a.json"}, caches, "/tmp/5%/0.out") ==
          std::vector<std::string>{"/usr/bin/valgrind", "--command-line-only=yes", "--quiet", "--tool=callgrind",
                                   "--cache-sim=yes", "--simulate-wb=yes", "--dump-line=no", "--vgdb=no",
                                   "--I1=32768,8,64", "--D1=32768,8,64", "--LL=1048576,16,64", "--instr-atstart=no",
                                   "--collect-atstart=no", "--combine-dumps=yes", "--callgrind-out-file=/tmp/5%%/0.out",
                                   "/opt/bytebound", "emulate", "a.json"});
}

TEST_CASE("callgrind's cache has the requested size, with a power of two as its number of sets") {
    const CallgrindCollector collector("valgrind");
    const auto nearest = [&](std::uint64_t bytes, std::uint32_t ways) {
        const auto cache = collector.nearest_cache({bytes, ways, 64});
        REQUIRE(cache);
        return std::pair(cache->size_bytes, cache->ways);
    };
    using Pair = std::pair<std::uint64_t, std::uint32_t>;
    CHECK(nearest(33554432, 16) == Pair(33554432, 16));   // 32768 sets: unchanged
    CHECK(nearest(1310720, 20) == Pair(1310720, 20));     // 1024 sets
    CHECK(nearest(37748736, 12) == Pair(37748736, 9));    // 49152 sets: 65536 x 9, closer to 12 ways than 32768 x 18
    CHECK(nearest(100663296, 16) == Pair(100663296, 12)); // three of 32 MiB: 98304 sets: 131072 x 12
    // 81920 sets: no power of two fits; 65536 x 14 and 131072 x 7 differ by equally many bytes, and 14 ways are closer
    // to 11.
    CHECK(nearest(57671680, 11) == Pair(58720256, 14));
    CHECK_FALSE(collector.nearest_cache({std::uint64_t{4} << 30, 16, 64}));
    CHECK_FALSE(collector.nearest_cache({2147483584, 31, 64})); // 1082401 sets: 2^20 x 32 and 2^21 x 16 are 2^31 bytes
    CHECK_FALSE(collector.nearest_cache({64, 1, 64}));          // one line
    CHECK(nearest(128, 1) == Pair(128, 1));
    CHECK(nearest(2113929216, 63) == Pair(2113929216, 63)); // 2^19 sets, just below 2 GiB
    CHECK_FALSE(collector.nearest_cache({1 << 20, 16, 8}));
    CHECK_FALSE(collector.nearest_cache({1 << 20, 0, 64}));
}

TEST_CASE("the first level above a small last level is small") {
    const CallgrindCollector collector("valgrind");
    CHECK(collector.first_level_above({32 << 20, 16, 64}) == EmulatedCache{32 << 10, 8, 64});
    CHECK(collector.first_level_above({1 << 20, 16, 64}) == EmulatedCache{32 << 10, 8, 64});
    CHECK(collector.first_level_above({256 << 10, 16, 64}) == EmulatedCache{8 << 10, 8, 64});
    CHECK(collector.first_level_above({4096, 4, 64}) == EmulatedCache{1024, 8, 64});
    CHECK(collector.first_level_above({32 << 20, 16, 128}) == EmulatedCache{32 << 10, 8, 128});
}

TEST_CASE("without valgrind the collector says how to install it") {
    CHECK(CallgrindCollector("").capability() ==
          Capability::no("no valgrind on PATH", "sudo apt-get install valgrind"));
    CHECK(CallgrindCollector("/usr/bin/valgrind").capability() == Capability::yes("/usr/bin/valgrind"));
}

TEST_CASE("a program is found in the first folder that contains it as an executable file") {
    const test::Tree tree({{"a/valgrind", ""}, {"b/valgrind", ""}, {"c/valgrind/x", ""}});
    const std::string root = tree.path().string();
    CHECK(find_program(nullptr, "valgrind") == std::nullopt);
    CHECK(find_program("", "valgrind") == std::nullopt);
    CHECK(find_program((root + "/a").c_str(), "valgrind") == std::nullopt); // not executable
    REQUIRE(::chmod((root + "/b/valgrind").c_str(), 0755) == 0);
    CHECK(find_program((root + "/a::" + root + "/c:" + root + "/b").c_str(), "valgrind") == root + "/b/valgrind");
}

TEST_CASE("a program that ran as a whole has one part, which no request made") {
    const std::string end = "creator: callgrind-3.19.0\npart: 1\ndesc: Trigger: Program termination\n"
                            "events: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw ILdmr DLdmr DLdmw\n"
                            "totals: 572759 143154 62388 2255 2896 1201 1769 1819 1054 1 20 300\n";
    const auto output = parse_program_file(end, "0-0.77");
    REQUIRE(output);
    // Lines fetched: 1819 + 1054; written back by any access: 1 + 20 + 300.
    CHECK(output->parts == std::vector<EmulatedPart>{{"", 572759, 2873, 321}});
    REQUIRE(parse_part_file(end, "0-0.77"));
    CHECK(parse_part_file(end, "0-0.77")->parts.empty());
}

TEST_CASE("any program runs under callgrind from its start, with its children, a file for each process") {
    const CallgrindCollector collector("/usr/bin/valgrind");
    const auto words =
        collector.wrap_program({"/bin/sh", "-c", "true"}, {{32768, 8, 64}, {1 << 20, 16, 64}}, "/tmp/50%/0-0");
    const auto has = [&](const char* word) { return std::find(words.begin(), words.end(), word) != words.end(); };
    CHECK(has("--trace-children=yes"));
    CHECK(has("--LL=1048576,16,64"));
    CHECK(has("--callgrind-out-file=/tmp/50%%/0-0.%p"));
    CHECK_FALSE(has("--collect-atstart=no"));
    CHECK(std::vector<std::string>(words.end() - 3, words.end()) == std::vector<std::string>{"/bin/sh", "-c", "true"});
}
