#include "render/answers/presets_text.hpp"
#include "render/answers/event_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "render/document.hpp"
#include "render/plain_table.hpp"
#include "render/visible_format.hpp"

namespace bytebound {
namespace {

std::string classes_of(const Preset& preset) {
    std::vector<std::string> names;
    for (const MemorySource& source : preset.dram) {
        const std::string name(name_of(source.memory));
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names.empty() ? "none" : join(names, ", ");
}

std::string formula_text(const std::vector<FormulaTerm>& formula) {
    std::string text;
    for (const FormulaTerm& term : formula)
        text += fmt::format("{}{} * {}", text.empty() ? "" : term.subtract ? " - " : " + ", term.factor, term.event);
    return text.empty() ? "none" : text;
}

std::string term_text(const MemoryTerm& term) {
    if (term.of_kernel()) return "the kernel's alias " + term.alias + ", with its scale";
    return fmt::format("{}  {} bytes per count{}", term.terms, term.bytes_per_count,
                       term.alias.empty() ? "" : ", alias " + term.alias);
}

void add_source(std::string& text, const MemorySource& source) {
    text +=
        visible_format("\n{} through {}, one box per {}", name_of(source.memory), source.pmu, name_of(source.scope));
    if (source.counters_per_box != 0)
        text += visible_format(", {} counters", source.counters_per_box);
    else if (source.width_bits != 0)
        text += ", counters";
    if (source.width_bits != 0)
        text += visible_format(" of {} bits that {}", source.width_bits, source.saturates ? "saturate" : "wrap");
    text += "\n";
    for (const auto& [direction, terms] :
         {std::pair(Direction::read, &source.read), std::pair(Direction::write, &source.write),
          std::pair(Direction::combined, &source.combined)})
        for (const MemoryTerm& term : *terms)
            text += visible_format("  {:<9}{}\n", name_of(direction), term_text(term));
    text += visible_format("  needs    {}\n", source.privilege);
    if (!source.note.empty()) text += visible_format("  {}\n", source.note);
}

} // namespace

std::string presets_match_reason(const PresetChoice& choice, const MemoryMatch& match) {
    if (!choice.preset) return choice.reason;
    std::string text = choice.reason + "; " + match.reason;
    if (!match.remedy.empty()) text += "; " + match.remedy;
    return text;
}

std::string presets_list_text(const std::vector<Preset>& presets) {
    Table table;
    table.columns = {{"name"}, {"DRAM"}, {"verified"}, {"for"}};
    for (const Preset& preset : presets)
        table.rows.push_back({preset.name, classes_of(preset), preset.verified ? "yes" : "no",
                              preset.title + (preset.built_in ? "" : " (" + preset.file + ")")});
    return plain_table(table, false);
}

std::string preset_text_of(const Preset& preset) {
    std::string text = visible_format("{}: {}\nfrom {}\nsource: {}\nverified: {}\n", preset.name, preset.title,
                                      preset.file, preset.source, preset.verified ? "on " + preset.verified_on : "no");
    if (!preset.note.empty()) text += visible_format("{}\n", preset.note);
    for (const MemorySource& source : preset.dram)
        add_source(text, source);
    if (!preset.no_dram.empty())
        text += visible_format("\n{}: {}\n", preset.dram.empty() ? "no DRAM source" : "without these", preset.no_dram);
    if (preset.llc_misses)
        text += visible_format("\nLLC misses: {}\n  {}\n",
                               preset.llc_misses->event.empty()
                                   ? preset.llc_misses->pmu + "/" + preset.llc_misses->terms + "/"
                                   : preset.llc_misses->event,
                               preset.llc_misses->counts);
    if (!preset.no_llc_misses.empty()) text += visible_format("\nno LLC misses: {}\n", preset.no_llc_misses);
    if (preset.estimate) {
        text += visible_format("\nestimate on the core, in bytes: read = {}; write = {}\n",
                               formula_text(preset.estimate->read), formula_text(preset.estimate->write));
        for (const auto& [name, event] : preset.estimate->events)
            text += visible_format("  {} = {}/{}/: {}\n", name, preset.estimate->pmu, event.terms, event.counts);
        if (!preset.estimate->note.empty()) text += visible_format("  {}\n", preset.estimate->note);
    }
    if (!preset.no_estimate.empty()) text += visible_format("\nno estimate on the core: {}\n", preset.no_estimate);
    for (const Erratum& erratum : preset.errata)
        text += visible_format("\nerratum: {}\n", erratum.text);
    return text;
}

std::string presets_match_text(const PresetChoice& choice, const MemoryMatch& match, const EstimateMatch& estimate) {
    std::string text = visible_format("preset: {} ({})\n", choice.preset ? choice.preset->name : "none",
                                      presets_match_reason(choice, match));
    if (!match.counters.empty()) {
        Table table;
        table.columns = {{"class"}, {"direction"}, {"PMU"}, {"CPU", true}, {"type:config"}, {"bytes per count", true}};
        for (const MemoryCounter& counter : match.counters)
            table.rows.push_back({std::string(name_of(counter.memory)), std::string(name_of(counter.direction)),
                                  counter.event.pmu, std::to_string(counter.cpu), words_of(counter.event),
                                  std::to_string(counter.bytes_per_count)});
        text += plain_table(table, false);
    }
    if (choice.preset) {
        text += visible_format("LLC misses: {}\n",
                               choice.llc_event.empty() ? "none: " + choice.llc_reason : choice.llc_event);
        if (estimate.terms.empty()) text += visible_format("core estimate: none: {}\n", estimate.reason);
        for (const EstimateTerm& term : estimate.terms)
            text += visible_format("core estimate, {}: {}{} * {}\n", name_of(term.direction), term.subtract ? "-" : "",
                                   term.bytes_per_count, term.event);
        if (!choice.preset->verified)
            text += visible_format("warning: preset {} is not verified\n", choice.preset->name);
    }
    for (const std::string& warning : match.warnings)
        text += visible_format("warning: {}\n", warning);
    return text;
}

std::string presets_check_text(const std::vector<CheckedFile>& files) {
    std::string text;
    for (const CheckedFile& file : files)
        if (file.problems.empty())
            text += visible_format("{}: {}: valid, {} DRAM source{}\n", file.file, file.preset->name,
                                   file.preset->dram.size(), file.preset->dram.size() == 1 ? "" : "s");
    return text;
}

} // namespace bytebound
