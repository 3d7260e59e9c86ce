#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/random.hpp"
#include "fuzz/targets.hpp"
#include "support/fixtures_path.hpp"

using namespace bytebound;

namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// A seed that is nothing but the relative path of a file is that file (scripts/fuzz does the same).
std::string seed_of(const fs::path& file) {
    std::string text = content_of(file);
    return text.starts_with("../") ? content_of(file.parent_path() / text) : text;
}

std::vector<std::string> seeds_of(std::string_view target) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(test::fixtures_path) / "../fuzz/corpus" / target))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<std::string> seeds;
    for (const fs::path& file : files)
        seeds.push_back(seed_of(file));
    return seeds;
}

/// One to four changes of a kind that readers mistake: other numbers, lost and repeated parts, hidden characters.
std::string damaged(const std::string& seed, Random& random) {
    constexpr std::string_view tokens[] = {"0",   "-1",   "1e308", "4294967297", "18446744073709551616",
                                           "0.5", "null", "\"",    "[",          "{",
                                           "}",   ",",    "\n",    "\x1b[31m",   "\xff",
                                           "../", "=",    "'",     "(a+)+$",     "-"};
    std::string text = seed;
    for (std::uint32_t change = random.below(4) + 1; change > 0; --change) {
        const std::size_t at = random.below(static_cast<std::uint32_t>(text.size() + 1));
        const std::size_t length = std::min<std::size_t>(random.below(20), text.size() - at);
        const std::string_view token = tokens[random.below(std::size(tokens))];
        switch (random.below(5)) {
        case 0: text.insert(at, token); break;
        case 1: text.replace(at, length, token); break;
        case 2: text.erase(at, length); break;
        case 3: text.insert(at, std::string(text.substr(at, length))); break;
        default:
            if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << random.below(8)));
        }
    }
    return text;
}

} // namespace

TEST_CASE("no input of the corpora, whole or damaged, breaks the reader that it is for") {
    Random random(20'261'129);
    for (const fuzz::Target& target : fuzz::targets()) {
        INFO(std::string(target.name));
        const auto seeds = seeds_of(target.name);
        bool taken = false; // from what is refused, damage leads nowhere
        for (const std::string& seed : seeds) {
            taken |= target.run(seed);
            for (unsigned i = 0; i < target.damaged; ++i)
                target.run(damaged(seed, random));
        }
        CHECK(taken);
    }
}
