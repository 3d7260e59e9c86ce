#include "io/json_fields.hpp"

#include <fmt/format.h>

namespace bytebound::fields {

void read_real(const nlohmann::json& j, double& value, double low, double high) {
    const double number = j.is_number() ? j.get<double>() : 0;
    if (!j.is_number() || !(number >= low && number <= high))
        refuse(fmt::format("it is not a number from {:g} to {:g}", low, high));
    value = number;
}

void check_schema(const nlohmann::json& document, std::string_view schema) {
    std::string named;
    if (document.is_object())
        if (const auto found = document.find("schema"); found != document.end() && found->is_string())
            named = found->get_ref<const std::string&>();
    if (named != schema)
        throw std::invalid_argument("its schema is \"" + clipped(named, longest_word) + "\", not \"" +
                                    std::string(schema) + "\"");
}

} // namespace bytebound::fields
