#include "import/xctrace_xml.hpp"

#include <algorithm>
#include <array>

#include <pugixml.hpp>

#include "base/text.hpp"
#include "import/decimal.hpp"

namespace bytebound {
namespace {

constexpr std::size_t most_ids = 2'000'000;
constexpr std::size_t most_sums = 100'000;

/// Types that are points in time, identities or text: their numbers are not measured.
constexpr std::array<std::string_view, 22> identities = {"sample-time",
                                                         "start-time",
                                                         "event-time",
                                                         "core",
                                                         "thread",
                                                         "process",
                                                         "tid",
                                                         "pid",
                                                         "thread-state",
                                                         "backtrace",
                                                         "kperf-bt",
                                                         "address",
                                                         "text-address",
                                                         "tagged-backtrace",
                                                         "string",
                                                         "narrative",
                                                         "event-type",
                                                         "event-concept",
                                                         "os-signpost-identifier",
                                                         "device-session",
                                                         "display-name",
                                                         "boolean"};
/// Types whose numbers are in ns.
constexpr std::array<std::string_view, 4> durations = {"duration", "duration-on-core", "weight", "duration-waiting"};

template <std::size_t size>
bool lists(const std::array<std::string_view, size>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

std::string_view unit_of(std::string_view type) {
    if (lists(durations, type)) return "ns";
    if (type.starts_with("size-in-bytes")) return "bytes";
    return type == "percent" ? "%" : "";
}

} // namespace

/// What an element of a row says, with references resolved.
std::optional<XctraceRows::Value> XctraceRows::value_of(const pugi::xml_node& element) {
    if (const auto reference = element.attribute("ref")) {
        const auto known = ids_.find(reference.value());
        return known == ids_.end() ? std::nullopt : std::optional(known->second);
    }
    Value value{clipped(element.text().get(), 1000), clipped(element.attribute("fmt").value(), 1000), {}};
    for (const pugi::xml_node& child : element.children()) {
        if (child.type() != pugi::node_element) continue;
        const auto below = value_of(child);
        if (!below) return std::nullopt;
        if (std::string_view(child.name()) == "process") value.process = below->shown;
    }
    if (std::string_view(element.name()) == "process") value.process = value.shown;
    if (const auto id = element.attribute("id")) {
        if (ids_.size() >= most_ids) return std::nullopt;
        ids_.insert_or_assign(id.value(), value);
    }
    return value;
}

std::string XctraceRows::take_schema(std::string_view text) {
    pugi::xml_document document;
    if (!document.load_buffer(text.data(), text.size())) return "a schema is not well-formed XML";
    columns_.clear();
    for (const pugi::xml_node& column : document.child("schema").children("col"))
        columns_.push_back({column.child_value("mnemonic"), column.child_value("engineering-type")});
    const auto named = [&](std::string_view mnemonic) {
        return std::any_of(columns_.begin(), columns_.end(),
                           [&](const Column& each) { return each.mnemonic == mnemonic; });
    };
    named_by_row_ = named("name") && named("value");
    return columns_.empty() ? "a schema has no columns" : "";
}

std::string XctraceRows::take_row(std::string_view text, XctraceSums& sums) {
    if (columns_.empty()) return "a row precedes its schema";
    pugi::xml_document document;
    if (!document.load_buffer(text.data(), text.size())) return "the row is not well-formed XML";
    struct Number {
        std::string column;
        std::string_view unit;
        double value;
    };
    std::vector<Number> numbers;
    std::string process, name;
    std::size_t at = 0;
    for (const pugi::xml_node& element : document.child("row").children()) {
        if (element.type() != pugi::node_element) continue;
        if (at == columns_.size()) return "the row has more columns than its schema";
        const Column& column = columns_[at++];
        const std::string_view type = element.name();
        if (type == "sentinel") continue; // nothing was recorded
        const auto value = value_of(element);
        if (!value)
            return ids_.size() >= most_ids ? "the document has too many ids"
                                           : "it refers to an id that is not defined above";
        if (!value->process.empty()) process = process_name(value->process);
        if (column.mnemonic == "name") name = value->shown.empty() ? value->text : value->shown;
        if (lists(identities, type) || lists(identities, column.type)) continue;
        std::size_t part = 0;
        const std::vector<std::string> words = split(value->text, ' ');
        for (const std::string& word : words)
            if (const auto number = plain_number(word))
                numbers.push_back(
                    {words.size() > 1 ? column.mnemonic + "[" + std::to_string(part++) + "]" : column.mnemonic,
                     unit_of(type), *number});
    }
    for (Number& number : numbers) {
        if (named_by_row_ && number.column != "value") continue;
        const std::string& column = named_by_row_ ? name : number.column;
        if (sums.size() >= most_sums) return "it has too many processes or counters";
        sums.add(process, column.empty() ? "value" : column, number.unit, number.value);
    }
    return {};
}

} // namespace bytebound
