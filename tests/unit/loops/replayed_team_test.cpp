#include <catch2/catch.hpp>

#include "loops/row_copier.hpp"
#include "support/small_arena.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

/// Records which worker copies which slab row, in order: "0:3" is worker 0, slot 3. "|" is a join.
class Roll final : public AccessObserver {
public:
    void copy(Buffer, std::uint64_t, Buffer, std::uint64_t to_offset, std::uint64_t) override {
        if (to_offset < 12288) text += std::to_string(worker_) + ":" + std::to_string((to_offset - 8192) / 64) + " ";
    }
    void load(Buffer buffer, std::uint64_t, std::uint64_t) override {
        if (buffer == Buffer::mask) ++mask_words[worker_];
    }
    void store(Buffer, std::uint64_t, std::uint64_t) override {}
    void worker(unsigned worker) override { worker_ = worker; }
    void join() override {
        text += "|";
        worker_ = 0;
    }
    std::string text;
    std::array<std::uint64_t, 4> mask_words{};

private:
    unsigned worker_ = 0;
};

Roll roll(LoopKind kind, const std::vector<Ids>& masks, unsigned workers, std::uint32_t grain = 1,
          std::uint32_t threshold = 1) {
    Workspace workspace = eight_rows(masks);
    Roll roll;
    LoopOptions options;
    options.grain = grain;
    options.parallel_threshold = threshold;
    const auto loop = make_replay(kind, workspace, roll, options, workers);
    loop->reset(changes_of(masks));
    for (std::uint32_t step = 0; step + 1 < masks.size(); ++step)
        loop->step(step);
    return roll;
}

const std::vector<Ids> seven_rows{{0, 1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6, 7}};

} // namespace

TEST_CASE("a replayed team splits rows as a running one does") {
    CHECK(roll(LoopKind::index, seven_rows, 2).text == "0:0 0:1 0:2 1:3 1:4 1:5 1:6 |");
    CHECK(roll(LoopKind::index, seven_rows, 2, 4).text == "0:0 0:1 0:2 0:3 1:4 1:5 1:6 |");
    CHECK(roll(LoopKind::index, seven_rows, 3).text == "0:0 0:1 1:2 1:3 2:4 2:5 2:6 |");
    CHECK(roll(LoopKind::mask, seven_rows, 2).text == "0:0 0:1 0:2 1:3 1:4 1:5 1:6 |");
    // Two rows are removed and two added: one for each worker.
    const std::vector<Ids> two_rows{{0, 1, 2}, {0, 3, 4}};
    CHECK(roll(LoopKind::paired, two_rows, 2).text == "0:1 1:2 |");
    CHECK(roll(LoopKind::oracle, two_rows, 2).text == "0:1 1:2 |");
    CHECK(roll(LoopKind::paired, two_rows, 4).text == "1:1 3:2 |"); // workers 0 and 2 have no rows
}

TEST_CASE("below the threshold, and with one worker, only the leader of a replayed team works") {
    CHECK(roll(LoopKind::index, seven_rows, 2, 1, 8).text == "0:0 0:1 0:2 0:3 0:4 0:5 0:6 ");
    CHECK(roll(LoopKind::index, seven_rows, 1).text == "0:0 0:1 0:2 0:3 0:4 0:5 0:6 ");
}

TEST_CASE("in a replayed team the leader counts the mask and every worker scans it") {
    const Roll team = roll(LoopKind::mask, seven_rows, 2);
    CHECK(team.mask_words[0] == 2);
    CHECK(team.mask_words[1] == 1);
    CHECK(roll(LoopKind::mask, seven_rows, 1).mask_words[0] == 1);
}
