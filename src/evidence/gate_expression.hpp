#pragma once
// A gate: METRIC[@LOOP[/K]] <= NUMBER[x|%|unit]

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "record/subject.hpp"

namespace bytebound {

struct GateExpression {
    std::string text; ///< as written
    std::string metric;
    std::string loop;               ///< empty: every loop
    std::optional<std::uint32_t> k; ///< nullopt: every k
    std::string name;               ///< LOOP/K as written: the name of a row without a k ("BM_copy/8")
    bool at_most = true;            ///< "<="; else ">="
    bool relative = false;          ///< the limit is a ratio to base; else it is in the metric's own unit
    double limit = 0;
    double unit = 1;                               ///< of the number as written: limit = number * unit
    std::size_t number_begin = 0, number_size = 0; ///< of the number in `text`

    bool covers(std::string_view row_loop, std::uint32_t row_k) const {
        if (!has_k(row_k) && k) return name == row_loop;
        return (loop.empty() || loop == row_loop) && (!k || *k == row_k);
    }
    bool operator==(const GateExpression&) const = default;
};

/// `where`: "option --gate", "gates.toml:3", for the error. Error (usage): it is not of that form, the number is not
/// one, or the unit does not fit the metric. Whether the metric exists is for check_metric().
Result<GateExpression> parse_gate(const std::string& text, const std::string& where);

/// Error (usage): the metric is not one of `known`, or in the catalogue of metrics.
Result<void> check_metric(const GateExpression& gate, const std::vector<std::string>& known);

} // namespace bytebound
