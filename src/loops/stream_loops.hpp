#pragma once
// Stream kernels as templates on a vector type. Internal to loops/: each stream_kernels_ISA.cpp defines
// BYTEBOUND_TARGET, the attribute that its functions need, and then includes this. The unnamed namespace gives every
// ISA its own copy.

#include <cassert>

#include "loops/stream_kernels.hpp"

namespace bytebound {
namespace {

/// Prevents the compiler from turning the loop around it into memset or memcpy.
inline void keep_as_written(const void* address) noexcept { asm volatile("" : : "r"(address) : "memory"); }

// Four vectors per iteration, so that loads and stores hide the loop's own instructions.
template <class Vector>
struct StreamLoops {
    static constexpr std::size_t width = Vector::width;
    static_assert(stream_chunk_bytes % (4 * width) == 0);

    static BYTEBOUND_TARGET std::uint64_t read(const std::byte* from, std::size_t bytes) noexcept {
        assert(bytes % stream_chunk_bytes == 0);
        auto a = Vector::splat(0), b = a, c = a, d = a;
        for (std::size_t at = 0; at < bytes; at += 4 * width) {
            a = Vector::mix(a, Vector::load(from + at));
            b = Vector::mix(b, Vector::load(from + at + width));
            c = Vector::mix(c, Vector::load(from + at + 2 * width));
            d = Vector::mix(d, Vector::load(from + at + 3 * width));
        }
        alignas(width) std::uint64_t words[width / sizeof(std::uint64_t)];
        Vector::store(reinterpret_cast<std::byte*>(words), Vector::mix(Vector::mix(a, b), Vector::mix(c, d)));
        std::uint64_t all = 0;
        for (const std::uint64_t word : words)
            all ^= word;
        return all;
    }

    static BYTEBOUND_TARGET void write(std::byte* to, std::size_t bytes, std::uint64_t word) noexcept {
        assert(bytes % stream_chunk_bytes == 0);
        const auto value = Vector::splat(word);
        for (std::size_t at = 0; at < bytes; at += 4 * width) {
            Vector::store(to + at, value);
            Vector::store(to + at + width, value);
            Vector::store(to + at + 2 * width, value);
            Vector::store(to + at + 3 * width, value);
            keep_as_written(to + at);
        }
    }

    static BYTEBOUND_TARGET void copy(std::byte* to, const std::byte* from, std::size_t bytes) noexcept {
        assert(bytes % stream_chunk_bytes == 0);
        for (std::size_t at = 0; at < bytes; at += 4 * width) {
            const auto a = Vector::load(from + at), b = Vector::load(from + at + width);
            const auto c = Vector::load(from + at + 2 * width), d = Vector::load(from + at + 3 * width);
            Vector::store(to + at, a);
            Vector::store(to + at + width, b);
            Vector::store(to + at + 2 * width, c);
            Vector::store(to + at + 3 * width, d);
            keep_as_written(to + at);
        }
    }
};

/// The same with non-temporal stores.
template <class Vector>
struct NtStreamLoops {
    static constexpr std::size_t width = Vector::width;

    static BYTEBOUND_TARGET void write(std::byte* to, std::size_t bytes, std::uint64_t word) noexcept {
        assert(bytes % stream_chunk_bytes == 0);
        const auto value = Vector::splat(word);
        for (std::size_t at = 0; at < bytes; at += 4 * width) {
            Vector::stream(to + at, value);
            Vector::stream(to + at + width, value);
            Vector::stream(to + at + 2 * width, value);
            Vector::stream(to + at + 3 * width, value);
        }
        Vector::settle();
    }

    static BYTEBOUND_TARGET void copy(std::byte* to, const std::byte* from, std::size_t bytes) noexcept {
        assert(bytes % stream_chunk_bytes == 0);
        for (std::size_t at = 0; at < bytes; at += 4 * width) {
            const auto a = Vector::load(from + at), b = Vector::load(from + at + width);
            const auto c = Vector::load(from + at + 2 * width), d = Vector::load(from + at + 3 * width);
            Vector::stream(to + at, a);
            Vector::stream(to + at + width, b);
            Vector::stream(to + at + 2 * width, c);
            Vector::stream(to + at + 3 * width, d);
        }
        Vector::settle();
    }
};

/// The table row of an x86 vector type.
template <class Vector>
constexpr StreamFunctions stream_functions_of(std::string_view isa) {
    return {isa,
            StreamLoops<Vector>::read,
            StreamLoops<Vector>::write,
            StreamLoops<Vector>::copy,
            NtStreamLoops<Vector>::write,
            NtStreamLoops<Vector>::copy};
}

} // namespace
} // namespace bytebound
