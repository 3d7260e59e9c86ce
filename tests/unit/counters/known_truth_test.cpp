#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "base/mapped_region.hpp"
#include "counters/known_truth/instruction_loop.hpp"
#include "counters/known_truth/kernel_events.hpp"
#include "counters/known_truth/line_streams.hpp"

using namespace bytebound;
using namespace bytebound::known_truth;

namespace {

constexpr std::size_t bytes = 64 * 1024;

MappedRegion memory() {
    auto region = MappedRegion::anonymous(bytes, 4096);
    REQUIRE(region);
    return std::move(*region);
}
std::span<std::byte> all(const MappedRegion& region) { return {region.data(), region.size()}; }

bool every_word_is(const MappedRegion& region, std::uint64_t value) {
    for (std::size_t at = 0; at < region.size(); at += sizeof value) {
        std::uint64_t word;
        std::memcpy(&word, region.data() + at, sizeof word);
        if (word != value) return false;
    }
    return true;
}

rusage usage_of_this_thread() {
    rusage usage{};
    REQUIRE(::getrusage(RUSAGE_THREAD, &usage) == 0);
    return usage;
}

} // namespace

TEST_CASE("the two-instruction loop returns its number of instructions") {
    if (!has_instruction_loop()) return;
    CHECK(run_instruction_loop(1) == 2);
    CHECK(run_instruction_loop(1'000'003) == 2'000'006);
}

TEST_CASE("streams write every word and read one word per line") {
    const MappedRegion from = memory(), to = memory();
    store_stream(all(from), 3);
    CHECK(every_word_is(from, 3));
    // 64 KiB are 1024 lines of 64 bytes, 256 of 256.
    CHECK(read_stream(all(from), 64) == 1024 * 3);
    CHECK(read_stream(all(from), 256) == 256 * 3);
    copy_stream(all(to), all(from));
    CHECK(every_word_is(to, 3));
    flush_lines(all(to));
    CHECK(every_word_is(to, 3));
    nontemporal_store_stream(all(to), 5);
    CHECK(every_word_is(to, has_nontemporal_stores() ? 5 : 3));
}

TEST_CASE("the first touch of every fresh page is one page fault in getrusage") {
    FreshPages::map(1)->touch(); // makes code and stack of the following calls resident
    auto pages = FreshPages::map(300);
    REQUIRE(pages);
    const long before = usage_of_this_thread().ru_minflt;
    const std::size_t touched = pages->touch();
    const long between = usage_of_this_thread().ru_minflt;
    pages->touch();
    const long after = usage_of_this_thread().ru_minflt;
    CHECK(touched == 300);
#ifdef __SANITIZE_ADDRESS__
    // AddressSanitizer looks up each access in its shadow memory, one byte per 8: 37.5 additional fresh pages.
    CHECK(between - before >= 300);
    CHECK(between - before <= 300 + 38);
#else
    CHECK(between - before == 300);
#endif
    CHECK(after - between == 0);
}

TEST_CASE("a nap is at least one switch, and no nap is none") {
    CHECK(take_naps(10) >= 10);
    CHECK(take_naps(0) == 0);
}

TEST_CASE("CPU time is spent as requested, and sleeping spends none") {
    const std::uint64_t spent = spend_cpu_time(1'000'000);
    CHECK(spent >= 1'000'000);
    const rusage before = usage_of_this_thread();
    CHECK(spend_cpu_time(20'000'000) >= 20'000'000);
    const rusage after = usage_of_this_thread();
    const auto us = [](const rusage& u) {
        return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1'000'000 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
    };
    // An independent count: user and system time together, kept by the scheduler.
    CHECK(us(after) - us(before) >= 19'000);
}

TEST_CASE("a watched word has perf's name for its breakpoint") {
    const WatchedWord word;
    char address[32];
    std::snprintf(address, sizeof address, "mem:%p", static_cast<const void*>(&word));
    CHECK(word.event_name(4, false) == std::string(address) + "/4:w");
    CHECK(word.event_name(8, true) == std::string(address) + "/8:rw");
}
