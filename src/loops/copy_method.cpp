#include "loops/copy_method.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bytebound {

namespace {

void copy_memcpy(std::byte* to, const std::byte* from, std::size_t bytes) noexcept { std::memcpy(to, from, bytes); }

#if defined(__x86_64__)
void copy_movsb(std::byte* to, const std::byte* from, std::size_t bytes) noexcept {
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

__attribute__((target("avx2"))) void copy_avx2(std::byte* to, const std::byte* from, std::size_t bytes) noexcept {
    constexpr std::size_t width = 32;
    if (bytes < width) {
        std::memcpy(to, from, bytes);
        return;
    }
    const auto vector = [&](std::size_t at) __attribute__((target("avx2"), always_inline)) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + at),
                            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + at)));
    };
    std::size_t at = 0;
    for (; at + 4 * width <= bytes; at += 4 * width) {
        vector(at);
        vector(at + width);
        vector(at + 2 * width);
        vector(at + 3 * width);
    }
    for (; at + width <= bytes; at += width)
        vector(at);
    // The remainder is copied by a vector that ends at the row's end: it stores some bytes twice, but none outside.
    if (at < bytes) vector(bytes - width);
}

__attribute__((target("avx512f"))) void copy_avx512(std::byte* to, const std::byte* from, std::size_t bytes) noexcept {
    constexpr std::size_t width = 64;
    if (bytes < width) {
        std::memcpy(to, from, bytes);
        return;
    }
    const auto vector = [&](std::size_t at) __attribute__((target("avx512f"), always_inline)) {
        _mm512_storeu_si512(to + at, _mm512_loadu_si512(from + at));
    };
    std::size_t at = 0;
    for (; at + 4 * width <= bytes; at += 4 * width) {
        vector(at);
        vector(at + width);
        vector(at + 2 * width);
        vector(at + 3 * width);
    }
    for (; at + width <= bytes; at += width)
        vector(at);
    if (at < bytes) vector(bytes - width);
}

// movntdq is in SSE2, the baseline. Four of them fill one write-combining buffer, so wider vectors would gain nothing.
void copy_nt(std::byte* to, const std::byte* from, std::size_t bytes) noexcept {
    constexpr std::size_t line = 64;
    const std::size_t head = std::min(bytes, (line - reinterpret_cast<std::uintptr_t>(to) % line) % line);
    std::memcpy(to, from, head);
    std::size_t at = head;
    const auto vector = [&](std::size_t offset) {
        _mm_stream_si128(reinterpret_cast<__m128i*>(to + at + offset),
                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at + offset)));
    };
    for (; at + line <= bytes; at += line) {
        vector(0);
        vector(16);
        vector(32);
        vector(48);
    }
    std::memcpy(to + at, from + at, bytes - at);
}
#else
constexpr CopyFunction copy_movsb = nullptr, copy_avx2 = nullptr, copy_avx512 = nullptr, copy_nt = nullptr;
#endif

struct Entry {
    CopyMethod::Kind kind;
    std::string_view name;
    CopyFunction function; ///< null: not available on this architecture
};
constexpr std::array<Entry, 6> method_table{{{CopyMethod::memcpy, "memcpy", copy_memcpy},
                                             {CopyMethod::movsb, "movsb", copy_movsb},
                                             {CopyMethod::avx2, "avx2", copy_avx2},
                                             {CopyMethod::avx512, "avx512", copy_avx512},
                                             {CopyMethod::nt, "nt", copy_nt},
                                             {CopyMethod::prefetch, "prefetch", copy_memcpy}}};
const Entry& entry_of(CopyMethod::Kind kind) { return method_table[static_cast<std::size_t>(kind)]; }

/// A whole number from 1 to `most`, in decimal digits without leading zeros.
std::optional<std::uint32_t> number_of(std::string_view text, std::uint32_t most) {
    std::uint32_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size() || text.starts_with('0') || value > most) return {};
    return value;
}

/// Of the W and L of "prefetch:WxL".
std::optional<CopyMethod> prefetching(std::string_view numbers) {
    const std::size_t by = numbers.find('x');
    if (by == std::string_view::npos) return {};
    const auto rows = number_of(numbers.substr(0, by), most_prefetched_rows);
    const auto lines = number_of(numbers.substr(by + 1), most_prefetched_lines);
    if (!rows || !lines) return {};
    return CopyMethod::prefetching(*rows, *lines);
}

} // namespace

std::string_view name_of(CopyMethod::Kind kind) { return entry_of(kind).name; }

std::string name_of(CopyMethod method) {
    std::string name(name_of(method.kind));
    if (method.rows != 0) name += ":" + std::to_string(method.rows) + "x" + std::to_string(method.lines);
    return name;
}

std::optional<CopyMethod> copy_method_named(std::string_view name) {
    constexpr std::string_view with_numbers = "prefetch:";
    if (name.starts_with(with_numbers)) return prefetching(name.substr(with_numbers.size()));
    for (const auto& entry : method_table) {
        if (entry.name == name) return entry.kind;
    }
    return std::nullopt;
}

CopyAhead ahead_of(CopyMethod method) {
    if (method.kind != CopyMethod::prefetch) return {};
    if (method.rows == 0) return {default_prefetched_rows, default_prefetched_lines};
    return {method.rows, method.lines};
}

std::uint64_t longest_row_lines(const RowLayout& layout) {
    std::uint64_t lines = 0;
    for (const RowGroup& group : layout.groups)
        lines = std::max(lines, (group.row_bytes + prefetch_line_bytes - 1) / prefetch_line_bytes);
    return lines;
}

CopyMethod fitted_to(CopyMethod method, const RowLayout& layout) {
    if (method.kind != CopyMethod::prefetch || method.rows != 0) return method;
    const auto lines = std::min<std::uint64_t>(default_prefetched_lines, longest_row_lines(layout));
    return CopyMethod::prefetching(default_prefetched_rows, static_cast<std::uint32_t>(lines));
}

std::span<const CopyMethod> copy_methods() {
    static constexpr auto methods = [] {
        std::array<CopyMethod, method_table.size()> all{};
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = method_table[i].kind;
        return all;
    }();
    return methods;
}

bool runs_here(CopyMethod method) {
    if (entry_of(method.kind).function == nullptr) return false;
#if defined(__x86_64__)
    if (method == CopyMethod::avx2) return __builtin_cpu_supports("avx2") != 0;
    if (method == CopyMethod::avx512) return __builtin_cpu_supports("avx512f") != 0;
#endif
    return true;
}

CopyFunction copy_function(CopyMethod method) {
    assert(runs_here(method));
    return entry_of(method.kind).function;
}

void settle([[maybe_unused]] CopyMethod method) noexcept {
#if defined(__x86_64__)
    if (method == CopyMethod::nt) _mm_sfence();
#endif
}

} // namespace bytebound
