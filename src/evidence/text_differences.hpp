#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evidence/difference.hpp"

namespace bytebound {

/// Every difference of two texts of a file: by JSON pointer (.json), by row and column (.csv), else by line, with the
/// column and the row of a table where the line is one. Of texts with equal values, or that are not of their form, by
/// line. Empty only for equal bytes.
std::vector<Difference> text_differences(const std::string& file, std::string_view published, std::string_view derived);

// The three ways, each for texts of that form. The first two find nothing where only the layout differs, and return
// nullopt where `published` is not of the form.
std::optional<std::vector<Difference>> json_differences(const std::string& file, std::string_view published,
                                                        std::string_view derived);
std::optional<std::vector<Difference>> csv_differences(const std::string& file, std::string_view published,
                                                       std::string_view derived);
std::vector<Difference> line_differences(const std::string& file, std::string_view published, std::string_view derived);

} // namespace bytebound
