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
// Faults are nlohmann's exceptions for missing keys and wrong types, and std::invalid_argument for values. Both give
// the path in the document: "/ceilings/bandwidth/0/threads: it is below 1".

#include <array>
#include <cmath>
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
#include <vector>

#include "base/error.hpp"
#include "io/json.hpp"
#include "io/json_shape.hpp"

namespace bytebound::fields {

/// Rejects the value being read, or one below it; the callers prepend its path.
[[noreturn]] inline void refuse(const std::string& cause) { throw std::invalid_argument(": " + cause); }
[[noreturn]] inline void refuse(const std::string& key, const std::string& cause) {
    throw std::invalid_argument("/" + key + ": " + cause);
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
    for (const Field<Record>& field : table.fields) {
        const std::string name(field.name);
        if (field.read == nullptr || (!field.required && !j.contains(name))) continue;
        const nlohmann::json& value = j.at(name);
        try {
            field.read(value, record);
        } catch (const std::invalid_argument& fault) {
            throw std::invalid_argument("/" + name + fault.what());
        }
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
    static void read(const nlohmann::json& j, bool& value) { j.get_to(value); }
    static ValueShape shape() { return {"boolean", false, {}, {}}; }
};

template <>
struct Codec<double> {
    static nlohmann::json write(double value) { return value; }
    static void read(const nlohmann::json& j, double& value) { j.get_to(value); }
    static ValueShape shape() { return {"number", false, {}, {}}; }
};

template <>
struct Codec<std::string> {
    static nlohmann::json write(const std::string& value) { return value; }
    static void read(const nlohmann::json& j, std::string& value) { j.get_to(value); }
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
struct Codec<Number> {
    static nlohmann::json write(Number value) { return value; }
    static void read(const nlohmann::json& j, Number& value) {
        if (!j.is_number()) j.get_to(value); // throws nlohmann's type error
        if (!read_whole(j, value))
            refuse("it is not a whole number" + std::string(std::is_unsigned_v<Number> ? " from 0 on" : "") +
                   " that fits");
    }
    static ValueShape shape() { return {"integer", false, {}, {}}; }
};

template <class Value>
requires std::is_enum_v<Value>
struct Codec<Value> {
    static nlohmann::json write(Value value) { return std::string(name_of(value)); }
    static void read(const nlohmann::json& j, Value& value) {
        const auto name = j.get<std::string>();
        std::string known;
        for (const Value member : members_of(static_cast<const Value*>(nullptr))) {
            if (name_of(member) == name) {
                value = member;
                return;
            }
            known += (known.empty() ? "" : ", ") + std::string(name_of(member));
        }
        refuse("\"" + name + "\" is not one of " + known);
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

/// An element of an array; its index becomes part of a fault's path.
template <class Value, template <class> class Of>
void read_element(const nlohmann::json& array, std::size_t i, Value& value) {
    try {
        Of<Value>::read(array[i], value);
    } catch (const std::invalid_argument& fault) {
        throw std::invalid_argument("/" + std::to_string(i) + fault.what());
    }
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
        for (const auto& [key, value] : j.items())
            try {
                Codec<Value>::read(value, map[key]);
            } catch (const std::invalid_argument& fault) {
                throw std::invalid_argument("/" + key + fault.what());
            }
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
        if (!j.is_null()) j.get_to(text);
    }
    static ValueShape shape() { return {"string", true, {}, {}}; }
};

/// An integer of at least 1.
template <class Number>
struct Positive : Codec<Number> {
    static void read(const nlohmann::json& j, Number& value) {
        if (!j.is_number_unsigned() || !read_whole(j, value)) refuse("it is not a whole number from 1 on");
        if (value < 1) refuse("it is below 1");
    }
};

/// A finite number; NaN, infinities and other types are faults.
template <class Number>
struct Finite : Codec<Number> {
    static void read(const nlohmann::json& j, Number& value) {
        if (!j.is_number() || !std::isfinite(j.get<double>())) refuse("it is not a finite number");
        j.get_to(value);
    }
};

/// A positive rate, safe as a divisor.
template <class Number>
struct Rate : Finite<Number> {
    static void read(const nlohmann::json& j, Number& value) {
        Finite<Number>::read(j, value);
        if (value <= 0) refuse("it is not above 0");
    }
};

template <class Value>
using NullIfNegative = NullFor<Value, Codec, -1>;
template <class Value>
using NullIfZero = NullFor<Value, Codec, 0>;
template <class Value>
using PositiveOrNull = NullFor<Value, Positive, 0>;
template <class Optional>
using FiniteOrNull = OptionalOf<typename Optional::value_type, Finite>;
template <class List>
using ListOfPositive = ListOf<typename List::value_type, Positive>;

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

/// A nested member: `[](auto& record) -> auto& { return record.layout.groups; }`.
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

/// Reads the record from a document that contains its schema's name. Error: `malformed` with the cause.
template <class Record>
Result<Record> record_of(std::string_view text, std::string_view schema, Error malformed) {
    const auto refused = [&](std::string cause) {
        malformed.cause = std::move(cause);
        return fail(malformed);
    };
    try {
        const nlohmann::json document = parse_json(text);
        const auto named = document.is_object() ? document.value("schema", std::string()) : std::string();
        if (named != schema) return refused("its schema is \"" + named + "\", not \"" + std::string(schema) + "\"");
        Record record;
        read_record(document, record, fields_of(&record));
        return record;
    } catch (const std::exception& error) {
        return refused(error.what());
    }
}

} // namespace bytebound::fields
