#include "loops/stream_kernels.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/random.hpp"
#include "loops/stream_tables.hpp"

namespace bytebound {
namespace {

std::vector<StreamFunctions> those_that_run_here() {
    std::vector<StreamFunctions> out = {stream_functions_portable()};
#if defined(__x86_64__)
    out.push_back(stream_functions_sse2());
    if (__builtin_cpu_supports("avx2")) out.push_back(stream_functions_avx2());
    if (__builtin_cpu_supports("avx512f")) out.push_back(stream_functions_avx512());
#endif
    return out;
}

/// Fisher-Yates shuffle.
std::vector<std::uint32_t> permutation(std::uint32_t rows, Random& random) {
    std::vector<std::uint32_t> out(rows);
    std::iota(out.begin(), out.end(), 0u);
    for (std::uint32_t left = rows; left > 1; --left)
        std::swap(out[left - 1], out[random.below(left)]);
    return out;
}

} // namespace

std::span<const StreamFunctions> stream_functions() {
    static const std::vector<StreamFunctions> here = those_that_run_here();
    return here;
}

const StreamFunctions& widest_stream_functions() { return stream_functions().back(); }

std::string_view why_no_nt_kernels() {
    return widest_stream_functions().nt_write != nullptr
               ? std::string_view()
               : "this architecture has no stores that are guaranteed to bypass the caches";
}

std::vector<RowMove> random_row_moves(std::uint32_t rows, std::uint64_t seed) {
    Random random(seed);
    const std::vector<std::uint32_t> from = permutation(rows, random), to = permutation(rows, random);
    std::vector<RowMove> moves(rows);
    for (std::uint32_t i = 0; i < rows; ++i)
        moves[i] = {from[i], to[i]};
    return moves;
}

std::vector<RowMove> ascending_row_moves(std::uint32_t rows) {
    std::vector<RowMove> moves(rows);
    for (std::uint32_t i = 0; i < rows; ++i)
        moves[i] = {i, i};
    return moves;
}

void copy_rows(std::byte* to, const std::byte* from, std::size_t row_bytes, std::span<const RowMove> moves,
               CopyMethod method) noexcept {
    const CopyFunction copy = copy_function(method);
    const CopyAhead ahead = ahead_of(method);
    const auto prefetch = [&](std::size_t i) {
        const std::byte* const row = from + moves[i].from * row_bytes;
        prefetch_lines(row, prefetched_bytes(reinterpret_cast<std::uintptr_t>(row), row_bytes, ahead.lines));
    };
    for (std::size_t i = 0; i < std::min<std::size_t>(ahead.rows, moves.size()); ++i)
        prefetch(i);
    for (std::size_t i = 0; i < moves.size(); ++i) {
        if (ahead.rows != 0 && i + ahead.rows < moves.size()) prefetch(i + ahead.rows);
        copy(to + moves[i].to * row_bytes, from + moves[i].from * row_bytes, row_bytes);
    }
    settle(method);
}

} // namespace bytebound
