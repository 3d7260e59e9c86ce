#include "counters/names/format_field.hpp"

#include "base/text.hpp"

namespace bytebound {
namespace {

std::uint64_t low_mask(unsigned bits) { return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1; }

std::optional<FormatField::Bits> parse_bits(std::string_view text) {
    text = trim(text);
    const auto dash = text.find('-');
    const auto low = parse_unsigned(text.substr(0, dash));
    const auto high = dash == std::string_view::npos ? low : parse_unsigned(text.substr(dash + 1));
    if (!low || !high || *high < *low || *high > 63) return {};
    return FormatField::Bits{static_cast<unsigned>(*low), static_cast<unsigned>(*high)};
}

} // namespace

unsigned FormatField::width() const {
    unsigned bits = 0;
    for (const Bits& range : ranges)
        bits += range.high - range.low + 1;
    return bits;
}

bool FormatField::holds(std::uint64_t value) const { return (value & ~low_mask(width())) == 0; }

void FormatField::place(std::uint64_t value, std::array<std::uint64_t, 3>& words) const {
    std::uint64_t& target = words[word];
    for (const Bits& range : ranges) {
        const unsigned bits = range.high - range.low + 1;
        const std::uint64_t mask = low_mask(bits);
        target = (target & ~(mask << range.low)) | (value & mask) << range.low;
        value = bits >= 64 ? 0 : value >> bits;
    }
}

std::optional<FormatField> parse_format(std::string_view text) {
    static constexpr std::string_view word_names[] = {"config", "config1", "config2", "config3"};
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return {};
    FormatField field;
    const std::string_view word = trim(text.substr(0, colon));
    while (field.word < std::size(word_names) && word_names[field.word] != word)
        ++field.word;
    if (field.word == std::size(word_names)) return {};
    for (const std::string& part : split(text.substr(colon + 1), ',')) {
        const auto bits = parse_bits(part);
        if (!bits) return {};
        field.ranges.push_back(*bits);
    }
    // Overlapping ranges could add up to more than 64 bits; no driver has any.
    if (field.width() > 64) return {};
    return field;
}

} // namespace bytebound
