#include "evidence/gates_file.hpp"

#include <toml++/toml.h>

#include <algorithm>

#include "base/input_file.hpp"

namespace bytebound {
namespace {

constexpr InputKind gates_input{"a file of gates", 32ull << 10}; // toml++ recurses: see InputKind of presets

Failure bad_file(const std::string& name, std::size_t line, std::string cause) {
    return fail({ExitCode::bad_data, "read gates", line == 0 ? name : name + ":" + std::to_string(line),
                 std::move(cause), "write gates = [\"EXPR\", ...], and unresolved = \"pass\" or \"fail\""});
}

/// Offset of a place in the text; lines and columns (of characters, not bytes) count from 1.
std::size_t offset_of(std::string_view text, const toml::source_position& at) {
    std::size_t offset = text.starts_with("\xef\xbb\xbf") ? 3 : 0; // a byte order mark has no column
    for (toml::source_index line = 1; line < at.line; ++line)
        offset = text.find('\n', offset) + 1;
    for (toml::source_index column = 1; column < at.column && offset < text.size(); ++offset)
        if (offset + 1 == text.size() || (static_cast<unsigned char>(text[offset + 1]) & 0xc0) != 0x80) ++column;
    return offset;
}

/// Where the value's own text begins in the file.
std::size_t begin_of(std::string_view text, const toml::source_region& source, const std::string& value) {
    std::size_t at = offset_of(text, source.begin);
    const std::size_t content = text.find_first_not_of("\"'", at);
    return content != std::string_view::npos && text.substr(content, value.size()) == value ? content
                                                                                            : std::string::npos;
}

Result<void> read_gates(const toml::table& table, const std::string& name, GatesFile& file) {
    const toml::node* list = table.get("gates");
    if (list == nullptr || !list->is_array())
        return bad_file(name, list == nullptr ? 0 : list->source().begin.line, "key \"gates\" is not a list");
    for (const toml::node& item : *list->as_array()) {
        const std::size_t line = item.source().begin.line;
        const auto text = item.value_exact<std::string>();
        if (!text) return bad_file(name, line, "an entry of \"gates\" is not a text");
        const auto known = std::find_if(file.gates.begin(), file.gates.end(),
                                        [&](const FileGate& each) { return each.gate.text == *text; });
        if (known != file.gates.end()) return bad_file(name, line, "gate '" + *text + "' is in the list already");
        auto gate = TRY(parse_gate(*text, name + ":" + std::to_string(line)));
        file.gates.push_back({std::move(gate), begin_of(file.text, item.source(), *text)});
    }
    return {};
}

Result<void> read_table(const toml::table& table, const std::string& name, GatesFile& file) {
    for (const auto& [key, value] : table)
        if (key.str() != "gates" && key.str() != "unresolved")
            return bad_file(name, key.source().begin.line, "unknown key \"" + std::string(key.str()) + "\"");
    if (const toml::node* policy = table.get("unresolved")) {
        const auto word = policy->value_exact<std::string>();
        if (word != "pass" && word != "fail")
            return bad_file(name, policy->source().begin.line, "key \"unresolved\" is neither \"pass\" nor \"fail\"");
        file.unresolved_fails = *word == "fail";
    }
    return read_gates(table, name, file);
}

} // namespace

Result<GatesFile> parse_gates_file(std::string text, const std::string& name) {
    GatesFile file{std::move(text), {}, {}};
    try {
        TRY(read_table(toml::parse(file.text, name), name, file));
    } catch (const toml::parse_error& error) {
        return bad_file(name, error.source().begin.line, std::string(error.description()));
    }
    return file;
}

Result<GatesFile> read_gates_file(const std::filesystem::path& file) {
    return parse_gates_file(TRY(read_input(file, gates_input,
                                           {ExitCode::bad_data, "read gates", file.string(),
                                            "the file is missing or unreadable", "give a TOML file of gates"})),
                            file.string());
}

} // namespace bytebound
