#include "counters/names/pmu_terms.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"
#include "counters/names/format_field.hpp"
#include "counters/names/pmu_device.hpp"
#include "counters/names/raw_code.hpp"

namespace bytebound {
namespace {

constexpr std::string_view config_words[] = {"config", "config1", "config2"};

class TermEncoder {
public:
    TermEncoder(const SysRoot& root, std::string_view name, std::string_view pmu)
        : root_(root), name_(name), pmu_(pmu), aliases_(pmu_aliases(root, pmu)),
          formats_(root.list(pmu_path(pmu, "format"))) {}

    Step<PmuEncoding> encode(const std::vector<EventTerm>& terms);

private:
    bool is_alias(const EventTerm& term) const {
        return !term.value && std::binary_search(aliases_.begin(), aliases_.end(), term.key);
    }
    /// A valueless rNNNN inside pmu/.../ is the whole config word, unless the PMU has a format of that name.
    std::optional<std::uint64_t> raw_term(const EventTerm& term) const;
    Step<void> expand(const std::string& alias, const std::vector<EventTerm>& user_terms);
    Step<void> place(const EventTerm& term, const std::string* alias);
    Step<void> place_value(const EventTerm& term, std::uint64_t value, const std::string* alias);
    Step<void> read_scale_and_unit(const std::string& alias);
    Step<void> refuse(const std::string* alias, std::string cause, std::string remedy) const;
    std::string suggestion(const std::string& key) const;

    const SysRoot& root_;
    std::string name_, pmu_;
    std::vector<std::string> aliases_, formats_;
    PmuEncoding encoding_;
};

/// A fault in the user's term is a usage error; the same fault inside an alias file is the driver's.
Step<void> TermEncoder::refuse(const std::string* alias, std::string cause, std::string remedy) const {
    if (alias == nullptr) return wrong_name(name_, std::move(cause), std::move(remedy));
    return unavailable("broken sysfs: alias " + *alias + " of PMU " + pmu_ + ": " + cause,
                       "use raw terms or another event");
}

std::string TermEncoder::suggestion(const std::string& key) const {
    std::vector<std::string> known = aliases_;
    known.insert(known.end(), formats_.begin(), formats_.end());
    known.insert(known.end(), std::begin(config_words), std::end(config_words));
    if (const auto near = nearest(key, known)) return "did you mean " + *near + "?";
    if (formats_.empty() && aliases_.empty()) return "this PMU has no terms but config, config1, config2";
    const auto& shown = aliases_.empty() ? formats_ : aliases_;
    return "it has " + join(std::span(shown).first(std::min<std::size_t>(shown.size(), 8)), ", ") +
           (shown.size() > 8 ? ", ..." : "");
}

std::optional<std::uint64_t> TermEncoder::raw_term(const EventTerm& term) const {
    if (term.value || std::binary_search(formats_.begin(), formats_.end(), term.key)) return {};
    return raw_code(term.key);
}

Step<PmuEncoding> TermEncoder::encode(const std::vector<EventTerm>& terms) {
    encoding_.origin = "terms through format/ of PMU " + pmu_;
    // Aliases are expanded first, so that the user's terms override theirs in any order.
    for (const EventTerm& term : terms) {
        if (!is_alias(term)) continue;
        if (auto step = expand(term.key, terms); !step) return tl::unexpected(step.error());
    }
    for (const EventTerm& term : terms) {
        if (is_alias(term)) continue;
        if (const auto code = raw_term(term)) {
            encoding_.words[0] = *code;
            encoding_.raw = term.key;
            encoding_.origin = "raw code on PMU " + pmu_;
        } else if (auto step = place(term, nullptr); !step) {
            return tl::unexpected(step.error());
        }
    }
    return encoding_;
}

Step<void> TermEncoder::expand(const std::string& alias, const std::vector<EventTerm>& user_terms) {
    const std::string path = pmu_path(pmu_, "events/" + alias);
    const auto text = root_.read(path);
    if (!text) return broken_sysfs(text.error());
    const auto terms = parse_terms(*text);
    if (!terms) return refuse(&alias, "it says '" + text->substr(0, 40) + "'", {});
    for (const EventTerm& term : *terms) {
        if (term.value == "?") {
            const auto given = [&](const EventTerm& t) { return t.key == term.key && t.value; };
            if (std::any_of(user_terms.begin(), user_terms.end(), given)) continue;
            return wrong_name(name_, "alias " + alias + " needs a value for " + term.key,
                              "write " + pmu_ + "/" + alias + "," + term.key + "=VALUE/");
        }
        TRY(place(term, &alias));
    }
    encoding_.origin = "sysfs alias /" + path + ": " + *text;
    return read_scale_and_unit(alias);
}

Step<void> TermEncoder::place(const EventTerm& term, const std::string* alias) {
    if (!term.value) return place_value(term, 1, alias); // a flag such as `edge`
    const auto value = parse_unsigned(*term.value);
    if (!value) {
        return refuse(alias, "term " + term.key + "=" + *term.value + " is not a number",
                      "write it in decimal or as 0x...");
    }
    return place_value(term, *value, alias);
}

Step<void> TermEncoder::place_value(const EventTerm& term, std::uint64_t value, const std::string* alias) {
    const std::string path = pmu_path(pmu_, "format/" + term.key);
    if (!std::binary_search(formats_.begin(), formats_.end(), term.key)) {
        const auto word = std::find(std::begin(config_words), std::end(config_words), term.key);
        if (word != std::end(config_words) && term.value) {
            encoding_.words[static_cast<std::size_t>(word - std::begin(config_words))] = value;
            return {};
        }
        return refuse(alias, "PMU " + pmu_ + " has no alias or term '" + term.key + "'", suggestion(term.key));
    }
    const auto text = root_.read(path);
    if (!text) return broken_sysfs(text.error());
    const auto field = parse_format(*text);
    if (!field) {
        return unavailable("broken sysfs: /" + path + " says '" + text->substr(0, 40) + "'",
                           "give the whole word: " + pmu_ + "/config=0x.../");
    }
    if (field->word >= encoding_.words.size()) {
        return unavailable("term " + term.key + " lies in config3, which this build does not set",
                           "use an event without it");
    }
    if (!field->holds(value)) {
        return refuse(alias,
                      "value " + term.value.value_or("1") + " of " + term.key + " needs more than its " +
                          std::to_string(field->width()) + " bits (" + *text + ")",
                      "give a smaller value");
    }
    field->place(value, encoding_.words);
    return {};
}

Step<void> TermEncoder::read_scale_and_unit(const std::string& alias) {
    const std::string base = pmu_path(pmu_, "events/" + alias);
    if (root_.exists(base + ".unit")) {
        const auto unit = root_.read(base + ".unit");
        if (!unit) return broken_sysfs(unit.error());
        encoding_.unit = *unit;
    }
    if (!root_.exists(base + ".scale")) return {};
    const auto text = root_.read(base + ".scale");
    if (!text) return broken_sysfs(text.error());
    double scale = 0;
    // from_chars, because strtod depends on the locale.
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), scale);
    if (error != std::errc{} || end != text->data() + text->size() || !std::isfinite(scale) || scale <= 0) {
        return unavailable("broken sysfs: /" + base + ".scale says '" + text->substr(0, 40) + "'",
                           "count it raw through its terms");
    }
    encoding_.scale = scale;
    return {};
}

} // namespace

Step<PmuEncoding> encode_terms(const SysRoot& root, std::string_view name, std::string_view pmu,
                               const std::vector<EventTerm>& terms) {
    return TermEncoder(root, name, pmu).encode(terms);
}

} // namespace bytebound
