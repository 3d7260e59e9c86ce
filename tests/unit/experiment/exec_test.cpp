#include <catch2/catch.hpp>

#include "experiment/exec/blocks.hpp"
#include "experiment/exec/exec_options.hpp"
#include "experiment/exec/placement_samples.hpp"

using namespace bytebound;

TEST_CASE("the words of --vs are split at blanks, and quotes and backslashes keep what is in them") {
    using Words = std::vector<std::string>;
    CHECK(split_command("sort  -n\tfile") == Words{"sort", "-n", "file"});
    CHECK(split_command(R"(a 'b c' "d e" f\ g '')") == Words{"a", "b c", "d e", "f g", ""});
    CHECK(split_command(R"("a\"b" "a\nb" 'a\b' x'y'z)") == Words{"a\"b", "a\\nb", "a\\b", "xyz"});
    CHECK(split_command("$HOME *") == Words{"$HOME", "*"});
    CHECK_FALSE(split_command("sort 'file"));
    CHECK_FALSE(split_command("sort \\"));
}

TEST_CASE("a block of two commands has both twice, with the first or the second outside, by the seed") {
    BlockOrder order(2, 1), again(2, 1);
    std::vector<std::vector<std::size_t>> blocks;
    for (int i = 0; i < 64; ++i) {
        blocks.push_back(order.next());
        CHECK(blocks.back() == again.next());
    }
    const std::string text = order_text(blocks);
    const auto count = [&](const std::string& word) {
        std::size_t n = 0;
        for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
            ++n;
        return n;
    };
    CHECK(count("ABBA") + count("BAAB") == 64);
    CHECK(count("ABBA") > 16); // 64 fair draws: fewer in 1 of 27000 seeds
    CHECK(count("BAAB") > 16);
    CHECK(BlockOrder(1, 1).next() == std::vector<std::size_t>{0});
    CHECK(order_text({}).empty());
}

TEST_CASE("the precision of two commands is that of the ratio of their blocks, not of their times") {
    BlockTimes times(2);
    for (const std::uint64_t slow : {1, 2, 3, 4}) {
        const std::uint64_t a[] = {200 * slow, 200 * slow}, b[] = {100 * slow, 100 * slow};
        times.add(0, a);
        times.add(1, b);
    }
    CHECK(times.blocks() == 4);
    REQUIRE(times.half_width());
    CHECK(*times.half_width() < 1e-9);
}

TEST_CASE("pages per node are summed over the mappings of numa_maps") {
    const auto pages = pages_in_numa_maps("55d0 default file=/usr/bin/N7=3 mapped=2 N0=2 kernelpagesize_kB=4\n"
                                          "7f00 bind:1 anon=5 dirty=5 N0=1 N1=4 kernelpagesize_kB=4\n");
    CHECK(pages == std::map<int, std::uint64_t>{{0, 3}, {1, 4}});
    CHECK(pages_in_numa_maps("").empty());
}

TEST_CASE("the allowed CPUs of a process are those of the line of its status") {
    CHECK(allowed_list_in("Name:\tx\nCpus_allowed:\t5\nCpus_allowed_list:\t0,2\nMems_allowed:\t1\n") == "0,2");
    CHECK(allowed_list_in("Name:\tx\n").empty());
}
