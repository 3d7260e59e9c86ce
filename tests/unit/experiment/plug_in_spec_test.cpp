#include <algorithm>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "experiment/plug_in/channel.hpp"
#include "experiment/plug_in/plug_in_library.hpp"
#include "experiment/plug_in/plug_in_spec.hpp"

using namespace bytebound;

namespace {

/// Two readings of three steps after one of warm-up, with one counter, which counts gaps too.
PlugInSpec spec() {
    PlugInSpec spec;
    spec.library = "/opt/\xff.so"; // not UTF-8
    spec.arguments = "a:b,c";
    spec.workspace = {256, 70, make_layout(Dtype::f32, 16, 16, 0), 8, 5};
    spec.steps = {1, 2, 3, Gap::evict, {{4, 64, Sharing::socket}}, {"ddr-read"}, true, true};
    spec.events = {"cycles", "instructions", "task-clock", "page-faults", "ddr-read"};
    spec.read_cost = true;
    spec.sweep_bytes = 1 << 20;
    spec.sweep = {64, 4096};
    SentCounters counters;
    counters.groups = {{"ddr-read", 3, {77, 78}, {0}, {-1, -1}}};
    spec.counters = {{0, counters}};
    return spec;
}

PhaseLog log() {
    PhaseLog log;
    log.measured = 2;
    log.time_ns = {100, 200};
    log.workers = make_worker_logs(1, 2, 1);
    WorkerLog& own = log.workers[0];
    own.before = {{1, 10, 10}, {3, 30, 30}};
    own.after = {{2, 20, 20}, {4, 40, 39}};
    own.cpu_before = {0, 5};
    own.cpu_after = {0, -1};
    own.part_ns = {90, 190};
    own.interrupted = {false, true};
    log.idle_before = {{7, 8, 9}, {17, 18, 19}};
    log.gap_before = {{{{5, 6, 7}}}, {{{8, 9, 10}}}};
    log.gap_after = {{{{11, 12, 13}}}, {{{14, 15, 16}}}};
    return log;
}

} // namespace

TEST_CASE("a plug-in's process reads the task that was sent to it") {
    const auto read = parse_plug_in_spec(to_text(spec()));
    REQUIRE(read);
    CHECK(read->library == "/opt/\xff.so");
    CHECK(read->arguments == "a:b,c");
    CHECK(read->workspace == spec().workspace);
    CHECK(read->steps.steps() == 7);
    CHECK(read->steps.gap == Gap::evict);
    CHECK(read->steps.slots == spec().steps.slots);
    CHECK(read->steps.names == std::vector<std::string>{"ddr-read"});
    CHECK((read->steps.shared && read->steps.counts_gaps && read->read_cost && !read->describe));
    CHECK(read->sweep.begin == 64);
    CHECK(read->sweep.bytes == 4096);
    REQUIRE(read->counters.size() == 1);
    const SentGroup& group = read->counters[0].counters.groups.at(0);
    CHECK(group.leader == "ddr-read");
    CHECK(group.cpu == 3);
    CHECK(group.ids == std::vector<std::uint64_t>{77, 78});
    CHECK(group.descriptors.size() == 2);
    CHECK_FALSE(parse_plug_in_spec("nothing of the kind"));
}

TEST_CASE("the log of a phase survives its way through shared memory") {
    const auto read = log_of(words_of(log()), spec());
    REQUIRE(read);
    CHECK(read->time_ns == std::vector<std::uint64_t>{100, 200});
    const WorkerLog& own = read->workers.at(0);
    CHECK(own.before == log().workers[0].before);
    CHECK(own.after == log().workers[0].after);
    CHECK(own.cpu_after == std::vector<int>{0, -1});
    CHECK(own.part_ns == std::vector<std::uint64_t>{90, 190});
    CHECK(own.interrupted == std::vector<bool>{false, true});
    CHECK(read->idle_before == log().idle_before);
    CHECK(read->idle_after.empty());
    CHECK(read->gap_before == log().gap_before);
    CHECK(read->gap_after == log().gap_after);
}

TEST_CASE("numbers that a plug-in has overwritten are no log") {
    const std::vector<std::uint64_t> good = words_of(log());
    for (std::size_t cut = 0; cut < good.size(); ++cut)
        CHECK_FALSE(log_of(std::span(good).first(cut), spec()));
    std::vector<std::uint64_t> words = good;
    words[0] = 3; // more readings than planned
    CHECK_FALSE(log_of(words, spec()));
    words[0] = 1;
    CHECK_FALSE(log_of(words, spec()));
    words.assign(good.size(), ~std::uint64_t{0});
    CHECK_FALSE(log_of(words, spec()));
}

TEST_CASE("the memory of a phase has room for its log, and its ids end where it ends") {
    std::vector<std::uint64_t> memory(PlugInBlock::bytes(spec()) / 8);
    auto* const base = reinterpret_cast<std::byte*>(memory.data());
    const PlugInBlock block(base, spec());
    CHECK(block.words().size() >= words_of(log()).size());
    CHECK(block.ids().size() == 70);
    CHECK(reinterpret_cast<std::byte*>(block.ids().data() + 70) == base + PlugInBlock::bytes(spec()));
    CHECK(reinterpret_cast<std::byte*>(block.words().data() + block.words().size()) <=
          reinterpret_cast<std::byte*>(block.ids().data()));
    std::fill(block.outcomes().begin(), block.outcomes().end(), PlugInBlock::unfinished);
    block.outcomes()[0] = block.outcomes()[1] = 0;
    CHECK(block.finished() == 2);
}

TEST_CASE("a message is longer than a socket's, and has more descriptors") {
    const ChannelPair channel = make_channel();
    const std::string text(200'000, 'x');
    const std::vector<int> descriptors(201, channel.ours.get());
    // 64 KiB at a time: the receiver empties the socket meanwhile.
    REQUIRE(send_message(channel.theirs.get(), text.substr(0, 100'000), descriptors) == 0);
    const auto received = receive_message(channel.ours.get());
    REQUIRE(received);
    CHECK(received->text == text.substr(0, 100'000));
    CHECK(received->descriptors.size() == 201);
    CHECK(received->sender == ::getpid());
    for (const int descriptor : received->descriptors)
        ::close(descriptor);
}

TEST_CASE("a loop's name is one that files and gates can contain") {
    CHECK(is_loop_name("my_loop-2.x"));
    for (const char* name : {"", "a b", "a,b", "a#2", "a/b", "a@b", "abcdefghijklmnopqrstuvwxyz0123456"})
        CHECK_FALSE(is_loop_name(name));
}
