#include "cli/parser.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "base/text.hpp"

namespace bytebound {
namespace {

Error usage(std::string object, std::string cause, std::string remedy) {
    return {ExitCode::usage, "parse", std::move(object), std::move(cause), std::move(remedy)};
}

/// "--hidden_dim=8" -> {"--hidden-dim", "8", true}.
struct Word {
    std::string name;
    std::string value;
    bool has_value = false;
};

Word option_word(const std::string& text) {
    const auto equals = text.find('=');
    Word word{text.substr(0, equals), {}, equals != std::string::npos};
    std::replace(word.name.begin(), word.name.end(), '_', '-');
    if (word.has_value) word.value = text.substr(equals + 1);
    return word;
}

std::vector<std::string> names_of(const Syntax& syntax) {
    std::vector<std::string> names{"--help"};
    for (const Option& option : syntax.options)
        names.push_back(option.name);
    return names;
}

/// Precedes every value on its way through CLI11, which otherwise takes the next word for an empty value.
constexpr char value_mark = ':';

/// Rewrites the words to a form that CLI11 cannot misread: `--name=:value`, so that "-1" in "--ks -1" is a value, not
/// an option.
Result<std::vector<std::string>> normalise(const Syntax& syntax, const std::vector<std::string>& words) {
    std::vector<std::string> normal;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "-h") {
            normal.emplace_back("--help");
            continue;
        }
        if (!words[i].starts_with("--") || words[i] == "--") {
            if (words[i].starts_with("-") && words[i].size() > 1) {
                return fail(
                    usage("option " + words[i], "short options are not used", "see " + syntax.command + " --help"));
            }
            normal.push_back(words[i]);
            continue;
        }
        Word word = option_word(words[i]);
        const auto option = std::find_if(syntax.options.begin(), syntax.options.end(),
                                         [&](const Option& o) { return o.name == word.name; });
        if (option == syntax.options.end() && word.name != "--help") {
            const auto near = nearest(word.name, names_of(syntax));
            return fail(usage("option " + word.name, "unknown option",
                              (near ? "did you mean " + *near + "? " : "") + "see " + syntax.command + " --help"));
        }
        const bool is_flag = option == syntax.options.end() || !option->value;
        if (is_flag) {
            if (word.has_value)
                return fail(usage("option " + word.name, "takes no value", "write " + word.name + " alone"));
            normal.push_back(word.name);
            continue;
        }
        if (!word.has_value) {
            if (i + 1 == words.size()) {
                return fail(
                    usage("option " + word.name, "its value is missing", "write " + word.name + " " + *option->value));
            }
            word.value = words[++i];
        }
        normal.push_back(word.name + "=" + value_mark + word.value);
    }
    return normal;
}

/// Every value of an option in the normalised words.
std::vector<std::string> values_of(const Option& option, const std::vector<std::string>& normal) {
    const std::string start = option.name + "=" + value_mark;
    std::vector<std::string> values;
    for (const std::string& word : normal)
        if (word.starts_with(start)) values.push_back(word.substr(start.size()));
    return values;
}

/// CLI11 separates groups by two blank lines; reduces them to one.
std::string without_blank_pairs(std::string text) {
    for (auto at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n", at)) {
        text.erase(at, 1);
    }
    return text;
}

/// CLI11's usage block, options by group, then the example.
class HelpFormat : public CLI::Formatter {
public:
    explicit HelpFormat(const Syntax& syntax) : syntax_(syntax) { column_width(34); }
    std::string make_usage(const CLI::App*, std::string) const override {
        std::string usage = "Usage: " + syntax_.command + " [OPTIONS]";
        if (!syntax_.positional.empty()) usage += " " + syntax_.positional;
        return usage + "\n";
    }
    std::string make_footer(const CLI::App*) const override { return "\nExample:\n  " + syntax_.example + "\n"; }

private:
    const Syntax& syntax_;
};

Result<void> check_positionals(const Syntax& syntax, const std::vector<std::string>& given) {
    if (given.size() > syntax.positional_max) {
        const std::string surplus = given[syntax.positional_max];
        return fail(usage("argument '" + surplus + "'", "not expected here", "see " + syntax.command + " --help"));
    }
    if (given.size() < syntax.positional_min) {
        return fail(usage("argument " + syntax.positional, "it is missing",
                          "write " + syntax.command + " " + syntax.positional));
    }
    return {};
}

} // namespace

Result<Parsed> parse(const Syntax& syntax, const std::vector<std::string>& words) {
    auto normal = TRY(normalise(syntax, words));

    CLI::App app(syntax.purpose, syntax.command);
    app.formatter(std::make_shared<HelpFormat>(syntax));
    app.get_help_ptr()->description("print this help and exit");
    std::map<std::string, std::string> values;
    for (const Option& option : syntax.options) {
        if (!option.value) {
            app.add_flag_callback(
                   option.name, [&values, name = option.name] { values[name] = ""; }, option.help)
                ->group(option.group);
        } else {
            app.add_option_function<std::string>(
                   option.name,
                   [&values, name = option.name](const std::string& value) { values[name] = value.substr(1); },
                   option.help)
                ->type_name(*option.value)
                ->take_last()
                ->group(option.group);
        }
    }
    Parsed parsed;
    app.add_option("words", parsed.positionals)->expected(0, -1)->group(""); // check_positionals() checks their number

    if (std::find(normal.begin(), normal.end(), "--help") != normal.end()) {
        parsed.help = true;
        parsed.help_text = without_blank_pairs(app.help());
        return parsed;
    }
    try {
        app.parse(std::vector<std::string>(normal.rbegin(), normal.rend())); // CLI11 expects the words in reverse order
    } catch (const CLI::ParseError& error) {
        return fail(usage("command line", error.what(), "see " + syntax.command + " --help"));
    }
    TRY(check_positionals(syntax, parsed.positionals));
    for (const Option& option : syntax.options) {
        const auto given = values.find(option.name);
        if (given == values.end()) continue;
        for (const std::string& value : option.repeated ? values_of(option, normal) : std::vector{given->second})
            TRY(option.apply(value));
    }
    return parsed;
}

Failure bad_value(std::string_view option, std::string cause, std::string remedy) {
    return fail(usage("option " + std::string(option), std::move(cause), std::move(remedy)));
}

Failure unknown_word(std::string_view option, std::string_view kind, const std::string& word,
                     const std::vector<std::string>& known) {
    const auto near = nearest(word, known);
    return bad_value(option, "unknown " + std::string(kind) + " '" + word + "'",
                     (near ? "did you mean '" + *near + "'? " : "") + "known: " + join(known, ", "));
}

} // namespace bytebound
