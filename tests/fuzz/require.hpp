#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.hpp"
#include "base/visible.hpp"
#include "io/json.hpp"

namespace bytebound::fuzz {

/// What must hold for every input; a violation is a crash, which is what a fuzzer looks for.
inline void require(bool holds, const char* what, const std::string& shown = {}) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n%s\n", what, visible_lines(shown).c_str());
    std::abort();
}

/// A fault of an input is one line, in the program's own words, with the code of the fault's kind. Returns false, for a
/// target to return.
inline bool require_refusal(const Error& error, ExitCode code) {
    const std::string line = to_line(error);
    require(error.code == code, "the exit code", line);
    require(!error.cause.empty() && !error.remedy.empty(), "a cause and a remedy", line);
    require(visible(line) == line, "one visible line", line);
    require(line.find("json.exception") == std::string::npos, "no library's own text", line);
    require(line.size() < 4096, "a line that can be read", line);
    return false;
}

inline void require_shown(const std::string& text) { require(visible_lines(text) == text, "visible lines", text); }

/// A document of the program: JSON, and safe to show.
inline void require_json(const std::string& text) {
    require_shown(text);
    require(nlohmann::json::accept(text), "valid JSON", text);
}

} // namespace bytebound::fuzz
