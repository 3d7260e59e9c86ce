#pragma once

#include <string_view>

/// Files of reports/templates, compiled in (reports/embed.py generates templates.cpp at build time).
namespace bytebound::templates {

extern const std::string_view report_html, report_css;

} // namespace bytebound::templates
