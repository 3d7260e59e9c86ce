#pragma once
// Reads a TOML table key by key and collects the faults, so that `presets check` can list all of them at once. Only the
// preset_toml*.cpp files include this header, because toml++ takes long to compile.

#include <toml++/toml.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "preset/preset.hpp"

namespace bytebound {

class TableReader {
public:
    /// `where`: path of the table followed by a dot ("match."), empty for the file.
    TableReader(const toml::table& table, std::string where, std::vector<PresetProblem>& problems)
        : table_(&table), where_(std::move(where)), problems_(&problems) {}

    void allow(std::initializer_list<std::string_view> keys) const;
    bool has(std::string_view key) const { return table_->contains(key); }
    std::size_t line() const;

    std::string text(std::string_view key, bool required) const;
    /// A text that must be one of `words`; on a fault, the first of them.
    std::string word(std::string_view key, std::initializer_list<std::string_view> words) const;
    /// A regular expression (POSIX extended) for a whole name.
    std::string pattern(std::string_view key, bool required) const;
    /// Event terms, "event=0x04,umask=0x03".
    std::string terms(std::string_view key, bool required) const;
    std::optional<bool> flag(std::string_view key) const;
    std::optional<std::uint32_t> number(std::string_view key) const;
    std::uint32_t number(std::string_view key, std::uint32_t low, std::uint32_t high, bool required) const;
    std::vector<std::uint32_t> numbers(std::string_view key) const;
    /// [0x55, [0x60, 0x6f]]: numbers and inclusive ranges.
    std::vector<NumberRange> ranges(std::string_view key) const;
    std::vector<std::string> patterns(std::string_view key) const;
    std::optional<TableReader> table(std::string_view key) const;
    std::vector<TableReader> tables(std::string_view key) const;
    std::vector<std::string> keys() const;

    /// A problem of the table as a whole, and of one of its keys.
    void wrong(std::string_view key, std::string cause) const;
    void wrong_at(std::string_view key, std::string cause) const;

private:
    void report(const toml::source_region& source, std::string_view key, std::string cause) const;
    std::optional<std::uint32_t> number_of(const toml::node& node, std::string_view key) const;
    const toml::array* list(std::string_view key) const;

    const toml::table* table_;
    std::string where_;
    std::vector<PresetProblem>* problems_;
};

/// The parts of a preset, one file each.
CpuMatch read_match(const TableReader& table);
MemorySource read_source(const TableReader& table);
Erratum read_erratum(const TableReader& table);
MemoryControllerDriver read_driver(const TableReader& table);
void read_core(const TableReader& core, Preset& preset);

} // namespace bytebound
