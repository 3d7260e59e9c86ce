#include "base/text.hpp"
#include "counters/names/event_name.hpp"
#include "io/regex.hpp"
#include "preset/toml_reader.hpp"

namespace bytebound {
namespace {

constexpr std::uint32_t bytes_at_most = 65536;

MemoryClass class_of(const std::string& word) {
    for (const MemoryClass memory : {MemoryClass::ddr, MemoryClass::hbm, MemoryClass::pmem, MemoryClass::cxl})
        if (name_of(memory) == word) return memory;
    return MemoryClass::ddr;
}

BoxScope scope_of(const std::string& word) {
    for (const BoxScope scope : {BoxScope::die, BoxScope::package, BoxScope::channel, BoxScope::machine})
        if (name_of(scope) == word) return scope;
    return BoxScope::die;
}

/// "{1}" is the first group of the PMU's pattern, so the pattern must have one.
void check_group(const TableReader& table, std::string_view key, const std::string& text, std::size_t groups) {
    if (text.find("{1}") != std::string::npos && groups == 0)
        table.wrong_at(key, "key \"" + std::string(key) + "\" has {1}, but key \"pmu\" has no group in parentheses");
}

std::vector<MemoryTerm> read_terms(const TableReader& source, std::string_view key, std::size_t groups) {
    std::vector<MemoryTerm> terms;
    for (const TableReader& table : source.tables(key)) {
        table.allow({"terms", "bytes_per_count", "alias"});
        MemoryTerm term;
        term.alias = table.text("alias", false);
        const bool of_kernel = table.has("alias") && !table.has("terms");
        term.terms = table.terms("terms", !of_kernel);
        term.bytes_per_count = table.number("bytes_per_count", 1, bytes_at_most, !of_kernel);
        if (of_kernel && table.has("bytes_per_count"))
            table.wrong_at("bytes_per_count", "key \"bytes_per_count\": an alias without terms has the kernel's scale");
        check_group(table, "terms", term.terms, groups);
        check_group(table, "alias", term.alias, groups);
        terms.push_back(std::move(term));
    }
    return terms;
}

std::size_t groups_of(const std::string& pattern) {
    return is_regex(pattern) ? Regex(pattern).group_count() : 0; // an invalid pattern has already been reported
}

bool is_about_resctrl(const TableReader& table) {
    return table.has("about") && table.word("about", {"dram", "resctrl"}) == "resctrl";
}

std::optional<std::pair<int, int>> version_of(const TableReader& table, std::string_view key) {
    const std::string text = table.text(key, false);
    if (text.empty()) return {};
    const auto dot = text.find('.');
    const auto major = parse_unsigned(std::string_view(text).substr(0, dot));
    const auto minor = dot == std::string::npos ? std::nullopt : parse_unsigned(std::string_view(text).substr(dot + 1));
    if (major && minor && *major < 1000 && *minor < 1000)
        return std::pair(static_cast<int>(*major), static_cast<int>(*minor));
    table.wrong_at(key, "key \"" + std::string(key) + "\": '" + text + "' is not MAJOR.MINOR");
    return {};
}

} // namespace

std::string_view name_of(BoxScope scope) {
    switch (scope) {
    case BoxScope::die: return "die";
    case BoxScope::package: return "package";
    case BoxScope::channel: return "channel";
    case BoxScope::machine: return "machine";
    }
    return {};
}

MemorySource read_source(const TableReader& table) {
    table.allow({"class", "pmu", "exclude", "needs_path", "needs_alias", "needs_format", "scope", "counters_per_box",
                 "width", "overflow", "privilege", "note", "read", "write", "combined"});
    MemorySource source;
    source.line = table.line();
    source.memory = class_of(table.word("class", {"ddr", "hbm", "pmem", "cxl"}));
    source.pmu = table.pattern("pmu", true);
    source.exclude = table.pattern("exclude", false);
    source.needs_path = table.pattern("needs_path", false);
    source.needs_alias = table.text("needs_alias", false);
    if (const auto formats = table.table("needs_format"))
        for (const std::string& term : formats->keys())
            source.needs_format[term] = formats->number(term, 1, 64, true);
    source.scope = scope_of(table.word("scope", {"die", "package", "channel", "machine"}));
    source.counters_per_box = table.number("counters_per_box", 1, 64, false);
    source.width_bits = table.number("width", 1, 64, false);
    source.saturates = table.word("overflow", {"wrap", "saturate"}) == "saturate";
    source.privilege = table.text("privilege", true);
    source.note = table.text("note", false);
    const std::size_t groups = groups_of(source.pmu);
    source.read = read_terms(table, "read", groups);
    source.write = read_terms(table, "write", groups);
    source.combined = read_terms(table, "combined", groups);
    const bool split = table.has("read") || table.has("write"), both = table.has("read") && table.has("write");
    if (split ? !both || table.has("combined") : !table.has("combined"))
        table.wrong("", "key \"dram\" needs read and write, or combined");
    return source;
}

Erratum read_erratum(const TableReader& table) {
    table.allow({"text", "brief", "about", "when"});
    Erratum erratum;
    erratum.text = table.text("text", true);
    erratum.brief = table.text("brief", false);
    erratum.resctrl = is_about_resctrl(table);
    const auto when = table.table("when");
    if (!when) {
        if (!table.has("when")) table.wrong("when", "key \"when\" is missing");
        return erratum;
    }
    when->allow(
        {"always", "alias_differs", "alias_exists", "counted_by", "kernel_before", "nodes_per_package_not", "models"});
    erratum.always = when->flag("always").value_or(false);
    erratum.alias_differs = when->text("alias_differs", false);
    erratum.alias_exists = when->text("alias_exists", false);
    erratum.counted_by = when->pattern("counted_by", false);
    erratum.kernel_before = version_of(*when, "kernel_before");
    erratum.nodes_per_package_not = when->number("nodes_per_package_not");
    erratum.models = when->ranges("models");
    if (erratum.resctrl && (when->has("alias_differs") || when->has("alias_exists") || when->has("counted_by")))
        table.wrong_at("when", "key \"when\": an erratum about resctrl has no PMU whose aliases or name it could ask");
    if (when->keys().empty() || (when->has("always") && (!erratum.always || when->keys().size() > 1)))
        table.wrong_at("when", "key \"when\" needs conditions, or always = true alone");
    return erratum;
}

MemoryControllerDriver read_driver(const TableReader& table) {
    table.allow({"module", "device", "since", "models", "acpi", "board"});
    MemoryControllerDriver driver;
    driver.module = table.text("module", true);
    driver.device = table.text("device", true);
    driver.since = version_of(table, "since");
    driver.models = table.ranges("models");
    driver.acpi = table.text("acpi", false);
    driver.board = table.pattern("board", false);
    return driver;
}

} // namespace bytebound
