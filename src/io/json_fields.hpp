#pragma once
// Records as JSON by one table of fields each, which defines how they are written, read, and described by a schema.
//
//     const Table<Point>& fields_of(const Point*) { // found by argument-dependent lookup
//         static constexpr Field<Point> list[] = {field<&Point::x>("x"),
//                                                  field<&Point::label, TextOrNull>("label").absent_in_older()};
//         static constexpr Table<Point> table{list};
//         return table;
//     }
//
// A member's type decides how it is written: booleans, integers within their type's range, floating-point numbers,
// strings, enumerations (members_of() lists their members, name_of() names them), optional values (null), lists,
// arrays, maps, and records with a table. A second template argument selects another codec: one from below, or the
// caller's own.
//
// Every fault is std::invalid_argument with the path in the document: "/ceilings/bandwidth/0/threads: it is not a whole
// number from 1 to 4294967295". Numbers are whole where the member is, and always within a range: that of the member's
// type, or of a codec of io/json_ranges.hpp.

#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "io/json.hpp"
#include "io/json_shape.hpp"

namespace bytebound::fields {

/// Rejects the value being read, or one below it; the callers prepend its path.
[[noreturn]] inline void refuse(const std::string& cause) { throw std::invalid_argument(": " + cause); }
[[noreturn]] inline void refuse(const std::string& key, const std::string& cause) {
    throw std::invalid_argument("/" + key + ": " + cause);
}

/// Reads a value with `read`; a fault gets the value's key or index in front.
template <class Read>
void below(const std::string& token, Read read) {
    try {
        read();
    } catch (const std::invalid_argument& fault) {
        throw std::invalid_argument("/" + token + fault.what());
    }
}

inline void check_interval(double low, double value, double high, const std::string& key) {
    if (low > high) refuse("ci_low", "it is above ci_high");
    if (value < low || value > high) refuse(key, "it is outside of its own interval");
}

template <class Record>
struct Field {
    std::string_view name;
    nlohmann::json (*write)(const Record&);
    void (*read)(const nlohmann::json&, Record&); ///< null: derived from other members, hence written only
    ValueShape (*shape)();
    bool required = true;

    /// Documents of older versions do not contain it; the member then keeps its default.
    constexpr Field absent_in_older() const {
        Field field = *this;
        field.required = false;
        return field;
    }
};

template <class Record>
struct Table {
    std::span<const Field<Record>> fields;
    void (*finish)(Record&) = nullptr; ///< called when all fields are read: checks across members
};

template <class Record>
nlohmann::json write_record(const Record& record, const Table<Record>& table) {
    nlohmann::json j = nlohmann::json::object();
    for (const Field<Record>& field : table.fields)
        j[std::string(field.name)] = field.write(record);
    return j;
}

template <class Record>
void read_record(const nlohmann::json& j, Record& record, const Table<Record>& table) {
    if (!j.is_object()) refuse("it is not an object");
    for (const Field<Record>& field : table.fields) {
        const std::string name(field.name);
        const auto value = j.find(name);
        if (field.read == nullptr || (!field.required && value == j.end())) continue;
        if (value == j.end()) refuse(name, "it is missing");
        below(name, [&] { field.read(*value, record); });
    }
    if (table.finish != nullptr) table.finish(record);
}

template <class Record>
ValueShape shape_of(const Table<Record>& table) {
    ValueShape shape{"object", false, {}, {}};
    for (const Field<Record>& field : table.fields)
        shape.fields.push_back({field.name, field.required, field.shape()});
    return shape;
}

template <class Value>
struct Codec;

template <>
struct Codec<bool> {
    static nlohmann::json write(bool value) { return value; }
    static void read(const nlohmann::json& j, bool& value) {
        if (!j.is_boolean()) refuse("it is not true or false");
        value = j.get<bool>();
    }
    static ValueShape shape() { return {"boolean", false, {}, {}}; }
};

/// Above every byte, count and time that a run can have; the products and quotients of two of them stay finite.
inline constexpr double largest_number = 1e30;

void read_real(const nlohmann::json& j, double& value, double low, double high);

template <>
struct Codec<double> {
    static nlohmann::json write(double value) { return value; }
    static void read(const nlohmann::json& j, double& value) { read_real(j, value, -largest_number, largest_number); }
    static ValueShape shape() { return {"number", false, {}, {}}; }
};

template <>
struct Codec<std::string> {
    static nlohmann::json write(const std::string& value) { return value; }
    static void read(const nlohmann::json& j, std::string& value) {
        if (!j.is_string()) refuse("it is not a text");
        value = j.get_ref<const std::string&>();
    }
    static ValueShape shape() { return {"string", false, {}, {}}; }
};

/// An integer within the range of its type. nlohmann's own conversion wraps and truncates.
template <std::integral Number>
bool read_whole(const nlohmann::json& j, Number& value) {
    if (j.is_number_unsigned()) {
        if (!std::in_range<Number>(j.get<std::uint64_t>())) return false;
    } else if (!j.is_number_integer() || !std::in_range<Number>(j.get<std::int64_t>())) {
        return false;
    }
    value = j.get<Number>();
    return true;
}

template <std::integral Number>
void read_whole(const nlohmann::json& j, Number& value, Number low, Number high) {
    Number number{};
    if (!read_whole(j, number) || number < low || number > high)
        refuse("it is not a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    value = number;
}

template <std::integral Number>
struct Codec<Number> {
    static nlohmann::json write(Number value) { return value; }
    static void read(const nlohmann::json& j, Number& value) {
        using Limits = std::numeric_limits<Number>;
        read_whole(j, value, Limits::min(), Limits::max());
    }
    static ValueShape shape() { return {"integer", false, {}, {}}; }
};

/// Longer words are cut in causes.
inline constexpr std::size_t longest_word = 80;

template <class Value>
requires std::is_enum_v<Value>
struct Codec<Value> {
    static nlohmann::json write(Value value) { return std::string(name_of(value)); }
    static void read(const nlohmann::json& j, Value& value) {
        std::string name, known;
        Codec<std::string>::read(j, name);
        for (const Value member : members_of(static_cast<const Value*>(nullptr))) {
            if (name_of(member) == name) {
                value = member;
                return;
            }
            known += (known.empty() ? "" : ", ") + std::string(name_of(member));
        }
        refuse("\"" + clipped(name, longest_word) + "\" is not one of " + known);
    }
    static ValueShape shape() { return {"string", false, {}, {}}; }
};

template <class Record>
requires requires(const Record* record) { fields_of(record); }
struct Codec<Record> {
    static nlohmann::json write(const Record& record) { return write_record(record, fields_of(&record)); }
    static void read(const nlohmann::json& j, Record& record) { read_record(j, record, fields_of(&record)); }
    static ValueShape shape() { return shape_of(fields_of(static_cast<const Record*>(nullptr))); }
};

/// Null or a value.
template <class Value, template <class> class Of>
struct OptionalOf {
    static nlohmann::json write(const std::optional<Value>& value) {
        return value ? Of<Value>::write(*value) : nlohmann::json(nullptr);
    }
    static void read(const nlohmann::json& j, std::optional<Value>& value) {
        value.reset();
        if (!j.is_null()) Of<Value>::read(j, value.emplace());
    }
    static ValueShape shape() {
        ValueShape shape = Of<Value>::shape();
        shape.nullable = true;
        return shape;
    }
};
template <class Value>
struct Codec<std::optional<Value>> : OptionalOf<Value, Codec> {};

template <class Value, template <class> class Of>
void read_element(const nlohmann::json& array, std::size_t i, Value& value) {
    below(std::to_string(i), [&] { Of<Value>::read(array[i], value); });
}

template <class Value, template <class> class Of>
struct ListOf {
    static nlohmann::json write(const std::vector<Value>& list) {
        nlohmann::json array = nlohmann::json::array();
        for (const Value& value : list)
            array.push_back(Of<Value>::write(value));
        return array;
    }
    static void read(const nlohmann::json& j, std::vector<Value>& list) {
        if (!j.is_array()) refuse("it is not a list");
        list.clear();
        list.reserve(j.size());
        for (std::size_t i = 0; i < j.size(); ++i)
            read_element<Value, Of>(j, i, list.emplace_back());
    }
    static ValueShape shape() { return {"array", false, {}, {Of<Value>::shape()}}; }
};
template <class Value>
struct Codec<std::vector<Value>> : ListOf<Value, Codec> {};

template <class Value, std::size_t count>
struct Codec<std::array<Value, count>> {
    static nlohmann::json write(const std::array<Value, count>& values) {
        nlohmann::json array = nlohmann::json::array();
        for (const Value& value : values)
            array.push_back(Codec<Value>::write(value));
        return array;
    }
    static void read(const nlohmann::json& j, std::array<Value, count>& values) {
        if (!j.is_array() || j.size() != count) refuse("it is not a list of " + std::to_string(count));
        for (std::size_t i = 0; i < count; ++i)
            read_element<Value, Codec>(j, i, values[i]);
    }
    static ValueShape shape() { return {"array", false, {}, {Codec<Value>::shape()}}; }
};

template <class Value>
struct Codec<std::map<std::string, Value>> {
    static nlohmann::json write(const std::map<std::string, Value>& map) {
        nlohmann::json object = nlohmann::json::object();
        for (const auto& [key, value] : map)
            object[key] = Codec<Value>::write(value);
        return object;
    }
    static void read(const nlohmann::json& j, std::map<std::string, Value>& map) {
        if (!j.is_object()) refuse("it is not an object");
        map.clear();
        for (auto member = j.begin(); member != j.end(); ++member)
            below(pointer_token(member.key()), [&] { Codec<Value>::read(*member, map[member.key()]); });
    }
    static ValueShape shape() { return {"object", false, {}, {Codec<Value>::shape()}}; }
};

/// `unknown` is the value of the type that means "unknown"; it is written as null.
template <class Value, template <class> class Of, auto unknown>
struct NullFor {
    static nlohmann::json write(const Value& value) {
        return value == Value(unknown) ? nlohmann::json(nullptr) : Of<Value>::write(value);
    }
    static void read(const nlohmann::json& j, Value& value) {
        if (j.is_null())
            value = Value(unknown);
        else
            Of<Value>::read(j, value);
    }
    static ValueShape shape() {
        ValueShape shape = Of<Value>::shape();
        shape.nullable = true;
        return shape;
    }
};

/// "" as null.
template <class Value>
struct TextOrNull {
    static nlohmann::json write(const Value& text) {
        return text.empty() ? nlohmann::json(nullptr) : nlohmann::json(text);
    }
    static void read(const nlohmann::json& j, Value& text) {
        text.clear();
        if (!j.is_null()) Codec<Value>::read(j, text);
    }
    static ValueShape shape() { return {"string", true, {}, {}}; }
};

template <class Record, auto get, template <class> class Of>
constexpr Field<Record> field_by(std::string_view name) {
    using Value = std::remove_cvref_t<std::invoke_result_t<decltype(get), Record&>>;
    return {name, [](const Record& record) { return Of<Value>::write(std::invoke(get, record)); },
            [](const nlohmann::json& j, Record& record) { Of<Value>::read(j, std::invoke(get, record)); },
            &Of<Value>::shape};
}

template <class Pointer>
struct RecordOf;
template <class Record, class Value>
struct RecordOf<Value Record::*> {
    using type = Record;
};

/// A member of the record itself.
template <auto member, template <class> class Of = Codec>
constexpr Field<typename RecordOf<decltype(member)>::type> field(std::string_view name) {
    return field_by<typename RecordOf<decltype(member)>::type, member, Of>(name);
}

template <auto... members>
struct Path {
    constexpr auto& operator()(auto& record) const { return (record.*....*members); }
};
/// Leads to a member of a member: `path<&Record::layout, &RowLayout::groups>`.
template <auto... members>
inline constexpr Path<members...> path{};

/// A nested member, at the end of a path or of a function of the same form.
template <class Record, auto get, template <class> class Of = Codec>
constexpr Field<Record> inner_field(std::string_view name) {
    return field_by<Record, get, Of>(name);
}

/// A value derived from the record: written, and ignored on reading.
template <class Record, auto get, template <class> class Of = Codec>
constexpr Field<Record> computed(std::string_view name) {
    using Value = std::remove_cvref_t<std::invoke_result_t<decltype(get), const Record&>>;
    return {name, [](const Record& record) { return Of<Value>::write(std::invoke(get, record)); }, nullptr,
            &Of<Value>::shape};
}

/// Members that the document stores as one value of another type: `to(record)` makes it, `from(value, record)` reads
/// it.
template <class Record, auto to, auto from, template <class> class Of = Codec>
constexpr Field<Record> converted(std::string_view name) {
    using Value = std::remove_cvref_t<std::invoke_result_t<decltype(to), const Record&>>;
    return {name, [](const Record& record) { return Of<Value>::write(to(record)); },
            [](const nlohmann::json& j, Record& record) {
                Value value{};
                Of<Value>::read(j, value);
                from(std::move(value), record);
            },
            &Of<Value>::shape};
}

/// A document's text with its members in the order of the table.
template <class Record>
std::string document_of(const Record& record) {
    std::string text = "{\n";
    for (const Field<Record>& field : fields_of(&record).fields)
        text += (text.size() > 2 ? ",\n" : "") + member_text(field.name, field.write(record));
    return text + "\n}\n";
}

/// Rejects a document whose member "schema" is another.
void check_schema(const nlohmann::json& document, std::string_view schema);

/// Reads the record from a document that contains its schema's name ("": it has none). Error: `malformed` with the
/// cause.
template <class Record>
Result<Record> record_of(std::string_view text, std::string_view schema, Error malformed) {
    try {
        const nlohmann::json document = parse_json(text);
        if (!schema.empty()) check_schema(document, schema);
        Record record;
        read_record(document, record, fields_of(&record));
        return record;
    } catch (const std::invalid_argument& fault) {
        const std::string_view cause = fault.what();
        malformed.cause = cause.starts_with(": ") ? cause.substr(2) : cause; // a fault of the document itself
        return fail(malformed);
    }
}

} // namespace bytebound::fields
