#include "archive/record_fields.hpp"

namespace bytebound {

using namespace fields;

/// A value's JSON type is that of the variant; an empty text is null.
template <>
struct fields::Codec<WarningValue> {
    static nlohmann::json write(const WarningValue& value) {
        const auto* text = std::get_if<std::string>(&value);
        if (text != nullptr) return TextOrNull<std::string>::write(*text);
        return std::visit([](const auto& each) { return nlohmann::json(each); }, value);
    }
    static void read(const nlohmann::json& j, WarningValue& value) {
        if (j.is_boolean())
            value = j.get<bool>();
        else if (j.is_number_unsigned())
            value = j.get<std::uint64_t>();
        else if (j.is_number())
            Codec<double>::read(j, value.emplace<double>());
        else if (j.is_array())
            Codec<std::vector<std::uint64_t>>::read(j, value.emplace<std::vector<std::uint64_t>>());
        else
            TextOrNull<std::string>::read(j, value.emplace<std::string>());
    }
    static ValueShape shape() {
        ValueShape shape = Codec<std::vector<std::uint64_t>>::shape();
        shape.nullable = true;
        shape.or_types = {"boolean", "integer", "number", "string"};
        return shape;
    }
};

const Table<Warning>& fields_of(const Warning*) {
    using R = Warning;
    static constexpr Field<R> list[] = {
        field<&R::code>("code"),
        converted<R, [](const R& r) { return text_of(r); },
                  [](std::string text, R& r) { r.stored_text = std::move(text); }>("text"),
        field<&R::fields>("fields").absent_in_older(),
    };
    static constexpr Table<R> table{list, [](R& r) {
                                        if (makes_its_text(r)) r.stored_text.clear();
                                    }};
    return table;
}

} // namespace bytebound
