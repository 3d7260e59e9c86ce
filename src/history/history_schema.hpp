#pragma once
// The tables of a history, and how older ones become today's.

#include "history/database.hpp"

namespace bytebound {

/// Of PRAGMA user_version. A change of the tables is a new version and a step in history_schema.cpp.
inline constexpr int history_version = 2;
/// Of PRAGMA application_id: "bbhi".
inline constexpr int history_application = 0x62626869;

/// Within a transaction of a database that may be written: makes the tables, or brings older ones up to date. Error
/// (bad_data): a database of another program, or of a later version of this one.
Result<void> update_schema(const Database& database);
/// Whether update_schema() would change something. The same errors.
Result<bool> is_older_schema(const Database& database);

} // namespace bytebound
