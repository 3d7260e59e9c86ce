#include "evidence/gate_expression.hpp"

#include <charconv>
#include <cmath>
#include <system_error>

#include <fmt/format.h>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"

namespace bytebound {
namespace {

/// One row of the table of units.
struct GateUnit {
    std::string_view word;
    std::string_view measures; ///< first word of MetricEntry::unit; empty: every metric, relative to base
    double factor;             ///< in the metric's own unit, or of a ratio
};
constexpr double kibi = 1024;
constexpr GateUnit gate_units[] = {{"x", "", 1},
                                   {"%", "", 0.01},
                                   {"ns", "ns", 1},
                                   {"us", "ns", 1e3},
                                   {"ms", "ns", 1e6},
                                   {"s", "ns", 1e9},
                                   {"B", "bytes", 1},
                                   {"KiB", "bytes", kibi},
                                   {"MiB", "bytes", kibi* kibi},
                                   {"GiB", "bytes", kibi* kibi* kibi},
                                   {"GB/s", "GB/s", 1}};

constexpr std::string_view gate_form =
    "write METRIC[@LOOP[/K]] <= NUMBER[x|%|unit], as in 'dram_bytes@paired/16 <= 1.02x'";

Failure bad_gate(const std::string& where, const std::string& text, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "parse", where, "gate '" + text + "': " + std::move(cause), std::move(remedy)});
}

/// What a metric is measured in, as units name it; empty for a raw event, and for what has no unit.
std::string_view measured_in(std::string_view metric) {
    const MetricEntry* entry = find_metric(metric);
    if (entry == nullptr) entry = find_gap_metric(metric);
    if (entry == nullptr) return {};
    return entry->unit.substr(0, entry->unit.find_first_of(" ,"));
}

std::string units_for(std::string_view metric) {
    std::vector<std::string> words;
    for (const GateUnit& unit : gate_units)
        if (unit.measures.empty() || unit.measures == measured_in(metric)) words.emplace_back(unit.word);
    return join(words, ", ");
}

/// METRIC[@LOOP[/K]]. The name of a loop may contain slashes, but its last part is K if it is a number.
bool read_subject(std::string_view subject, GateExpression& gate) {
    const std::size_t at = subject.find('@');
    gate.metric = trim(subject.substr(0, at));
    if (gate.metric.empty()) return false;
    if (at == std::string_view::npos) return true;
    std::string_view loop = trim(subject.substr(at + 1));
    gate.name = loop;
    if (const std::size_t slash = loop.rfind('/'); slash != std::string_view::npos) {
        const std::string_view last = trim(loop.substr(slash + 1));
        const bool number = !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
        const auto k = number ? parse_unsigned(last) : std::nullopt;
        if (number && (!k || *k > UINT32_MAX)) return false;
        if (k) {
            gate.k = static_cast<std::uint32_t>(*k);
            loop = trim(loop.substr(0, slash));
        }
    }
    gate.loop = loop;
    return !gate.loop.empty();
}

} // namespace

Result<GateExpression> parse_gate(const std::string& text, const std::string& where) {
    const std::string_view whole = text;
    const std::size_t less = whole.rfind("<="), more = whole.rfind(">=");
    const std::size_t sign = less == std::string_view::npos ? more : less;
    if (sign == std::string_view::npos) return bad_gate(where, text, "it has no '<='", std::string(gate_form));
    GateExpression gate;
    gate.text = text;
    gate.at_most = sign == less;
    if (!read_subject(whole.substr(0, sign), gate))
        return bad_gate(where, text, "the metric, loop or k before the limit is not complete", std::string(gate_form));

    gate.number_begin = std::min(whole.find_first_not_of(" \t", sign + 2), whole.size());
    const std::string_view rest = whole.substr(gate.number_begin);
    double number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const bool digit = !rest.empty() && (rest.front() == '.' || (rest.front() >= '0' && rest.front() <= '9'));
    if (!digit) return bad_gate(where, text, "the limit is not a number of 0 or more", std::string(gate_form));
    gate.number_size = static_cast<std::size_t>(end - rest.data());
    const std::string_view word = trim(rest.substr(gate.number_size));
    const GateUnit* found = nullptr;
    for (const GateUnit& unit : gate_units)
        if (unit.word == word) found = &unit;
    if (found != nullptr) {
        gate.relative = found->measures.empty();
        gate.unit = found->factor;
    }
    gate.limit = number * gate.unit;
    if (error != std::errc{} || !std::isfinite(gate.limit))
        return bad_gate(where, text, "the limit is not a number that can be represented",
                        "give a number of ordinary size");
    if (found == nullptr && !word.empty())
        return bad_gate(where, text, fmt::format("'{}' is not a unit", clipped(word, 40)),
                        "known for " + gate.metric + ": " + units_for(gate.metric));
    if (found != nullptr && !gate.relative && found->measures != measured_in(gate.metric))
        return bad_gate(where, text, fmt::format("{} is not measured in {}", gate.metric, word),
                        "known for " + gate.metric + ": " + units_for(gate.metric));
    return gate;
}

Result<void> check_metric(const GateExpression& gate, const std::vector<std::string>& known) {
    std::vector<std::string> names = known;
    for (const MetricEntry& metric : metrics())
        names.emplace_back(metric.name);
    for (const std::string& name : names)
        if (name == gate.metric) return {};
    if (find_gap_metric(gate.metric) != nullptr) return {};
    const auto near = nearest(gate.metric, names);
    return fail({ExitCode::usage, "parse", "gate '" + gate.text + "'", "unknown metric '" + gate.metric + "'",
                 (near ? "did you mean '" + *near + "'? " : "") + "see docs/figures.md for the metrics"});
}

} // namespace bytebound
