#include "history/history_schema.hpp"

#include <fmt/format.h>

#include <iterator>

namespace bytebound {
namespace {

/// Step i makes version i + 1 of version i; version 0 is an empty database. STRICT: SQLite itself refuses values of
/// other types. Steps are never changed, only added.
constexpr const char* schema_steps[] = {
    R"(CREATE TABLE runs(
         id INTEGER PRIMARY KEY,
         samples_sha256 TEXT NOT NULL,
         host TEXT NOT NULL,
         started TEXT NOT NULL,
         path TEXT NOT NULL,
         added TEXT NOT NULL,
         cpu_model TEXT,
         kernel TEXT,
         version TEXT NOT NULL,
         git_revision TEXT,
         preset TEXT,
         workload TEXT NOT NULL,
         placement TEXT NOT NULL,
         UNIQUE(host, started, samples_sha256)
       ) STRICT;
       CREATE TABLE figures(
         run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
         k INTEGER NOT NULL,
         loop TEXT NOT NULL,
         metric TEXT NOT NULL,
         value REAL NOT NULL,
         ci_low REAL,
         ci_high REAL,
         n INTEGER NOT NULL,
         blocks INTEGER NOT NULL,
         tier TEXT NOT NULL,
         source TEXT NOT NULL,
         PRIMARY KEY(run, k, loop, metric)
       ) STRICT, WITHOUT ROWID;)",
    R"(ALTER TABLE figures ADD COLUMN basis TEXT;
       ALTER TABLE figures ADD COLUMN exact INTEGER NOT NULL DEFAULT 0;
       CREATE INDEX figures_by_metric ON figures(metric, loop, k);)",
};
static_assert(std::size(schema_steps) == history_version);

Failure other_program(const Database& database) {
    return database.refuse("it is a database of another program", "give a file that bytebound history add wrote");
}

/// The version of a history; 0 for an empty database.
Result<std::int64_t> version_of(const Database& database) {
    const std::int64_t application = TRY(database.integer("PRAGMA application_id"));
    const std::int64_t version = TRY(database.integer("PRAGMA user_version"));
    const std::int64_t objects = TRY(database.integer("SELECT count(*) FROM sqlite_schema"));
    if (application == 0 && version == 0 && objects == 0) return 0;
    if (application != history_application) return other_program(database);
    if (version > history_version)
        return database.refuse(
            fmt::format("it is a history of version {}, and this program reads up to {}", version, history_version),
            "use the bytebound that wrote it, or a later one");
    // A view or a trigger would execute SQL that this program did not write.
    const std::int64_t others =
        TRY(database.integer("SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index')"));
    if (version < 1 || others != 0) return other_program(database);
    return version;
}

} // namespace

Result<bool> is_older_schema(const Database& database) { return TRY(version_of(database)) < history_version; }

Result<void> update_schema(const Database& database) {
    const std::int64_t version = TRY(version_of(database));
    if (version == history_version) return {};
    for (auto step = static_cast<std::size_t>(version); step < std::size(schema_steps); ++step)
        TRY(database.execute(schema_steps[step]));
    TRY(database.execute(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", history_application, history_version)
            .c_str()));
    return {};
}

} // namespace bytebound
