#include <fmt/format.h>

#include "archive/samples_csv.hpp"
#include "base/text.hpp"
#include "evidence/text_differences.hpp"
#include "evidence/unequal_pairs.hpp"
#include "io/csv.hpp"

namespace bytebound {
namespace {

using Cells = std::vector<std::string>;

struct CsvText {
    std::vector<std::string> comments;
    std::vector<Cells> rows; ///< the first one is the header
};

std::optional<CsvText> parsed(const std::string& file, std::string_view text) {
    CsvReader reader(text, file, "");
    CsvText out{reader.comments(), {}};
    while (!reader.done()) {
        auto record = reader.next();
        if (!record) return std::nullopt;
        out.rows.push_back(std::move(record->cells));
    }
    return out;
}

std::optional<std::string> row_text(const std::vector<Cells>& rows, std::optional<std::size_t> row) {
    return row ? std::optional(join(rows[*row], ",")) : std::nullopt;
}

/// The header is row 0. Rows of figures begin with their loop and k.
std::string csv_row_name(std::size_t row, const Cells& cells) {
    if (row == 0) return "the header";
    if (cells.size() < 2) return fmt::format("row {}", row);
    return fmt::format("row {} ({}{})", row, cells[0], cells[1].empty() ? "" : ", k " + cells[1]);
}

bool same_key(const Cells& a, const Cells& b) {
    return a.size() == b.size() && a.size() >= 2 && a[0] == b[0] && a[1] == b[1];
}

} // namespace

std::optional<std::vector<Difference>> csv_differences(const std::string& file, std::string_view published,
                                                       std::string_view derived) {
    const auto theirs = parsed(file, published), ours = parsed(file, derived);
    if (!theirs || !ours) return std::nullopt;
    std::vector<Difference> found;
    const auto comment = [](const std::vector<std::string>& all, std::optional<std::size_t> at) {
        return at ? std::optional(all[*at]) : std::nullopt;
    };
    for (const auto& [a, b] : unequal_pairs(theirs->comments, ours->comments))
        found.push_back({file, fmt::format("line {}", (a ? *a : *b) + 1), comment(theirs->comments, a),
                         comment(ours->comments, b), "a comment"});
    for (const auto& [a, b] : unequal_pairs(theirs->rows, ours->rows)) {
        if (!a || !b || *a == 0 || !same_key(theirs->rows[*a], ours->rows[*b])) {
            const std::size_t row = b ? *b : *a;
            found.push_back({file, csv_row_name(row, b ? ours->rows[row] : theirs->rows[row]),
                             row_text(theirs->rows, a), row_text(ours->rows, b), ""});
            continue;
        }
        const Cells &their_cells = theirs->rows[*a], &our_cells = ours->rows[*b], &header = ours->rows[0];
        for (std::size_t i = 0; i < our_cells.size(); ++i) {
            if (their_cells[i] == our_cells[i]) continue;
            const std::string column = i < header.size() ? header[i] : std::to_string(i + 1);
            found.push_back({file, fmt::format("{}, column {}", csv_row_name(*b, our_cells), column), their_cells[i],
                             our_cells[i], ""});
        }
    }
    return found;
}

} // namespace bytebound
