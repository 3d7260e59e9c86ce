#include "import/xctrace.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "import/decimal.hpp"
#include "import/quoted_record.hpp"
#include "import/units.hpp"
#include "import/xctrace_sums.hpp"
#ifdef BYTEBOUND_PUGIXML
#include "import/xctrace_xml.hpp"
#include "import/xml_fragments.hpp"
#endif

namespace bytebound {
namespace {

constexpr std::string_view export_table =
    "write it with xctrace export --input FILE.trace --xpath ... --output FILE.xml";

/// The source again from its first byte, after a look at the first block.
struct LookedAt {
    TextSource source;
    char first = 0; ///< the first character that is not white space
};
Result<LookedAt> look_at(const TextSource& source) {
    std::string block(4096, '\0');
    block.resize(TRY(source(block)));
    const std::size_t at = block.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    LookedAt out;
    out.first = at == std::string::npos ? '\0' : block[at];
    out.source = [block, source, used = std::size_t{0}](std::span<char> into) mutable -> Result<std::size_t> {
        if (used == block.size()) return source(into);
        const std::size_t got = block.copy(into.data(), into.size(), used);
        used += got;
        return got;
    };
    return out;
}

/// A number of a CSV, as Instruments shows it: "1,234", "12.5 ms", "45.0%".
struct ShownNumber {
    std::string digits;
    BaseUnit unit;
};
std::optional<ShownNumber> shown_number(std::string_view text) {
    const std::size_t end = text.find_last_of("0123456789");
    if (end == std::string_view::npos || text.find_first_not_of("+-0123456789") == 0) return std::nullopt;
    const std::string_view digits = text.substr(0, end + 1);
    if (digits.find_first_not_of("0123456789.,+-' eE\xc2\xa0\xe2\x80\xaf\x99") != std::string_view::npos)
        return std::nullopt;
    std::string word(text.substr(end + 1));
    std::erase(word, '\xc2');
    std::erase(word, '\xa0');
    if (word.starts_with("\xce\xbcs") || word.starts_with("\xb5s"))
        word = "us"; // a Greek mu, a micro sign without \xc2
    const auto unit = base_unit(trim(word));
    if (!unit) return std::nullopt;
    return ShownNumber{std::string(digits), *unit};
}

struct CsvColumn {
    std::string name;
    bool numeric = true;
    std::vector<std::pair<std::uint32_t, ShownNumber>> numbers; ///< row
};

Result<void> sum_columns(const std::vector<CsvColumn>& columns, const std::vector<std::string>& processes,
                         const DecimalEvidence& evidence, const ImportOptions& options, const std::string& file,
                         XctraceSums& sums) {
    char decimal = '.';
    if (options.decimal != DecimalChoice::automatic)
        decimal = options.decimal == DecimalChoice::point ? '.' : ',';
    else if (const auto shown = evidence.separator())
        decimal = *shown;
    else if (evidence.contradicted() || !evidence.ambiguous().empty())
        return fail({ExitCode::usage, "import", file, "its numbers do not show which separator is the decimal one",
                     "say --decimal point or --decimal comma"});
    for (const CsvColumn& column : columns) {
        if (!column.numeric) continue;
        for (const auto& [row, number] : column.numbers) {
            const auto value = separated_number(number.digits, decimal);
            if (!value)
                return fail({ExitCode::usage, "import", file,
                             "'" + clipped(number.digits, 40) + "' is not a number with this decimal separator",
                             "say --decimal point or --decimal comma"});
            sums.add(processes[row], column.name, number.unit.name, *value * number.unit.factor);
        }
    }
    return {};
}

Result<void> read_csv(TextSource source, const std::string& file, const ImportOptions& options, XctraceSums& sums) {
    TextLines lines(std::move(source), file);
    std::vector<CsvColumn> columns;
    std::vector<std::string> processes;
    std::size_t process_column = SIZE_MAX, cells_kept = 0;
    DecimalEvidence evidence;
    while (const auto line = TRY(lines.next())) {
        if (trim(*line).empty()) continue;
        const auto cells = TRY(quoted_record(*line, lines));
        if (columns.empty()) {
            for (const std::string& cell : cells) {
                if (cell == "Process" || cell == "Process Name" || cell == "process") process_column = columns.size();
                columns.push_back({std::string(trim(cell)), true, {}});
            }
            if (columns.size() < 2)
                return lines.bad_line("it is neither XML nor a table with several columns", std::string(export_table));
            continue;
        }
        if (cells.size() != columns.size())
            return lines.bad_line("it does not have the columns of the header", std::string(export_table));
        processes.push_back(process_column == SIZE_MAX ? std::string()
                                                       : std::string(process_name(cells[process_column])));
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (!columns[i].numeric || trim(cells[i]).empty()) continue;
            auto number = shown_number(trim(cells[i]));
            columns[i].numeric = number.has_value() && i != process_column;
            if (!columns[i].numeric) continue;
            if (++cells_kept > ImportBuilder::most_rows)
                return lines.bad_line("the table is too large", "export fewer columns, or a shorter recording");
            evidence.take(number->digits);
            columns[i].numbers.emplace_back(static_cast<std::uint32_t>(processes.size() - 1), std::move(*number));
        }
    }
    return sum_columns(columns, processes, evidence, options, file, sums);
}

#ifdef BYTEBOUND_PUGIXML
Result<void> read_xml(TextSource source, const std::string& file, XctraceSums& sums) {
    XmlFragments fragments(std::move(source), file);
    XctraceRows rows;
    while (const auto fragment = TRY(fragments.next())) {
        std::string cause =
            fragment->name == "schema" ? rows.take_schema(fragment->text) : rows.take_row(fragment->text, sums);
        if (!cause.empty()) return fragments.bad_fragment(std::move(cause));
    }
    return {};
}
#endif

} // namespace

bool reads_xctrace_xml() {
#ifdef BYTEBOUND_PUGIXML
    return true;
#else
    return false;
#endif
}

Result<void> import_xctrace(const TextSource& source, const std::string& file, const ImportOptions& options,
                            ImportBuilder& into) {
    LookedAt looked = TRY(look_at(source));
    XctraceSums sums;
    if (looked.first == '<') {
#ifdef BYTEBOUND_PUGIXML
        TRY(read_xml(std::move(looked.source), file, sums));
#else
        return fail({ExitCode::not_possible, "import", file, "this build cannot read XML",
                     "build it with pugixml (libpugixml-dev)"});
#endif
    } else {
        TRY(read_csv(std::move(looked.source), file, options, sums));
    }
    if (sums.empty())
        return fail(
            {ExitCode::bad_data, "import", file, "it contains no number of a recording", std::string(export_table)});
    into.note("a number of a recording is the sum over its samples; percentages are means of the samples");
    return sums.put(options.name, into);
}

} // namespace bytebound
