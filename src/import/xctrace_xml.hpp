#pragma once
// Rows of `xctrace export`, element by element. Internal to import/. An element with an id is written once; later ones
// refer to it.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "import/xctrace_sums.hpp"

namespace pugi {
class xml_node;
}

namespace bytebound {

class XctraceRows {
public:
    /// The columns of the rows that follow. Returns what is wrong, else nothing.
    std::string take_schema(std::string_view text);
    /// Adds the numbers of a row.
    std::string take_row(std::string_view text, XctraceSums& sums);

private:
    struct Value {
        std::string text, shown; ///< the raw value, and as Instruments shows it
        std::string process;     ///< of a process, and of what contains one
    };
    struct Column {
        std::string mnemonic, type;
    };
    std::optional<Value> value_of(const pugi::xml_node& element);

    std::vector<Column> columns_;
    std::unordered_map<std::string, Value> ids_;
    bool named_by_row_ = false; ///< a row is one counter: its columns name and value
};

} // namespace bytebound
