#pragma once

#include <string>

#include "render/document.hpp"

namespace bytebound {

/// GitHub-flavoured Markdown. User-supplied text cannot break out of its cell, code span or line.
std::string to_markdown(const Document& document);
std::string escape_markdown(std::string_view text);

} // namespace bytebound
