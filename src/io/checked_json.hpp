#pragma once
// Numbers of a JSON document that others divide by, index with or print: checked as they are read. Faults are
// std::invalid_argument with the path below the value that is read: "/ci_low: it is above ci_high".

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace bytebound::checked {

[[noreturn]] inline void refuse(const std::string& key, const std::string& cause) {
    throw std::invalid_argument("/" + key + ": " + cause);
}

/// A whole number that its type holds; nlohmann's own conversion wraps and truncates.
template <std::unsigned_integral Number>
Number count_of(const nlohmann::json& value, const std::string& key, Number least) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::numeric_limits<Number>::max())
        refuse(key, "it is not a whole number from " + std::to_string(least) + " on");
    const auto number = value.get<Number>();
    if (number < least) refuse(key, "it is below " + std::to_string(least));
    return number;
}

inline double number_of(const nlohmann::json& j, const std::string& key) {
    const nlohmann::json& value = j.at(key);
    if (!value.is_number() || !std::isfinite(value.get<double>())) refuse(key, "it is not a finite number");
    return value.get<double>();
}

/// A rate that others divide by.
inline double rate_of(const nlohmann::json& j, const std::string& key) {
    const double value = number_of(j, key);
    if (value <= 0) refuse(key, "it is not above 0");
    return value;
}

inline void check_interval(double low, double value, double high, const std::string& key) {
    if (low > high) refuse("ci_low", "it is above ci_high");
    if (value < low || value > high) refuse(key, "it is outside of its own interval");
}

/// Reads an array's elements by their from_json; the path of a fault gets the key and the element's number.
template <class List>
void get_list(const nlohmann::json& j, const std::string& key, List& out) {
    const nlohmann::json& array = j.at(key);
    if (!array.is_array()) refuse(key, "it is not a list");
    out.clear();
    for (std::size_t i = 0; i < array.size(); ++i)
        try {
            out.push_back(array[i].get<typename List::value_type>());
        } catch (const std::invalid_argument& fault) {
            throw std::invalid_argument("/" + key + "/" + std::to_string(i) + fault.what());
        }
}

/// Likewise one value.
template <class Value>
void get_value(const nlohmann::json& j, const std::string& key, Value& out) {
    try {
        j.at(key).get_to(out);
    } catch (const std::invalid_argument& fault) {
        throw std::invalid_argument("/" + key + fault.what());
    }
}

} // namespace bytebound::checked
