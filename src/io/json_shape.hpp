#pragma once
// The shape of a JSON document according to its field tables, for comparison with a JSON Schema.

#include <string_view>
#include <vector>

namespace bytebound {

struct FieldShape;

struct ValueShape {
    std::string_view type; ///< in JSON Schema: "boolean", "integer", "number", "string", "array", "object"
    bool nullable = false;
    std::vector<FieldShape> fields; ///< of an object with exactly these members
    /// Size 1 for arrays and for objects with arbitrary keys: the shape of their elements; else empty.
    std::vector<ValueShape> each;
    std::vector<std::string_view> or_types = {}; ///< further types that the value may have
};

struct FieldShape {
    std::string_view name;
    bool required = true; ///< false: absent in documents of older versions
    ValueShape value;
};

} // namespace bytebound
