#pragma once

#include <array>
#include <cstdint>

namespace bytebound {

/// splitmix64 (Steele, Lea, Flood 2014): advances the state and returns the next output. Used to seed and to mix.
constexpr std::uint64_t splitmix64(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/// xoshiro256** (Blackman, Vigna 2018). Defined bit by bit here, so that a trace is the same on every machine and with
/// every standard library.
class Random {
public:
    explicit constexpr Random(std::uint64_t seed) {
        for (auto& word : state_)
            word = splitmix64(seed);
    }

    constexpr std::uint64_t next() {
        const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = rotate(state_[3], 45);
        return result;
    }

    /// Uniform in [0, bound), bound > 0: the high half of 32 random bits times the bound. The 2^32 mod bound lowest
    /// products are rejected, so that every value has the same number of preimages.
    constexpr std::uint32_t below(std::uint32_t bound) {
        const std::uint32_t rejected = (0u - bound) % bound;
        for (;;) {
            const std::uint64_t product = (next() >> 32) * bound;
            if (static_cast<std::uint32_t>(product) >= rejected) return static_cast<std::uint32_t>(product >> 32);
        }
    }

private:
    static constexpr std::uint64_t rotate(std::uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }
    std::array<std::uint64_t, 4> state_{};
};

} // namespace bytebound
