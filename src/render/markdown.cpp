#include "render/markdown.hpp"

#include <algorithm>
#include <cctype>

#include "base/text.hpp"
#include "base/visible.hpp"

namespace bytebound {
namespace {

/// Line breaks of titles and reasons become spaces.
std::string one_line(std::string_view text) {
    std::string out(text);
    std::replace(out.begin(), out.end(), '\n', ' ');
    std::replace(out.begin(), out.end(), '\r', ' ');
    return visible(out);
}

std::size_t longest_run(std::string_view text, char c) {
    std::size_t longest = 0, run = 0;
    for (const char each : text) {
        run = each == c ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

/// A code span may contain backticks if its fence is longer than any run of them.
std::string code_span(std::string_view text) {
    const std::string body = one_line(text);
    const std::string fence(longest_run(body, '`') + 1, '`');
    const bool pad = !body.empty() && (body.front() == '`' || body.back() == '`');
    return fence + (pad ? " " : "") + body + (pad ? " " : "") + fence;
}

std::string inline_text(const Inline& text) {
    std::string out;
    for (const Span& span : text.spans) {
        switch (span.style) {
        case Style::plain: out += escape_markdown(span.text); break;
        case Style::code: out += code_span(span.text); break;
        case Style::strong: out += "**" + escape_markdown(span.text) + "**"; break;
        }
    }
    return out;
}

/// Text that begins a block. What would make it a heading, a list, a quotation, a rule or a fence is escaped.
std::string block_text(const Inline& text) {
    std::string out = inline_text(text);
    out.erase(0, std::min(out.find_first_not_of(" \t"), out.size())); // four columns would be a block of code
    const auto ends_at = [&](std::size_t at) { return at >= out.size() || out[at] == ' ' || out[at] == '\t'; };
    const std::size_t hashes = std::min(out.find_first_not_of('#'), out.size());
    const std::size_t digits = std::min(out.find_first_not_of("0123456789"), out.size());
    const char first = out.empty() ? '\0' : out[0];
    if ((hashes > 0 && ends_at(hashes)) || ((first == '-' || first == '+') && ends_at(1)) || first == '>' ||
        first == '=' || out.starts_with("--") || out.starts_with("~~~"))
        out.insert(0, 1, '\\');
    else if (digits > 0 && digits < out.size() && (out[digits] == '.' || out[digits] == ')') && ends_at(digits + 1))
        out.insert(digits, 1, '\\');
    return out;
}

/// Padded, so that the source is also readable as a table.
std::string table_text(const Table& table) {
    std::vector<std::vector<std::string>> lines(1);
    for (const Column& column : table.columns)
        lines[0].push_back(escape_markdown(column.title));
    if (!table.below_titles.empty()) {
        lines.emplace_back();
        for (const std::string& text : table.below_titles) {
            lines.back().push_back(text.empty() ? "" : "*" + escape_markdown(text) + "*");
        }
    }
    for (const auto& row : table.rows) {
        lines.emplace_back();
        for (const std::string& cell : row)
            lines.back().push_back(escape_markdown(cell));
    }
    std::vector<std::size_t> widths(table.columns.size(), 3);
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size() && i < widths.size(); ++i) {
            // Reasons may be long, so other cells are not padded to their width.
            widths[i] = std::max(widths[i], std::min<std::size_t>(columns_of(line[i]), 28));
        }
    }
    std::string out;
    for (std::size_t l = 0; l < lines.size(); ++l) {
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const std::string cell = i < lines[l].size() ? lines[l][i] : "";
            const std::string pad(widths[i] - std::min(widths[i], columns_of(cell)), ' ');
            out += "| " + (table.columns[i].number ? pad + cell : cell + pad) + " ";
        }
        out += "|\n";
        if (l != 0) continue;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            out += table.columns[i].number ? "|-" + std::string(widths[i], '-') + ":"
                                           : "|-" + std::string(widths[i], '-') + "-";
        }
        out += "|\n";
    }
    return out;
}

struct MarkdownWriter {
    std::string operator()(const Heading& heading) const {
        return std::string(static_cast<std::size_t>(heading.level), '#') + " " + escape_markdown(heading.text) + "\n";
    }
    std::string operator()(const Paragraph& paragraph) const {
        const std::string text = block_text(paragraph.text) + "\n";
        return paragraph.tone == Tone::plain ? text : "> " + text;
    }
    std::string operator()(const Bullets& bullets) const {
        std::string out;
        for (const Inline& item : bullets.items)
            out += "- " + block_text(item) + "\n";
        return out;
    }
    std::string operator()(const CodeBlock& block) const {
        const std::string fence(std::max<std::size_t>(3, longest_run(block.text, '`') + 1), '`');
        return fence + "\n" + visible_lines(block.text) + "\n" + fence + "\n";
    }
    std::string operator()(const Table& table) const { return table_text(table); }
    std::string operator()(const Fold& fold) const {
        return "### " + escape_markdown(fold.title) + "\n\n" + table_text(fold.table);
    }
    std::string operator()(const Verdicts& verdicts) const {
        std::string out;
        for (const VerdictItem& item : verdicts.items) {
            out += "- **" + escape_markdown(item.label) + "**: " + escape_markdown(item.sentence) + "\n";
        }
        return out;
    }
    std::string operator()(const Charts&) const { return {}; }
};

} // namespace

std::string escape_markdown(std::string_view raw) {
    const std::string text = one_line(raw);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        // Inside a word an underscore is literal in GitHub's dialect; escaping it would make the source harder to read.
        const auto word = [&](std::size_t at) {
            return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0);
        };
        if (c == '_' && i > 0 && word(i - 1) && word(i + 1)) {
            out += c;
            continue;
        }
        if (c == '<') {
            out += "&lt;";
        } else if (c == '&') {
            out += "&amp;";
        } else {
            if (std::string_view("\\`*_[]|").find(c) != std::string_view::npos) out += '\\';
            out += c;
        }
    }
    return out;
}

std::string to_markdown(const Document& document) {
    std::string out;
    if (!document.caveat.empty()) out += "> **" + escape_markdown(document.caveat) + "**\n\n";
    out += "# " + escape_markdown(document.title) + "\n";
    if (!document.subtitle.empty()) out += "\n" + block_text(document.subtitle) + "\n";
    for (const Block& block : document.blocks) {
        const std::string text = std::visit(MarkdownWriter{}, block);
        if (!text.empty()) out += "\n" + text;
    }
    return out;
}

} // namespace bytebound
