#include "render/html.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <utility>

#include "render/chart.hpp"
#include "render/templates.hpp"

namespace bytebound {
namespace {

std::string inline_html(const Inline& text) {
    std::string out;
    for (const Span& span : text.spans) {
        const std::string body = escape_html(span.text);
        switch (span.style) {
        case Style::plain: out += body; break;
        case Style::code: out += "<code>" + body + "</code>"; break;
        case Style::strong: out += "<strong>" + body + "</strong>"; break;
        }
    }
    return out;
}

std::string broken_lines(std::string_view title) {
    std::string out;
    for (const char c : escape_html(title)) {
        if (c == '\n') {
            out += "<br>";
        } else {
            out += c;
        }
    }
    return out;
}

std::string legend_html(const Charts& charts) {
    std::string out = "<p class=\"legend\">";
    for (std::size_t i = 0; i < charts.legend.size(); ++i) {
        out += fmt::format("<span class=\"s{}\"><i></i>{}</span>", i % 6, escape_html(charts.legend[i]));
    }
    return out + "<span class=\"b\"><i></i>bound</span></p>";
}

struct HtmlWriter {
    std::string operator()(const Heading& heading) const {
        return fmt::format("<h{0}>{1}</h{0}>\n", heading.level, escape_html(heading.text));
    }
    std::string operator()(const Paragraph& paragraph) const {
        const char* tone = paragraph.tone == Tone::plain  ? ""
                           : paragraph.tone == Tone::note ? " class=\"note\""
                                                          : " class=\"failure\"";
        return fmt::format("<p{}>{}</p>\n", tone, inline_html(paragraph.text));
    }
    std::string operator()(const Bullets& bullets) const {
        std::string out = "<ul>\n";
        for (const Inline& item : bullets.items)
            out += "<li>" + inline_html(item) + "</li>\n";
        return out + "</ul>\n";
    }
    std::string operator()(const CodeBlock& block) const {
        return "<pre><code>" + escape_html(block.text) + "</code></pre>\n";
    }
    std::string operator()(const Table& table) const {
        const auto cell_class = [&](std::size_t i) { return table.columns[i].number ? " class=\"n\"" : ""; };
        std::string out = table.wide ? "<div class=\"scroll\"><table class=\"main\"><thead><tr>"
                                     : "<div class=\"scroll\"><table><thead><tr>";
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            out += fmt::format("<th{}>{}", cell_class(i), broken_lines(table.columns[i].title));
            if (i < table.below_titles.size() && !table.below_titles[i].empty()) {
                out += "<em>" + escape_html(table.below_titles[i]) + "</em>";
            }
            out += "</th>";
        }
        out += "</tr></thead><tbody>\n";
        for (std::size_t row = 0; row < table.rows.size(); ++row) {
            const auto& starts = table.group_starts;
            const bool first = std::find(starts.begin(), starts.end(), row) != starts.end();
            out += first ? "<tr class=\"g\">" : "<tr>";
            for (std::size_t i = 0; i < table.columns.size(); ++i) {
                const std::string text = i < table.rows[row].size() ? table.rows[row][i] : "";
                const bool absent = text == "n/a";
                out += absent ? fmt::format("<td class=\"{}na\">n/a</td>", table.columns[i].number ? "n " : "")
                              : fmt::format("<td{}>{}</td>", cell_class(i), escape_html(text));
            }
            out += "</tr>\n";
        }
        return out + "</tbody></table></div>\n";
    }
    std::string operator()(const Verdicts& verdicts) const {
        std::string out = "<div class=\"verdicts\">\n";
        for (const VerdictItem& item : verdicts.items) {
            out += fmt::format("<section><h3>{}</h3><p class=\"big\">{} <small>{}</small></p><p>{}</p></section>\n",
                               escape_html(item.label), escape_html(item.headline), escape_html(item.caption),
                               escape_html(item.sentence));
        }
        return out + "</div>\n";
    }
    std::string operator()(const Charts& charts) const {
        std::string out = legend_html(charts) + "\n<div class=\"charts\">\n";
        for (const Chart& chart : charts.charts)
            out += "<figure>" + chart_svg(chart, charts.legend) + "</figure>\n";
        return out + "</div>\n";
    }
};

/// Replaces {{name}} in the compiled-in page, in one pass: inserted text is not expanded again.
std::string fill(std::string_view page, std::span<const std::pair<std::string_view, std::string>> values) {
    std::string out;
    while (!page.empty()) {
        const std::size_t open = page.find("{{");
        const std::size_t close = page.find("}}", open);
        if (open == std::string_view::npos || close == std::string_view::npos) break;
        out += page.substr(0, open);
        const std::string_view name = page.substr(open + 2, close - open - 2);
        for (const auto& [key, value] : values) {
            if (key == name) out += value;
        }
        page.remove_prefix(close + 2);
    }
    return out.append(page);
}

} // namespace

std::string to_html(const Document& document) {
    std::string body;
    for (const Block& block : document.blocks)
        body += std::visit(HtmlWriter{}, block);
    const std::pair<std::string_view, std::string> values[] = {{"title", escape_html(document.title)},
                                                               {"subtitle", escape_html(document.subtitle)},
                                                               {"style", std::string(templates::report_css)},
                                                               {"body", std::move(body)}};
    return fill(templates::report_html, values);
}

} // namespace bytebound
