#pragma once
// The readers of everything that can come from elsewhere, each as a function of bytes. libFuzzer drives them
// (scripts/fuzz), and a unit test replays the corpora and damaged copies of them.

#include <span>
#include <string_view>

namespace bytebound::fuzz {

struct Target {
    std::string_view name;               ///< and that of its folder in tests/fuzz/corpus/
    bool (*run)(std::string_view input); ///< whether the reader took the input
    unsigned damaged;                    ///< damaged copies of each seed in the unit test: fewer where one takes long
};

std::span<const Target> targets();

} // namespace bytebound::fuzz
