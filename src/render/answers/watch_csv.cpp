#include <fmt/format.h>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "figures/number.hpp"
#include "io/csv.hpp"
#include "render/answers/watch_outputs.hpp"
#include "render/answers/watch_words.hpp"

namespace bytebound {
namespace {

std::string cell(std::string_view text) { return csv_cell(visible(text)); }

} // namespace

std::string watch_csv_head(const WatchHeader& header) {
    std::vector<std::string> comments = {
        "schema: bytebound.watch-csv/1",         "host: " + header.host,
        "timestamp: " + header.started,          fmt::format("interval: {} s", exact_number(header.interval_s)),
        "CPUs: " + format_cpu_list(header.cpus), "command: " + header.command};
    for (std::string& note : watch_notes(header))
        comments.push_back(std::move(note));
    std::string text = comment_text(comments) + "time,elapsed_s,interval_s,late,cpus";
    for (const WatchColumn& column : header.columns)
        for (const char* part : {"", "_tier", "_source", "_state", "_reason"})
            text += "," + cell(column.key + part);
    return text + "\n";
}

std::string watch_csv_line(const WatchHeader& header, const WatchLine& line) {
    std::string text = fmt::format("{},{},{},{},{}", line.time, exact_number(line.elapsed_s),
                                   exact_number(line.interval_s), line.late ? 1 : 0, cell(format_cpu_list(line.cpus)));
    for (std::size_t i = 0; i < header.columns.size(); ++i) {
        const WatchColumn& column = header.columns[i];
        const WatchValue& value = line.values[i];
        text += "," + (value.value ? exact_number(*value.value) : "");
        text += "," + (value.value ? std::string(name_of(tier_of(column, value))) : "");
        text += "," + (value.value ? cell(column.source) : "");
        text += "," + std::string(name_of(value.state)) + "," + cell(value.reason);
    }
    return text + "\n";
}

} // namespace bytebound
