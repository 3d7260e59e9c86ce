#pragma once
// Codecs of io/json_fields.hpp for numbers with a range of their own.

#include <concepts>
#include <limits>
#include <utility>

#include "io/json_fields.hpp"

namespace bytebound::fields {

/// An integer of at least 1.
template <class Number>
struct Positive : Codec<Number> {
    static void read(const nlohmann::json& j, Number& value) {
        read_whole(j, value, Number{1}, std::numeric_limits<Number>::max());
    }
};

/// An integer from `low` to `high`: `field<&R::ways, Within<1, 65536>::Of>("ways")`.
template <auto low, auto high>
struct Within {
    template <class Number>
    struct Of : Codec<Number> {
        static void read(const nlohmann::json& j, Number& value) {
            static_assert(std::in_range<Number>(low) && std::in_range<Number>(high));
            read_whole(j, value, static_cast<Number>(low), static_cast<Number>(high));
        }
    };
};

/// An integer of at least 0, of a signed type.
template <class Number>
struct NotBelowZero : Codec<Number> {
    static void read(const nlohmann::json& j, Number& value) {
        read_whole(j, value, Number{0}, std::numeric_limits<Number>::max());
    }
};

/// A number of at least 0.
template <class Number>
struct NotNegative : Codec<Number> {
    static void read(const nlohmann::json& j, Number& value) { read_real(j, value, 0, largest_number); }
};

/// A number from 0 to 1.
template <class Number>
struct Fraction : Codec<Number> {
    static void read(const nlohmann::json& j, Number& value) { read_real(j, value, 0, 1); }
};

/// A positive rate, safe as a divisor.
template <class Number>
struct Rate : Codec<Number> {
    static void read(const nlohmann::json& j, Number& value) {
        read_real(j, value, 1 / largest_number, largest_number);
    }
};

template <class Value>
using NullIfNegative = NullFor<Value, NotBelowZero, -1>;
template <class Value>
using NullIfZero = NullFor<Value, Codec, 0>;
template <class Value>
using PositiveOrNull = NullFor<Value, Positive, 0>;
template <class Optional>
using NotNegativeOrNull = OptionalOf<typename Optional::value_type, NotNegative>;
template <class Optional>
using PositiveIfGiven = OptionalOf<typename Optional::value_type, Positive>;
template <class List>
using ListOfNotNegative = ListOf<typename List::value_type, NotNegative>;
template <class List>
using ListOfPositive = ListOf<typename List::value_type, Positive>;

} // namespace bytebound::fields
