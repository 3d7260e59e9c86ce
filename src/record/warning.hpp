#pragma once
// A warning is a code and its evidence. Its text is made from the table of warnings when it is shown.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bytebound {

/// Numbers stay numbers; an empty text means "not applicable".
using WarningValue = std::variant<bool, std::uint64_t, double, std::string, std::vector<std::uint64_t>>;
/// By name, which ends in the unit if there is one: "row_bytes", "steal_percent".
using WarningFields = std::map<std::string, WarningValue>;

struct Warning {
    std::string code;                    ///< in warning_table(); stable: "k_clipped", "smt_sibling_busy"
    std::optional<WarningFields> fields; ///< nullopt in records of older versions
    /// The text of a record for which warning_table() has none: of an older version, or with an unknown code.
    std::string stored_text;
    bool operator==(const Warning&) const = default;
};

/// What is wrong, how much, what to do: one line.
std::string text_of(const Warning& warning);
/// Whether the table and the fields give that text, so that the stored one is not needed.
bool makes_its_text(const Warning& warning);

/// One row of the constant table of warnings.
struct WarningEntry {
    std::string_view code;
    /// What is wrong, how much, what to do. A field is
    ///   {name}              as it is; a list with commas
    ///   {name:size}         bytes with a unit: 64 KiB
    ///   {name:2}            with two decimals
    ///   {name:this|these}   a word for one, and one for any other number (of a list: its length)
    ///   {name?text|other}   a text if the field is true or not empty, else the other; both may contain fields
    std::string_view text;
};
std::span<const WarningEntry> warning_table();
/// Null if the table does not contain the code.
const WarningEntry* find_warning(std::string_view code);

/// The names of the fields in a text of the table, without repetition, in their order.
std::vector<std::string> field_names(std::string_view text);
/// The text with its fields, which must include all of field_names().
std::string filled(std::string_view text, const WarningFields& fields);

} // namespace bytebound
