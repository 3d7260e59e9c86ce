#include "preset/formula.hpp"

#include <cctype>

#include "base/text.hpp"

namespace bytebound {
namespace {

bool is_name(std::string_view text) {
    if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) != 0) return false;
    for (const char c : text)
        if (c != '_' && std::isalnum(static_cast<unsigned char>(c)) == 0) return false;
    return true;
}

tl::expected<FormulaTerm, std::string> parse_product(std::string_view text, bool subtract) {
    text = trim(text);
    FormulaTerm term;
    term.subtract = subtract;
    const auto star = text.find('*');
    if (star != std::string_view::npos) {
        const auto factor = parse_unsigned(trim(text.substr(0, star)));
        if (!factor || *factor == 0 || *factor > 65536)
            return tl::unexpected("'" + std::string(text) + "' has no factor from 1 to 65536 in front of the '*'");
        term.factor = static_cast<std::uint32_t>(*factor);
        text = trim(text.substr(star + 1));
    }
    if (!is_name(text)) return tl::unexpected("'" + std::string(text) + "' is not the name of an event");
    term.event = text;
    return term;
}

} // namespace

tl::expected<std::vector<FormulaTerm>, std::string> parse_formula(std::string_view text) {
    std::vector<FormulaTerm> terms;
    bool subtract = false;
    for (;;) {
        const auto end = text.find_first_of("+-");
        const auto term = parse_product(text.substr(0, end), subtract);
        if (!term) return tl::unexpected(term.error());
        terms.push_back(*term);
        if (end == std::string_view::npos) return terms;
        subtract = text[end] == '-';
        text.remove_prefix(end + 1);
    }
}

} // namespace bytebound
