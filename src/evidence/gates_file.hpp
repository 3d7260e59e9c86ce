#pragma once
// Gates in a file: gates = ["EXPR", ...], and unresolved = "pass" or "fail".

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "evidence/gate_expression.hpp"

namespace bytebound {

/// A gate and where its expression is in the text of the file.
struct FileGate {
    GateExpression gate;
    std::size_t begin = 0; ///< of the expression, after its quotation mark; npos: the file spells it with escapes
};
struct GatesFile {
    std::string text;
    std::vector<FileGate> gates;
    std::optional<bool> unresolved_fails;
};

/// Error: bad_data (missing, unreadable, not TOML, unknown keys), or that of parse_gate(), with file and line.
Result<GatesFile> read_gates_file(const std::filesystem::path& file);
Result<GatesFile> parse_gates_file(std::string text, const std::string& name);

} // namespace bytebound
