#include <algorithm>

#include "preset/toml_reader.hpp"

namespace bytebound {
namespace {

Preset preset_of(const TableReader& table) {
    table.allow({"name", "title", "source", "verified", "verified_on", "note", "match", "dram", "no_dram", "errata",
                 "driver", "core"});
    Preset preset;
    preset.name = table.text("name", true);
    preset.title = table.text("title", true);
    preset.source = table.text("source", true);
    preset.verified_on = table.text("verified_on", false);
    preset.note = table.text("note", false);
    if (!table.has("verified")) table.wrong("verified", "key \"verified\" must be true or false");
    preset.verified = table.flag("verified").value_or(false);
    if (preset.verified && preset.verified_on.empty())
        table.wrong_at("verified", "key \"verified\" is true: key \"verified_on\" must say on what");
    for (const TableReader& match : table.tables("match"))
        preset.matches.push_back(read_match(match));
    for (const TableReader& source : table.tables("dram"))
        preset.dram.push_back(read_source(source));
    preset.no_dram = table.text("no_dram", false);
    for (const TableReader& erratum : table.tables("errata"))
        preset.errata.push_back(read_erratum(erratum));
    for (const TableReader& driver : table.tables("driver"))
        preset.drivers.push_back(read_driver(driver));
    if (const auto core = table.table("core"))
        read_core(*core, preset);
    else if (!table.has("core"))
        table.wrong("core", "key \"core\" needs either llc_misses or no_llc_misses");
    return preset;
}

/// Problems are collected in reading order: unknown keys of a table come before its missing ones.
Preset collect(std::string_view toml, const std::string& file, std::vector<PresetProblem>& problems) {
    Preset preset;
    try {
        const toml::table table = toml::parse(toml, file);
        preset = preset_of(TableReader(table, "", problems));
    } catch (const toml::parse_error& error) {
        problems.push_back({error.source().begin.line, "", std::string(error.description())});
    }
    preset.file = file;
    return preset;
}

} // namespace

Error to_error(const PresetProblem& problem, const std::string& file) {
    return {ExitCode::bad_data, "read preset", file + ":" + std::to_string(std::max<std::size_t>(problem.line, 1)),
            problem.cause, "see the files in presets/ for the keys"};
}

Preset read_preset(std::string_view toml, const std::string& file, std::vector<PresetProblem>& problems) {
    Preset preset = collect(toml, file, problems);
    std::stable_sort(problems.begin(), problems.end(),
                     [](const PresetProblem& a, const PresetProblem& b) { return a.line < b.line; });
    return preset;
}

Result<Preset> parse_preset(std::string_view toml, const std::string& file) {
    std::vector<PresetProblem> problems;
    Preset preset = collect(toml, file, problems);
    if (!problems.empty()) return fail(to_error(problems.front(), file));
    return preset;
}

} // namespace bytebound
