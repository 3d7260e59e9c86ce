#pragma once
// Numbers as text, whose separators follow the locale of the machine that wrote them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bytebound {

/// --decimal: which character separates the whole part from the rest.
enum class DecimalChoice { automatic, point, comma };

/// A number with a decimal point and without thousands separators ("1234.5", "1e+06"), up to 1e30. nullopt: it is
/// not one; words ("nan", "inf") and hexadecimal numbers are not.
std::optional<double> plain_number(std::string_view text);

/// What the numbers of a file say about its separators.
class DecimalEvidence {
public:
    enum class Kind { any, whole };
    /// `whole`: the number is known to be an integer, so that every separator in it separates thousands.
    void take(std::string_view text, Kind kind = Kind::any);
    /// The decimal separator '.' or ','; nullopt: nothing shows it, or the numbers contradict each other.
    std::optional<char> separator() const;
    bool contradicted() const { return point_ > 0 && comma_ > 0; }
    /// A number whose meaning depends on the answer; empty: none does.
    const std::string& ambiguous() const { return ambiguous_; }
    /// A number that shows each: "117,5" and "1,234.5".
    const std::string& shows_point() const { return point_example_; }
    const std::string& shows_comma() const { return comma_example_; }

private:
    std::uint64_t point_ = 0, comma_ = 0;
    std::string ambiguous_, point_example_, comma_example_;
};

/// A number with this decimal separator, and the other one (or a space, an apostrophe) between thousands. nullopt: it
/// is not one.
std::optional<double> separated_number(std::string_view text, char decimal);

} // namespace bytebound
