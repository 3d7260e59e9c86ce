#include <cstring>

#define BYTEBOUND_TARGET
#include "loops/stream_loops.hpp"
#include "loops/stream_tables.hpp"

namespace bytebound {
namespace {

/// A 16-byte vector type of the compiler: NEON if the baseline has it (arm64).
struct Vector {
    typedef std::uint64_t Words __attribute__((vector_size(16)));
    static constexpr std::size_t width = sizeof(Words);
    static Words splat(std::uint64_t word) { return Words{word, word}; }
    static Words mix(Words a, Words b) { return a ^ b; }
    static Words load(const std::byte* from) {
        Words value;
        std::memcpy(&value, from, sizeof value);
        return value;
    }
    static void store(std::byte* to, Words value) { std::memcpy(to, &value, sizeof value); }
};

} // namespace

StreamFunctions stream_functions_portable() {
    return {"portable", StreamLoops<Vector>::read, StreamLoops<Vector>::write, StreamLoops<Vector>::copy, nullptr,
            nullptr};
}

} // namespace bytebound
