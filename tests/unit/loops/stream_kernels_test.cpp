#include "loops/stream_kernels.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <set>

#include <catch2/catch.hpp>

using namespace bytebound;

namespace {

/// Aligned words with a guard line on either side.
class Guarded {
public:
    explicit Guarded(std::size_t words, std::uint64_t seed)
        : words_(words), memory_(new (std::align_val_t(64)) std::uint64_t[words + 16]) {
        std::fill_n(memory_, words + 16, guard);
        for (std::size_t i = 0; i < words; ++i)
            data()[i] = seed + i * 0x9e3779b97f4a7c15u;
    }
    ~Guarded() { ::operator delete[](memory_, std::align_val_t(64)); }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;
    std::uint64_t* data() const { return memory_ + 8; }
    std::byte* bytes() const { return reinterpret_cast<std::byte*>(data()); }
    std::size_t size() const { return words_ * 8; }
    bool intact() const {
        return std::all_of(memory_, memory_ + 8, [](auto w) { return w == guard; }) &&
               std::all_of(data() + words_, data() + words_ + 8, [](auto w) { return w == guard; });
    }

private:
    static constexpr std::uint64_t guard = 0xabababababababab;
    std::size_t words_;
    std::uint64_t* memory_;
};

constexpr std::size_t words = 3 * stream_chunk_bytes / 8; // 96: includes the end of the last chunk

} // namespace

TEST_CASE("every stream kernel set that runs here loads every word once") {
    for (const StreamFunctions& functions : stream_functions()) {
        INFO(functions.isa);
        const Guarded buffer(words, 1);
        std::uint64_t all = 0;
        for (std::size_t i = 0; i < words; ++i)
            all ^= buffer.data()[i];
        CHECK(functions.read(buffer.bytes(), buffer.size()) == all);
        for (std::size_t i = 0; i < words; ++i) {
            const std::uint64_t bit = std::uint64_t{1} << (i % 64);
            buffer.data()[i] ^= bit;
            CHECK(functions.read(buffer.bytes(), buffer.size()) == (all ^ bit));
            buffer.data()[i] ^= bit;
        }
    }
}

TEST_CASE("stream kernels store every byte of their buffer and none outside") {
    for (const StreamFunctions& functions : stream_functions()) {
        INFO(functions.isa);
        for (const auto write : {functions.write, functions.nt_write}) {
            if (write == nullptr) continue;
            const Guarded buffer(words, 1);
            write(buffer.bytes(), buffer.size(), 0x0123456789abcdef);
            CHECK(std::all_of(buffer.data(), buffer.data() + words, [](auto w) { return w == 0x0123456789abcdef; }));
            CHECK(buffer.intact());
        }
    }
}

TEST_CASE("stream kernels copy every byte of their buffer, leave the source unchanged and store none outside") {
    for (const StreamFunctions& functions : stream_functions()) {
        INFO(functions.isa);
        for (const auto copy : {functions.copy, functions.nt_copy}) {
            if (copy == nullptr) continue;
            const Guarded from(words, 1), same(words, 1), to(words, 77);
            copy(to.bytes(), from.bytes(), to.size());
            CHECK(std::memcmp(to.bytes(), same.bytes(), to.size()) == 0);
            CHECK(std::memcmp(from.bytes(), same.bytes(), from.size()) == 0);
            CHECK(to.intact());
        }
    }
}

TEST_CASE("kernels with non-temporal stores exist, or the reason why not") {
    const StreamFunctions& widest = widest_stream_functions();
    CHECK((widest.nt_write != nullptr) == (widest.nt_copy != nullptr));
    CHECK((widest.nt_write != nullptr) == why_no_nt_kernels().empty());
#if defined(__x86_64__)
    CHECK(why_no_nt_kernels().empty());
    CHECK(stream_functions().size() >= 2);
#else
    CHECK(why_no_nt_kernels() == "this architecture has no stores that are guaranteed to bypass the caches");
#endif
    CHECK(stream_functions().front().isa == "portable");
}

TEST_CASE("random row moves contain every row once on either side, in two orders, equal for equal seeds") {
    const auto moves = random_row_moves(1000, 7);
    REQUIRE(moves.size() == 1000);
    std::set<std::uint32_t> from, to;
    std::size_t in_place = 0, ascending = 0;
    for (std::size_t i = 0; i < moves.size(); ++i) {
        from.insert(moves[i].from);
        to.insert(moves[i].to);
        in_place += moves[i].from == moves[i].to;
        ascending += i > 0 && moves[i].from == moves[i - 1].from + 1;
    }
    CHECK(from.size() == 1000);
    CHECK(*from.rbegin() == 999);
    CHECK(to.size() == 1000);
    CHECK(*to.rbegin() == 999);
    // In two random orders of 1000, about 1 position agrees; 12 or more have a probability of 1e-9.
    CHECK(in_place < 12);
    CHECK(ascending < 12);
    CHECK(random_row_moves(1000, 7) == moves);
    CHECK(random_row_moves(1000, 8) != moves);
    CHECK(random_row_moves(0, 7).empty());
}

TEST_CASE("ascending row moves copy every row to its own place, in order") {
    CHECK(ascending_row_moves(3) == std::vector<RowMove>{{0, 0}, {1, 1}, {2, 2}});
    CHECK(ascending_row_moves(0).empty());
}

TEST_CASE("rows are copied as a whole by every method that the ceilings use") {
    for (const CopyMethod method : {CopyMethod::memcpy, CopyMethod::nt}) {
        if (!runs_here(method)) continue;
        INFO(name_of(method));
        for (const std::size_t row_bytes : {std::size_t{64}, std::size_t{72}, std::size_t{192}}) {
            const std::size_t rows = words * 8 / row_bytes;
            const Guarded from(words, 1), to(words, 77);
            const auto moves = random_row_moves(static_cast<std::uint32_t>(rows), 3);
            copy_rows(to.bytes(), from.bytes(), row_bytes, moves, method);
            for (const RowMove& move : moves)
                CHECK(std::memcmp(to.bytes() + move.to * row_bytes, from.bytes() + move.from * row_bytes, row_bytes) ==
                      0);
            CHECK(to.intact());
        }
    }
}
