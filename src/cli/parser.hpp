#pragma once
// The command line as a table. CLI11 parses and prints help. This file turns every mistake into the program's one-line
// error, with a suggestion, and accepts `--hidden_dim` for `--hidden-dim`.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

/// One option. `apply` stores a parsed value; its Error is shown to the user. Flags get "".
struct Option {
    std::string name;                 ///< "--ks"
    std::optional<std::string> value; ///< placeholder in the help, "K,..."; nullopt: a flag
    std::string help;                 ///< including the default
    std::string group;                ///< heading in the help
    std::function<Result<void>(const std::string&)> apply;
    bool repeated = false; ///< every value is applied, in their order; else the last one
};

/// The words that a command accepts.
struct Syntax {
    std::string command; ///< "bytebound run"
    std::string purpose;
    std::string example; ///< shown below the options
    std::vector<Option> options;
    std::string positional; ///< name of words without an option, "RUN"; empty: not accepted
    std::size_t positional_min = 0, positional_max = 0;
};

struct Parsed {
    bool help = false; ///< --help was given; `text` is the output
    std::string help_text;
    std::vector<std::string> positionals;
};

/// Applies the options in the table's order (not the command line's); the last value of an option wins unless it is
/// `repeated`. Errors
/// (usage): unknown option (with a suggestion), missing value, a flag with a value, too few or too many positionals.
Result<Parsed> parse(const Syntax& syntax, const std::vector<std::string>& words);

/// An error about an option's value: "parse option --ks: CAUSE; REMEDY".
Failure bad_value(std::string_view option, std::string cause, std::string remedy);

/// "unknown loop 'pared'" with "did you mean 'paired'? known: ..." as remedy.
Failure unknown_word(std::string_view option, std::string_view kind, const std::string& word,
                     const std::vector<std::string>& known);

} // namespace bytebound
