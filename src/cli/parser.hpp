#pragma once
// The command line as a table. CLI11 does the reading and the help; this file gives every mistake the program's one
// line of error, with a suggestion, and lets `--hidden_dim` stand for `--hidden-dim`.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

/// One option. `apply` stores a parsed value; its Error is the user's answer. Flags (`value` empty) get "".
struct Option {
    std::string name;  ///< "--ks"
    std::string value; ///< placeholder in the help, "K,..."; empty for a flag
    std::string help;  ///< with the default in it
    std::string group; ///< heading in the help
    std::function<Result<void>(const std::string&)> apply;
};

/// What a command takes.
struct Syntax {
    std::string command; ///< "bytebound run"
    std::string purpose;
    std::string example; ///< shown below the options
    std::vector<Option> options;
    std::string positional; ///< name of what may stand without an option, "RUN"; empty: nothing may
    std::size_t positional_min = 0, positional_max = 0;
};

struct Parsed {
    bool help = false; ///< --help was asked for; `text` is what to print
    std::string help_text;
    std::vector<std::string> positionals;
};

/// Applies the options in the table's order (not the command line's), the last value of a repeated one winning. Errors
/// are usage errors: unknown option (suggestion), missing value, a flag with a value, too few or many positionals.
Result<Parsed> parse(const Syntax& syntax, const std::vector<std::string>& words);

/// An error about an option's value: "parse option --ks: CAUSE; REMEDY".
Failure bad_value(std::string_view option, std::string cause, std::string remedy);

/// "unknown loop 'pared'" with "did you mean 'paired'? known: ..." as remedy.
Failure unknown_word(std::string_view option, std::string_view kind, const std::string& word,
                     const std::vector<std::string>& known);

} // namespace bytebound
