#include "render/html.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <span>
#include <utility>

#include "render/chart.hpp"
#include "render/templates.hpp"

namespace bytebound {
namespace {

bool in_option(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'; }

/// Escaped, with options of the command line (--bw-preset) as elements that are never broken at a hyphen.
std::string text_html(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t start = text.find("--");
        while (start != std::string_view::npos &&
               ((start > 0 && in_option(text[start - 1])) || start + 2 >= text.size() ||
                std::isalpha(static_cast<unsigned char>(text[start + 2])) == 0))
            start = text.find("--", start + 1);
        out += escape_html(text.substr(0, start));
        if (start == std::string_view::npos) break;
        text.remove_prefix(start);
        const auto end = std::find_if_not(text.begin(), text.end(), in_option);
        const auto length = static_cast<std::size_t>(end - text.begin());
        out += "<span class=\"o\">" + escape_html(text.substr(0, length)) + "</span>";
        text.remove_prefix(length);
    }
    return out;
}

std::string inline_html(const Inline& text) {
    std::string out;
    for (const Span& span : text.spans) {
        const std::string body = text_html(span.text);
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
        out += fmt::format("<span>{}{}</span>", legend_key_svg(i), escape_html(charts.legend[i]));
    }
    return out + "<span>" + bound_key_svg() + "bound</span></p>";
}

/// "Warnings and flags" -> "warnings-and-flags", as GitHub names the anchors of report.md.
std::string anchor_of(std::string_view heading) {
    std::string out;
    for (const char c : heading) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        else if (c == ' ' || c == '-')
            out += '-';
    }
    return out;
}

/// Links to the sections; empty if there are none.
std::string contents_html(const Document& document) {
    std::string out;
    for (const Block& block : document.blocks) {
        const Heading* heading = std::get_if<Heading>(&block);
        if (heading == nullptr || heading->level != 2) continue;
        out += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", anchor_of(heading->text), escape_html(heading->text));
    }
    return out.empty() ? out : "<nav aria-label=\"Contents\"><ul>\n" + out + "</ul></nav>\n";
}

struct HtmlWriter {
    std::string operator()(const Heading& heading) const {
        const std::string anchor = heading.level == 2 ? fmt::format(" id=\"{}\"", anchor_of(heading.text)) : "";
        return fmt::format("<h{0}{2}>{1}</h{0}>\n", heading.level, escape_html(heading.text), anchor);
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
        return "<pre><code>" + text_html(block.text) + "</code></pre>\n";
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
                              : fmt::format("<td{}>{}</td>", cell_class(i), text_html(text));
            }
            out += "</tr>\n";
        }
        return out + "</tbody></table></div>\n";
    }
    std::string operator()(const Fold& fold) const {
        return "<details><summary>" + text_html(fold.title) + "</summary>\n" + (*this)(fold.table) + "</details>\n";
    }
    std::string operator()(const Verdicts& verdicts) const {
        std::string out = "<div class=\"verdicts\">\n";
        for (const VerdictItem& item : verdicts.items) {
            out += fmt::format("<section><h3>{}</h3><p class=\"big\">{} <small>{}</small></p>", escape_html(item.label),
                               escape_html(item.headline), escape_html(item.caption));
            for (const std::string& line : item.bytes)
                out += "<p class=\"bytes\">" + escape_html(line) + "</p>";
            out += "<p>" + text_html(item.sentence) + "</p></section>\n";
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
    std::string body = contents_html(document);
    for (const Block& block : document.blocks)
        body += std::visit(HtmlWriter{}, block);
    const std::string caveat =
        document.caveat.empty() ? "" : "<p class=\"failure\">" + text_html(document.caveat) + "</p>\n";
    const std::pair<std::string_view, std::string> values[] = {{"title", escape_html(document.title)},
                                                               {"subtitle", text_html(document.subtitle)},
                                                               {"caveat", caveat},
                                                               {"style", std::string(templates::report_css)},
                                                               {"body", std::move(body)}};
    return fill(templates::report_html, values);
}

} // namespace bytebound
