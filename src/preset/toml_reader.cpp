#include "preset/toml_reader.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "counters/names/event_name.hpp"
#include "io/regex.hpp"

namespace bytebound {
namespace {

std::string quoted(std::string_view key) { return "key \"" + std::string(key) + "\""; }

} // namespace

void TableReader::report(const toml::source_region& source, std::string_view key, std::string cause) const {
    problems_->push_back({std::max<std::size_t>(source.begin.line, 1), where_ + std::string(key), std::move(cause)});
}

std::size_t TableReader::line() const { return std::max<std::size_t>(table_->source().begin.line, 1); }

void TableReader::wrong(std::string_view key, std::string cause) const {
    report(table_->source(), key, std::move(cause));
}

void TableReader::wrong_at(std::string_view key, std::string cause) const {
    const toml::node* node = table_->get(key);
    report(node == nullptr ? table_->source() : node->source(), key, std::move(cause));
}

void TableReader::allow(std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : *table_) {
        if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
        const std::vector<std::string> names(known.begin(), known.end());
        const auto near = nearest(key.str(), names);
        report(key.source(), key.str(),
               "unknown key \"" + where_ + std::string(key.str()) + "\"" +
                   (near ? ", did you mean \"" + *near + "\"?" : ""));
    }
}

std::string TableReader::text(std::string_view key, bool required) const {
    const toml::node* node = table_->get(key);
    if (node == nullptr) {
        if (required) wrong(key, quoted(key) + " is missing");
        return {};
    }
    const auto value = node->value_exact<std::string>();
    if (value && !value->empty()) return *value;
    wrong_at(key, quoted(key) + " is not a text");
    return {};
}

std::string TableReader::word(std::string_view key, std::initializer_list<std::string_view> words) const {
    const std::string value = text(key, true);
    if (value.empty() || std::find(words.begin(), words.end(), value) != words.end()) return value;
    const std::vector<std::string> known(words.begin(), words.end());
    wrong_at(key, quoted(key) + ": \"" + value + "\" is not one of " + join(known, ", "));
    return known.front();
}

std::string TableReader::pattern(std::string_view key, bool required) const {
    std::string value = text(key, required);
    const std::string fault = regex_fault(value);
    if (fault.empty()) return value;
    wrong_at(key, quoted(key) + " is not a regular expression: " + fault);
    return {};
}

std::string TableReader::terms(std::string_view key, bool required) const {
    std::string value = text(key, required);
    if (!value.empty() && !parse_terms(value))
        wrong_at(key, quoted(key) + ": '" + value + "' is not a list of TERM=VALUE");
    return value;
}

std::optional<bool> TableReader::flag(std::string_view key) const {
    const toml::node* node = table_->get(key);
    if (node == nullptr) return {};
    if (node->is_boolean()) return node->as_boolean()->get();
    wrong_at(key, quoted(key) + " must be true or false");
    return {};
}

std::optional<std::uint32_t> TableReader::number_of(const toml::node& node, std::string_view key) const {
    const auto value = node.value_exact<std::int64_t>();
    if (value && *value >= 0 && *value <= std::numeric_limits<std::uint32_t>::max())
        return static_cast<std::uint32_t>(*value);
    report(node.source(), key, quoted(key) + " is not an unsigned number of 32 bits");
    return {};
}

std::optional<std::uint32_t> TableReader::number(std::string_view key) const {
    const toml::node* node = table_->get(key);
    return node == nullptr ? std::nullopt : number_of(*node, key);
}

std::uint32_t TableReader::number(std::string_view key, std::uint32_t low, std::uint32_t high, bool required) const {
    if (!has(key)) {
        if (required) wrong(key, quoted(key) + " is missing");
        return 0;
    }
    const auto value = number(key);
    if (value && (*value < low || *value > high))
        wrong_at(key, quoted(key) + " is " + std::to_string(*value) + ", not from " + std::to_string(low) + " to " +
                          std::to_string(high));
    return value.value_or(low);
}

const toml::array* TableReader::list(std::string_view key) const {
    const toml::node* node = table_->get(key);
    if (node == nullptr) return nullptr;
    if (node->is_array() && !node->as_array()->empty()) return node->as_array();
    wrong_at(key, quoted(key) + " is not a non-empty list");
    return nullptr;
}

std::vector<std::uint32_t> TableReader::numbers(std::string_view key) const {
    std::vector<std::uint32_t> found;
    if (const toml::array* array = list(key))
        for (const toml::node& item : *array)
            found.push_back(number_of(item, key).value_or(0));
    return found;
}

std::vector<NumberRange> TableReader::ranges(std::string_view key) const {
    std::vector<NumberRange> found;
    const toml::array* array = list(key);
    if (array == nullptr) return found;
    for (const toml::node& item : *array) {
        const toml::array* pair = item.as_array();
        if (pair == nullptr) {
            const std::uint32_t value = number_of(item, key).value_or(0);
            found.push_back({value, value});
        } else if (pair->size() != 2) {
            report(item.source(), key, quoted(key) + ": a range needs a first and a last value");
        } else {
            const auto first = number_of(*pair->get(0), key), last = number_of(*pair->get(1), key);
            if (!first || !last) continue;
            found.push_back({*first, *last});
            if (*first > *last) report(item.source(), key, quoted(key) + ": the range ends before it begins");
        }
    }
    return found;
}

std::vector<std::string> TableReader::patterns(std::string_view key) const {
    std::vector<std::string> found;
    const toml::array* array = list(key);
    if (array == nullptr) return found;
    for (const toml::node& item : *array) {
        const auto value = item.value_exact<std::string>();
        const std::string fault = value ? regex_fault(*value) : "it is not a text";
        if (fault.empty())
            found.push_back(*value);
        else
            report(item.source(), key, quoted(key) + " has an entry that is not a regular expression: " + fault);
    }
    return found;
}

std::optional<TableReader> TableReader::table(std::string_view key) const {
    const toml::node* node = table_->get(key);
    if (node == nullptr) return {};
    if (node->is_table()) return TableReader(*node->as_table(), where_ + std::string(key) + ".", *problems_);
    wrong_at(key, quoted(key) + " is not a table");
    return {};
}

std::vector<TableReader> TableReader::tables(std::string_view key) const {
    std::vector<TableReader> found;
    const toml::array* array = list(key);
    if (array == nullptr) return found;
    for (const toml::node& item : *array) {
        if (item.is_table())
            found.push_back(TableReader(*item.as_table(), where_ + std::string(key) + ".", *problems_));
        else
            report(item.source(), key, quoted(key) + " is not a table");
    }
    return found;
}

std::vector<std::string> TableReader::keys() const {
    std::vector<std::string> names;
    for (const auto& [key, value] : *table_)
        names.emplace_back(key.str());
    return names;
}

} // namespace bytebound
