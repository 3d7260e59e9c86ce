#pragma once
// What `bytebound watch` writes, in each of its forms. Every text ends in a newline.

#include <cstddef>
#include <optional>
#include <string>

#include "record/watch_record.hpp"

namespace bytebound {

/// A log: what is counted and by what, as lines that begin with #, and the titles of its columns.
std::string watch_log_head(const WatchHeader& header);
std::string watch_log_line(const WatchHeader& header, const WatchLine& line);
/// A # line for each reason why a value is missing that the head does not give; empty if there is none.
std::string watch_log_reasons(const WatchHeader& header, const WatchLine& line);

/// The last line as a table, for a terminal that shows it again and again. `columns`: of the terminal.
std::string watch_screen(const WatchHeader& header, const WatchLine& line, std::size_t columns);

/// CSV (RFC 4180): comments and the header; a record for each line.
std::string watch_csv_head(const WatchHeader& header);
std::string watch_csv_line(const WatchHeader& header, const WatchLine& line);

/// One line of JSON, schema bytebound.watch/1 (reports/schema/watch.schema.json).
std::string watch_json_line(const WatchHeader& header, const WatchLine& line);

} // namespace bytebound
