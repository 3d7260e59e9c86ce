#include "import/quoted_record.hpp"

#include <algorithm>

#include "io/csv.hpp"

namespace bytebound {

Result<std::vector<std::string>> quoted_record(std::string_view line, TextLines& lines) {
    std::string text(line);
    text += '\n';
    const std::size_t first = lines.number();
    // Each quote inside a cell is written twice, so that an open cell has an odd number of them.
    for (auto quotes = std::count(text.begin(), text.end(), '"'); quotes % 2 == 1;) {
        const auto more = TRY(lines.next());
        if (!more || text.size() + more->size() > TextLines::longest_line)
            return lines.bad_line("the quoted cell that line " + std::to_string(first) + " begins is not closed",
                                  "give the file of the tool");
        quotes += std::count(more->begin(), more->end(), '"');
        text.append(*more) += '\n';
    }
    CsvReader reader(text, lines.file(), "give the file of the tool");
    CsvRecord record = TRY(reader.next());
    return std::move(record.cells);
}

} // namespace bytebound
