#pragma once
// What a JSON document may hold, as its field tables say it: to compare with a JSON Schema.

#include <string_view>
#include <vector>

namespace bytebound {

struct FieldShape;

struct ValueShape {
    std::string_view type; ///< of JSON Schema: "boolean", "integer", "number", "string", "array", "object"
    bool nullable = false;
    std::vector<FieldShape> fields; ///< of an object that has these members and no others
    std::vector<ValueShape> each;   ///< one: of an array's elements, or of an object with any keys; else empty
};

struct FieldShape {
    std::string_view name;
    bool required = true; ///< false: absent in documents of older versions
    ValueShape value;
};

} // namespace bytebound
