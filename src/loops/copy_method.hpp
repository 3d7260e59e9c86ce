#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "workload/row_layout.hpp"

namespace bytebound {

/// How row bytes are copied. All methods except `nt` use ordinary stores. `movsb` is `rep movsb` (x86), which for large
/// blocks may use a no-RFO protocol. The vector methods need their ISA at run time. `nt` (x86) writes whole 64-byte
/// lines of the destination by non-temporal stores (movntdq), without reading them first; a row's partial lines are
/// stored normally. `prefetch:WxL` is memcpy while the first L lines of the next W source rows are prefetched.
struct CopyMethod {
    enum Kind : std::uint8_t { memcpy, movsb, avx2, avx512, nt, prefetch };
    Kind kind = memcpy;
    /// Of `prefetch`: W and L. 0: the default ones, fitted to the rows (fitted_to()).
    std::uint32_t rows = 0, lines = 0;

    constexpr CopyMethod() = default;
    constexpr CopyMethod(Kind which) : kind(which) {} // implicit: a kind is a method
    static constexpr CopyMethod prefetching(std::uint32_t rows, std::uint32_t lines) {
        CopyMethod method(prefetch);
        method.rows = rows;
        method.lines = lines;
        return method;
    }
    bool operator==(const CopyMethod&) const = default;
};

/// Limits of W and L, and their defaults.
inline constexpr std::uint32_t most_prefetched_rows = 64, most_prefetched_lines = 65536;
inline constexpr std::uint32_t default_prefetched_rows = 4, default_prefetched_lines = 8;
/// The line that one prefetch instruction fetches.
inline constexpr std::uint64_t prefetch_line_bytes = 64;

/// How far a method prefetches; no rows: not at all.
struct CopyAhead {
    std::uint32_t rows = 0, lines = 0;
    bool operator==(const CopyAhead&) const = default;
};
CopyAhead ahead_of(CopyMethod method);
/// Bytes of a row at `offset` that are within its first `lines` lines.
constexpr std::uint64_t prefetched_bytes(std::uint64_t offset, std::uint64_t row_bytes, std::uint32_t lines) {
    const std::uint64_t whole = lines * prefetch_line_bytes - offset % prefetch_line_bytes;
    return whole < row_bytes ? whole : row_bytes;
}

/// Lines of the longest row of a group.
std::uint64_t longest_row_lines(const RowLayout& layout);
/// `prefetch` without numbers as one with: the defaults, and no more lines than the longest row has.
CopyMethod fitted_to(CopyMethod method, const RowLayout& layout);

using CopyFunction = void (*)(std::byte* to, const std::byte* from, std::size_t bytes) noexcept;

/// "memcpy", "prefetch:4x8".
std::string name_of(CopyMethod method);
std::string_view name_of(CopyMethod::Kind kind);
/// Of a word as name_of() gives it. Nothing for others, and for numbers outside of the limits.
std::optional<CopyMethod> copy_method_named(std::string_view name);
/// All methods, whether or not this CPU supports them; `prefetch` with its defaults.
std::span<const CopyMethod> copy_methods();
/// Whether this CPU supports it (checked at run time; valgrind masks AVX-512).
bool runs_here(CopyMethod method);
/// Copies one row. That of `prefetch` is memcpy's: prefetching concerns the rows after it.
CopyFunction copy_function(CopyMethod method);

/// Prefetches every line of these bytes.
inline void prefetch_lines(const std::byte* from, std::uint64_t bytes) noexcept {
    const std::byte* const end = from + bytes;
    for (const std::byte* at = from - reinterpret_cast<std::uintptr_t>(from) % prefetch_line_bytes; at < end;
         at += prefetch_line_bytes) {
        __builtin_prefetch(at);
        // To gcc 12, a function of nothing but prefetches has no effect, and it removes the calls.
        asm volatile("" : : "r"(at));
    }
}

/// Fence after non-temporal stores, which are weakly ordered (Intel SDM vol. 1, 10.4.6.2): without it other threads may
/// not see the rows, and their time would not be measured. Does nothing for the other methods.
void settle(CopyMethod method) noexcept;

} // namespace bytebound
