// Copies of cold rows at random places: every copy method against memcpy, for rows of 256 B to 16 KiB, as in a step of
// `paired`: rows of a pool that is far larger than the LLC, into a block that fits it. The methods alternate in drawn
// order within every round, each on rows of its own, so that all are equally cold and slow drift affects all alike.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/mapped_region.hpp"
#include "base/random.hpp"
#include "loops/stream_kernels.hpp"
#include "stats/estimate.hpp"

namespace {

using namespace bytebound;

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t slab_bytes = 8 * mib, batch_bytes = 2 * mib;

struct Sizes {
    std::uint64_t pool_bytes = 512 * mib;
    std::uint32_t rounds = 200;
};

std::vector<CopyMethod> methods_for(std::uint64_t row_bytes) {
    const auto lines = static_cast<std::uint32_t>(row_bytes / prefetch_line_bytes);
    std::vector<CopyMethod> out{CopyMethod::memcpy, CopyMethod::memcpy}; // against itself: the error of the method
    for (const CopyMethod method : copy_methods())
        if (method.kind != CopyMethod::memcpy && method.kind != CopyMethod::prefetch && runs_here(method))
            out.push_back(method);
    for (const auto& [rows, most] : {std::pair(2u, 4u), std::pair(4u, 8u), std::pair(8u, 8u), std::pair(4u, lines)}) {
        const CopyMethod method = CopyMethod::prefetching(rows, std::min(most, lines));
        if (std::find(out.begin(), out.end(), method) == out.end()) out.push_back(method);
    }
    return out;
}

/// Batches of row copies, each row of the pool once until all were used.
class ColdRows {
public:
    ColdRows(std::uint64_t pool_bytes, std::uint64_t row_bytes)
        : moves_(random_row_moves(static_cast<std::uint32_t>(pool_bytes / row_bytes), 1)),
          rows_(std::min<std::size_t>(batch_bytes / row_bytes, moves_.size())) {
        for (RowMove& move : moves_)
            move.to %= static_cast<std::uint32_t>(slab_bytes / row_bytes);
    }
    std::span<const RowMove> next() {
        if (at_ + rows_ > moves_.size()) at_ = 0;
        return std::span(moves_).subspan(std::exchange(at_, at_ + rows_), rows_);
    }

private:
    std::vector<RowMove> moves_;
    std::size_t rows_, at_ = 0;
};

void measure(const Sizes& sizes, std::uint64_t row_bytes, std::byte* pool, std::byte* slab) {
    const std::vector<CopyMethod> methods = methods_for(row_bytes);
    std::vector<std::vector<double>> times(methods.size());
    std::vector<std::size_t> order(methods.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    ColdRows rows(sizes.pool_bytes, row_bytes);
    Random random(row_bytes);
    double bytes = 0;
    for (std::uint32_t round = 0; round <= sizes.rounds; ++round) {
        for (std::size_t left = order.size(); left > 1; --left)
            std::swap(order[left - 1], order[random.below(static_cast<std::uint32_t>(left))]);
        for (const std::size_t i : order) {
            const auto moves = rows.next();
            const std::uint64_t begin = now_ns();
            copy_rows(slab, pool, row_bytes, moves, methods[i]);
            const auto ns = static_cast<double>(now_ns() - begin);
            bytes = 2 * static_cast<double>(moves.size() * row_bytes);
            if (round > 0) times[i].push_back(ns); // the first round warms up
        }
    }
    for (std::size_t i = 0; i < methods.size(); ++i) {
        std::printf("%6llu B  %-14s %6.2f GB/s", static_cast<unsigned long long>(row_bytes),
                    name_of(methods[i]).c_str(), bytes / median(times[i]));
        if (i > 0) {
            std::vector<double> ratios; // of each round, so that other work on the machine affects both
            for (std::size_t round = 0; round < times[i].size(); ++round)
                ratios.push_back(times[0][round] / times[i][round]);
            const auto ratio = median_of_independent(ratios);
            std::printf("  %6.3f x memcpy (%.3f-%.3f)", ratio->value, ratio->ci_low.value_or(0),
                        ratio->ci_high.value_or(0));
        }
        std::printf("\n");
    }
}

} // namespace

int main(int argc, char** argv) {
    Sizes sizes;
    for (int i = 1; i < argc; ++i)
        if (std::string(argv[i]).starts_with("--benchmark_min_time")) sizes = {16 * mib, 2}; // only whether it runs
    auto pool = MappedRegion::anonymous(sizes.pool_bytes, 2 * mib), slab = MappedRegion::anonymous(slab_bytes, 2 * mib);
    if (!pool || !slab) return 1;
    std::memset(pool->data(), 0x5a, sizes.pool_bytes);
    std::memset(slab->data(), 0xa5, slab_bytes);
    for (const std::uint64_t row_bytes : {256, 1024, 4096, 16384})
        measure(sizes, row_bytes, pool->data(), slab->data());
    return 0;
}
