#pragma once
// A report as data: built once, written as Markdown and as HTML. Text is unescaped here; the writers escape it.

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace bytebound {

enum class Style { plain, code, strong };
struct Span {
    std::string text;
    Style style = Style::plain;
};

/// A run of styled text.
struct Inline {
    std::vector<Span> spans;
    Inline() = default;
    Inline(std::string text) : spans{{std::move(text), Style::plain}} {}
    Inline(const char* text) : Inline(std::string(text)) {}
    Inline& add(std::string text, Style style = Style::plain) {
        spans.push_back({std::move(text), style});
        return *this;
    }
};
inline Inline code(std::string text) { return Inline().add(std::move(text), Style::code); }

struct Heading {
    int level = 2;
    std::string text;
};
enum class Tone { plain, note, failure };
struct Paragraph {
    Inline text;
    Tone tone = Tone::plain;
};
struct Bullets {
    std::vector<Inline> items;
};
struct CodeBlock {
    std::string text;
};

struct Column {
    std::string title; ///< '\n' marks a possible line break
    bool number = false;
    int rank = 0; ///< a narrow terminal leaves out the columns of the highest rank first, and never those of rank 0
};
struct Table {
    std::vector<Column> columns;
    std::vector<std::string> below_titles; ///< second header row (tiers); empty: none
    std::vector<std::vector<std::string>> rows;
    std::vector<std::size_t> group_starts; ///< rows that start a new group (k)
    bool wide = false;                     ///< scrolls separately on a narrow screen
};

/// A table below a title, closed until a reader of the page opens it.
struct Fold {
    std::string title;
    Table table;
};

/// One k: "k=16 (A=8, R=8)", "9.81x", "faster than index", the bytes against the bound, and the sentence.
struct VerdictItem {
    std::string label, headline, caption;
    std::vector<std::string> bytes; ///< HTML only; the sentence contains them, too
    std::string sentence;
};
struct Verdicts {
    std::vector<VerdictItem> items;
};

/// One loop's line in a chart. Values and interval ends are parallel to Chart::categories; `known` says which are
/// valid.
struct ChartSeries {
    std::string name;
    std::vector<double> values, low, high;
    std::vector<bool> known;
};
struct Chart {
    std::string title, unit, tier;
    std::vector<std::string> categories; ///< "16", "64"
    std::vector<ChartSeries> series;
    ChartSeries bound; ///< dashed reference line; without values: none
};
struct Charts {
    std::vector<std::string> legend; ///< names in colour order
    std::vector<Chart> charts;       ///< HTML only
};

using Block = std::variant<Heading, Paragraph, Bullets, CodeBlock, Table, Fold, Verdicts, Charts>;
struct Document {
    std::string title, subtitle;
    std::vector<Block> blocks;
    std::string caveat; ///< about the whole document, its first line; empty: none
};

} // namespace bytebound
