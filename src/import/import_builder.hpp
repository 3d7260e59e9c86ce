#pragma once
// Collects the numbers of foreign files into ImportedSamples.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "record/imported_samples.hpp"

namespace bytebound {

/// A number, or why there is none, before its names are replaced by positions.
struct ImportedNumber {
    std::string_view subject, place;
    std::string_view metric; ///< the tool's own name
    std::string_view unit;   ///< of `value`: a base unit ("ns", "bytes", "bytes/s", "hz", "%", a word of the tool)
    std::uint32_t step = 0;
    ImportedStat stat = ImportedStat::value;
    Tier tier = Tier::counted;
    std::uint64_t n = 1;
    std::optional<double> value, deviation, standard_error;
    std::string reason = {}; ///< why there is no value
};

/// A fact about the files that a reader of the figures must know, once however often it occurs.
struct ImportNote {
    std::string text;
    std::uint64_t lines = 1; ///< how often
};

/// What a file says about the run that it is of; empty where it says nothing.
struct ImportOrigin {
    std::string host, started, command, tool_version;
};

class ImportBuilder {
public:
    /// More are refused: the rows of an import are kept in memory.
    static constexpr std::size_t most_rows = 5'000'000;
    static constexpr std::size_t most_names = 100'000;

    /// Numbers that follow are of this block.
    void begin_block(std::uint32_t repeat) { repeat_ = repeat; }
    std::uint32_t block() const { return repeat_; }
    /// Error (bad_data): there are too many rows or names.
    Result<void> add(const ImportedNumber& number);
    /// Another name for a tool's metric, of docs/figures.md. Empty: its own.
    using Naming = std::string_view (*)(std::string_view metric);
    void set_naming(Naming naming) { naming_ = naming; }
    void note(std::string text);
    /// Fills what is still empty.
    void set_origin(const ImportOrigin& origin);

    const ImportedSamples& samples() const { return samples_; }
    /// The samples, each number once and under a name of its own: where metrics of unlike units have one name, the unit
    /// is added to it; a number that a file repeats unchanged is dropped, another one of the same name is called
    /// NAME#2.
    ImportedSamples take();
    const std::vector<ImportNote>& notes() const { return notes_; }
    const ImportOrigin& origin() const { return origin_; }

private:
    using Pair = std::pair<std::string, std::string>;
    std::uint32_t reason_of(std::string_view text);

    ImportedSamples samples_;
    std::map<Pair, std::uint32_t, std::less<>> subjects_, metrics_;
    std::map<std::string, std::uint32_t, std::less<>> reasons_;
    std::vector<ImportNote> notes_;
    ImportOrigin origin_;
    Naming naming_ = nullptr;
    std::uint32_t repeat_ = 0;
};

} // namespace bytebound
