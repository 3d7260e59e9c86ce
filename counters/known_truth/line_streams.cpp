#include "counters/known_truth/line_streams.hpp"

#include <cassert>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace bytebound::known_truth {
namespace {

constexpr std::size_t words_per_chunk = chunk_bytes / sizeof(std::uint64_t);

/// Prevents the compiler from turning the loop around it into memset or memcpy, whose large forms bypass the caches.
inline void keep_as_written(const void* address) noexcept { asm volatile("" : : "r"(address) : "memory"); }

#if defined(__x86_64__)
bool has_clflushopt() noexcept {
    unsigned a = 0, b = 0, c = 0, d = 0;
    // Intel SDM vol. 2, CPUID: leaf 7, subleaf 0, EBX bit 23.
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & (1u << 23)) != 0;
}

/// clflushopt is not ordered with other clflushopts, which makes it several times as fast as clflush.
__attribute__((target("clflushopt"))) void flush_unordered(std::span<const std::byte> memory) noexcept {
    for (std::size_t at = 0; at < memory.size(); at += chunk_bytes)
        _mm_clflushopt(const_cast<std::byte*>(memory.data() + at));
}
#elif defined(__aarch64__)
/// The smallest data cache line: CTR_EL0.DminLine is the binary logarithm of its number of 4-byte words (Arm ARM
/// D17.2.35).
std::size_t smallest_line() noexcept {
    std::uint64_t type = 0;
    asm volatile("mrs %0, ctr_el0" : "=r"(type));
    return std::size_t{4} << ((type >> 16) & 0xf);
}
#endif

} // namespace

bool can_flush_lines() noexcept {
#if defined(__x86_64__) || defined(__aarch64__)
    return true;
#else
    return false;
#endif
}

void flush_lines([[maybe_unused]] std::span<const std::byte> memory) noexcept {
#if defined(__x86_64__)
    static const bool unordered = has_clflushopt();
    _mm_mfence();
    if (unordered) {
        flush_unordered(memory);
    } else {
        for (std::size_t at = 0; at < memory.size(); at += chunk_bytes)
            _mm_clflush(memory.data() + at);
    }
    _mm_mfence();
#elif defined(__aarch64__)
    const std::size_t line = smallest_line();
    for (std::size_t at = 0; at < memory.size(); at += line)
        asm volatile("dc civac, %0" : : "r"(memory.data() + at) : "memory");
    asm volatile("dsb sy" : : : "memory");
#endif
}

std::uint64_t read_stream(std::span<const std::byte> memory, std::size_t line_bytes) noexcept {
    assert(line_bytes >= sizeof(std::uint64_t));
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at + sizeof sum <= memory.size(); at += line_bytes) {
        std::uint64_t word;
        std::memcpy(&word, memory.data() + at, sizeof word);
        sum += word;
        asm volatile("" : : "r"(sum)); // keeps every load
    }
    return sum;
}

void store_stream(std::span<std::byte> memory, std::uint64_t value) noexcept {
    assert(value != 0 && memory.size() % chunk_bytes == 0);
    for (std::size_t at = 0; at < memory.size(); at += chunk_bytes) {
        auto* words = reinterpret_cast<std::uint64_t*>(memory.data() + at);
        for (std::size_t i = 0; i < words_per_chunk; ++i)
            words[i] = value;
        keep_as_written(words);
    }
}

void nontemporal_store_stream([[maybe_unused]] std::span<std::byte> memory,
                              [[maybe_unused]] std::uint64_t value) noexcept {
#if defined(__x86_64__)
    assert(value != 0 && memory.size() % chunk_bytes == 0);
    for (std::size_t at = 0; at < memory.size(); at += sizeof value)
        _mm_stream_si64(reinterpret_cast<long long*>(memory.data() + at), static_cast<long long>(value));
    _mm_sfence();
#endif
}

void copy_stream(std::span<std::byte> to, std::span<const std::byte> from) noexcept {
    assert(to.size() == from.size() && to.size() % chunk_bytes == 0);
    for (std::size_t at = 0; at < to.size(); at += chunk_bytes) {
        std::uint64_t words[words_per_chunk];
        std::memcpy(words, from.data() + at, chunk_bytes);
        std::memcpy(to.data() + at, words, chunk_bytes);
        keep_as_written(to.data() + at);
    }
}

} // namespace bytebound::known_truth
