#include <catch2/catch.hpp>

#include <cstring>

#include "support/small_arena.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("rows of the main job are 8 KiB in two groups") {
    const auto layout = make_layout(Dtype::f32, 1024, 1024, 0);
    CHECK(layout == RowLayout{{{"up", 4096}, {"down", 4096}}});
    CHECK(layout.row_bytes() == 8192);
}

TEST_CASE("row bytes depend on the element type and omit groups without columns") {
    CHECK(make_layout(Dtype::f16, 3, 0, 5) == RowLayout{{{"up", 6}, {"gate", 10}}});
    CHECK(make_layout(Dtype::bf16, 0, 7, 0) == RowLayout{{{"down", 14}}});
    CHECK(make_layout(Dtype::i8, 3, 2, 1).row_bytes() == 6);
    CHECK(make_layout(Dtype::i8, 0, 0, 0).row_bytes() == 0);
    CHECK(dtype_named("bf16") == Dtype::bf16);
    CHECK(dtype_named("f64") == std::nullopt);
    CHECK(name_of(Dtype::i8) == "i8");
}

TEST_CASE("buffers have a fixed order and start at page boundaries") {
    // N = 100, room for 70 rows of 48 and 80 bytes; mask of 2 words.
    const WorkspaceSpec spec{100, 70, {{{"up", 48}, {"gate", 80}}}, 3, 0};
    const auto ranges = arena_layout(spec);
    struct Expected {
        std::string name;
        std::uint64_t offset, bytes;
    };
    const std::vector<Expected> expected{
        {"pool.up", 0, 4800},  {"pool.gate", 8192, 8000},  {"slab.up", 16384, 3360},  {"slab.gate", 20480, 5600},
        {"index", 28672, 560}, {"meta", 32768, 448 + 280}, {"mask", 36864, 3 * 2 * 8}};
    REQUIRE(ranges.size() == expected.size());
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        CHECK(ranges[i].name == expected[i].name);
        CHECK(ranges[i].offset == expected[i].offset);
        CHECK(ranges[i].bytes == expected[i].bytes);
    }
    CHECK(ranges[1].group == 1);
    CHECK(ranges[3].buffer == Buffer::slab);
    CHECK(arena_bytes(spec) == 40960);
}

TEST_CASE("oracle's lists enlarge the index buffer and move neither pool nor slab") {
    WorkspaceSpec spec{100, 100, {{{"up", 48}}}, 3, 0};
    const auto small = arena_layout(spec);
    spec.oracle_pairs = 1000;
    const auto large = arena_layout(spec);
    CHECK(small[2].bytes == 800);
    CHECK(large[2].bytes == 8000);
    CHECK(large[1].offset == small[1].offset);
    CHECK(large[2].offset == small[2].offset);
    CHECK(large[3].offset == small[3].offset + 4096); // 16384 instead of 12288 + 4096 ...
}

TEST_CASE("rows, lists, tables and masks are at the offsets of the layout") {
    Workspace workspace = eight_rows({{}, {}, {}});
    std::byte* base = workspace.base();
    CHECK(reinterpret_cast<std::uintptr_t>(base) % (2 << 20) == 0);
    CHECK(workspace.bytes() == 28672);
    CHECK(workspace.pool_row(1, 3) == base + 4096 + 3 * 128);
    CHECK(workspace.slab_row(0, 7) == base + 8192 + 7 * 64);
    CHECK(reinterpret_cast<std::byte*>(workspace.index().data()) == base + 16384);
    CHECK(workspace.index().size() == 16);
    CHECK(reinterpret_cast<std::byte*>(workspace.pairs().data()) == base + 16384);
    CHECK(workspace.pairs().size() == 24);
    CHECK(reinterpret_cast<std::byte*>(workspace.slot_of().data()) == base + 20480);
    CHECK(reinterpret_cast<std::byte*>(workspace.id_at().data()) == base + 20544);
    CHECK(reinterpret_cast<std::byte*>(workspace.mask(2)) == base + 24576 + 16);
    CHECK(workspace.masks().size() == 3);
}

TEST_CASE("the pool holds no zero word, distinct rows, and depends on the seed") {
    Workspace workspace = make_workspace({500, 500, {{{"up", 8}, {"down", 20}}}, 1, 0});
    std::set<std::string> rows;
    for (std::uint32_t g = 0; g < 2; ++g) {
        const std::size_t bytes = workspace.spec().layout.groups[g].row_bytes;
        rows.clear();
        for (std::uint32_t id = 0; id < 500; ++id) {
            rows.emplace(reinterpret_cast<const char*>(workspace.pool_row(g, id)), bytes);
        }
        CHECK(rows.size() == 500);
        const std::byte* from = workspace.pool_row(g, 0);
        for (std::size_t i = 0; i + 8 <= 500 * bytes; i += 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, from + i, 8);
            REQUIRE(word != 0);
        }
    }
    const std::vector<std::byte> first(workspace.base(), workspace.base() + 4000);
    workspace.touch(2);
    CHECK(first != std::vector<std::byte>(workspace.base(), workspace.base() + 4000));
    workspace.touch(1);
    CHECK(first == std::vector<std::byte>(workspace.base(), workspace.base() + 4000));
}

TEST_CASE("a seed whose first word would be zero gets another word instead") {
    // splitmix64 maps the state -0x9e3779b97f4a7c15 to 0, and the pool's words start from it.
    Workspace workspace = make_workspace({2, 2, {{{"up", 8}}}, 1, 0});
    workspace.touch(0x61c8864680b583ebu);
    std::uint64_t word = 0;
    std::memcpy(&word, workspace.pool_row(0, 0), 8);
    CHECK(word == 1);
}

TEST_CASE("impossible arena sizes are rejected") {
    const auto none = Workspace::allocate({0, 0, {{{"up", 8}}}, 1, 0});
    REQUIRE(!none.has_value());
    CHECK(to_line(none.error()) ==
          "allocate --N 0: the pool has no rows, or more rows than 32-bit slot numbers allow; choose "
          "N between 1 and 2147483648");
    const auto empty = Workspace::allocate({8, 8, {}, 1, 0});
    REQUIRE(!empty.has_value());
    CHECK(empty.error().code == ExitCode::usage);
    CHECK(empty.error().cause == "a row has 0 bytes");
    CHECK(!Workspace::allocate({0x80000001u, 1, {{{"up", 1}}}, 1, 0}).has_value());
}

namespace {

class FixedIds final : public UpdateLoop {
public:
    explicit FixedIds(std::vector<std::uint32_t> ids) : ids_(std::move(ids)) {}
    void reset(std::span<const StepChange>) override {}
    StepOutcome step(std::uint32_t) noexcept override { return {}; }
    std::uint32_t active_rows() const override { return static_cast<std::uint32_t>(ids_.size()); }
    std::span<const std::uint32_t> ids() const override { return ids_; }

private:
    std::vector<std::uint32_t> ids_;
};

const std::string remedy = "; the figures are not those of a correct update; please report this as a bug in bytebound";

} // namespace

TEST_CASE("the slab's proof reports slot, id, group, byte and both values of the first difference") {
    const std::vector<Ids> masks{{0, 2, 5, 7}, {2, 4, 6, 7}};
    Workspace workspace = eight_rows(masks);
    WorkerTeam team(1);
    const auto loop = make_loop(LoopKind::paired, workspace, team, {});
    loop->reset(changes_of(masks));
    loop->step(0); // slots: 4 2 6 7
    workspace.pool_row(1, 6)[17] = std::byte{0x3f};
    workspace.slab_row(1, 2)[17] = std::byte{0xc0};
    workspace.slab_row(0, 3)[0] ^= std::byte{1}; // a later one
    CHECK(fault_of(*loop, workspace, 1) ==
          "verify slab slot 2: id 6, group down, byte 17: slab holds 0xc0, pool 0x3f" + remedy);
    CHECK(verify_slab(*loop, workspace, mask_of(workspace, 1)).error().code == ExitCode::internal);
}

TEST_CASE("the slab's proof reaches the last byte of the last row") {
    Workspace workspace = eight_rows({{0, 2, 5, 7}});
    WorkerTeam team(1);
    const auto loop = make_loop(LoopKind::index, workspace, team, {});
    loop->reset({});
    workspace.pool_row(1, 7)[127] = std::byte{0x10};
    workspace.slab_row(1, 3)[127] = std::byte{0x0f};
    CHECK(fault_of(*loop, workspace, 0) ==
          "verify slab slot 3: id 7, group down, byte 127: slab holds 0x0f, pool 0x10" + remedy);
}

TEST_CASE("the slab's proof compares the ids with the mask as a set") {
    const Workspace workspace = eight_rows({{0, 2, 5}});
    const auto fault = [&](std::vector<std::uint32_t> ids) { return fault_of(FixedIds(std::move(ids)), workspace, 0); };
    CHECK(fault({0, 5}) == "verify slab: active id 2 is in no slot" + remedy);
    CHECK(fault({0, 5, 3}) == "verify slab slot 2: id 3 is not active" + remedy);
    CHECK(fault({0, 5, 0}) == "verify slab slot 2: id 0 is in an earlier slot, too" + remedy);
    CHECK(fault({8, 5, 0}) == "verify slab slot 0: id 8 is not in the pool" + remedy);
}
