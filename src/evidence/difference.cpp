#include "evidence/difference.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "record/subject.hpp"

namespace bytebound {
namespace {

constexpr std::size_t longest_value = 160;

std::string value_text(const std::optional<std::string>& value) {
    return value ? visible(clipped(*value, longest_value)) : "nothing";
}

} // namespace

std::string place_of(std::size_t row, const Sample& step) {
    return fmt::format("row {} ({}, {}repeat {}, step {})", row + 1, step.loop,
                       has_k(step.k) ? fmt::format("k {}, ", step.k) : "", step.repeat, step.step);
}

std::string to_line(const Difference& difference) {
    std::string line = visible(difference.file) + ": " + visible(difference.figure) + ": published " +
                       value_text(difference.published) + ", derived " + value_text(difference.derived);
    if (!difference.note.empty()) line += " (" + visible(difference.note) + ")";
    return line;
}

} // namespace bytebound
