#include "history/database.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <new>
#include <thread>

#include <fmt/format.h>

#include "base/replaced_file.hpp"
#include "base/write_error.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

/// How long a process waits for others. One add holds the lock for some milliseconds.
constexpr int busy_timeout_ms = 10'000;

std::string_view operation_of(DatabaseUse use) {
    return use == DatabaseUse::write ? "add to the history" : "read history";
}

/// The URI of a file that nobody writes to: it is read without locks and without the files of the log.
std::string immutable_uri(const fs::path& file) {
    std::string uri = "file:";
    for (const char c : fs::absolute(file).string())
        uri += std::isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '.' || c == '-' || c == '_'
                   ? std::string(1, c)
                   : fmt::format("%{:02x}", static_cast<unsigned char>(c));
    return uri + "?immutable=1";
}

} // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

void Statement::keep(int code) {
    if (code == SQLITE_NOMEM) throw std::bad_alloc();
    if (code != SQLITE_OK && fault_ == 0) fault_ = code;
}

Statement& Statement::bind(std::int64_t value) {
    keep(sqlite3_bind_int64(statement_.get(), ++bound_, value));
    return *this;
}

Statement& Statement::bind(double value) {
    keep(sqlite3_bind_double(statement_.get(), ++bound_, value));
    return *this;
}

Statement& Statement::bind(std::string_view text) {
    keep(sqlite3_bind_text64(statement_.get(), ++bound_, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind_null() {
    keep(sqlite3_bind_null(statement_.get(), ++bound_));
    return *this;
}

bool Statement::step() {
    if (fault_ != 0) return false;
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) keep(code);
    return false;
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    bound_ = 0;
}

bool Statement::is(int column, int type) {
    const bool same = sqlite3_column_type(statement_.get(), column) == type;
    if (!same) keep(SQLITE_MISMATCH);
    return same;
}

std::int64_t Statement::integer(int column) {
    return is(column, SQLITE_INTEGER) ? sqlite3_column_int64(statement_.get(), column) : 0;
}

std::int64_t Statement::integer_from(int column, std::int64_t low, std::int64_t high) {
    const std::int64_t value = integer(column);
    if (value >= low && value <= high) return value;
    keep(SQLITE_RANGE);
    return low;
}

double Statement::number(int column) {
    if (!is(column, SQLITE_FLOAT)) return 0;
    const double value = sqlite3_column_double(statement_.get(), column);
    if (!std::isfinite(value)) keep(SQLITE_MISMATCH);
    return value;
}

std::string Statement::text(int column) {
    if (!is(column, SQLITE_TEXT)) return {};
    const auto* bytes = sqlite3_column_text(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::optional<double> Statement::optional_number(int column) {
    if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
    return number(column);
}

std::string Statement::optional_text(int column) {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL ? std::string() : text(column);
}

Failure Database::refuse(std::string cause, std::string remedy) const {
    return fail(
        {ExitCode::bad_data, std::string(operation_of(use_)), file_.string(), std::move(cause), std::move(remedy)});
}

Failure Database::failure(int code) const {
    const int number = sqlite3_system_errno(handle_.get());
    const std::string operation(operation_of(use_));
    switch (code & 0xff) {
    case SQLITE_NOMEM: throw std::bad_alloc();
    case SQLITE_NOTADB: return refuse("it is not an SQLite database", "give a file that bytebound history add wrote");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail({ExitCode::not_possible, operation, file_.string(),
                     fmt::format("another process has locked it for {} s", busy_timeout_ms / 1000),
                     "try again when that process has ended"});
    case SQLITE_FULL: return fail(write_error(file_.string(), ENOSPC, {.operation = operation, .elsewhere = ""}));
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        if (use_ == DatabaseUse::write)
            return fail({ExitCode::usage, operation, file_.string(), "the file or its folder cannot be written",
                         "give a writable --db FILE in a writable folder", number});
        return fail({ExitCode::bad_data, operation, file_.string(), "the file is missing or unreadable",
                     "give a file that bytebound history add wrote", number});
    case SQLITE_IOERR:
        if (use_ == DatabaseUse::write)
            return fail(
                write_error(file_.string(), number == 0 ? EIO : number, {.operation = operation, .elsewhere = ""}));
        break;
    default: break;
    }
    return refuse(fmt::format("the database is damaged ({})", sqlite3_errmsg(handle_.get())),
                  "restore it from a copy, or give another --db FILE");
}

Result<Database> Database::open(const fs::path& file, DatabaseUse use) {
    const auto open_as = [&](const std::string& name, int flags) {
        sqlite3* handle = nullptr;
        const int code = sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_EXRESCODE, nullptr);
        if (handle == nullptr) throw std::bad_alloc();
        Database database(std::unique_ptr<sqlite3, Close>(handle), file, use);
        sqlite3_busy_timeout(handle, busy_timeout_ms);
        // A file from elsewhere: no functions from its schema, and its schema is not changed behind SQLite's back.
        sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        return std::pair(std::move(database), code);
    };
    const auto meant = output_file(file);
    if (!meant)
        return fail({use == DatabaseUse::write ? ExitCode::usage : ExitCode::bad_data, std::string(operation_of(use)),
                     file.string(), std::string(meant.error()), "give the name of a file"});
    std::error_code error;
    if (use == DatabaseUse::read && !fs::exists(*meant, error))
        return fail({ExitCode::bad_data, "read history", file.string(), "the file is missing or unreadable",
                     "add runs with bytebound history add RUN...", error ? error.value() : ENOENT});
    const int flags = use == DatabaseUse::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    auto [database, code] = open_as(meant->string(), flags);
    if (code != SQLITE_OK) return database.failure(code);
    if (use == DatabaseUse::write && sqlite3_db_readonly(database.handle_.get(), "main") == 1)
        return database.failure(SQLITE_READONLY);
    const int first_read = database.read_schema();
    if (first_read == SQLITE_OK) return std::move(database);
    const int kind = first_read & 0xff;
    if (use == DatabaseUse::write || (kind != SQLITE_CANTOPEN && kind != SQLITE_READONLY))
        return database.failure(first_read);
    // What a killed process left is rolled back by the next one that may write.
    auto [recovering, opened] = open_as(meant->string(), SQLITE_OPEN_READWRITE);
    if (opened == SQLITE_OK && recovering.read_schema() == SQLITE_OK) return std::move(recovering);
    // SQLite cannot make the files of its log in a folder that is read-only. Then nobody writes to it either, unless a
    // log is there.
    if (fs::exists(meant->string() + "-wal", error) || fs::exists(meant->string() + "-journal", error))
        return database.failure(first_read);
    auto [immutable, again] = open_as(immutable_uri(*meant), flags | SQLITE_OPEN_URI);
    if (again == SQLITE_OK) again = immutable.read_schema();
    if (again != SQLITE_OK) return immutable.failure(again);
    return std::move(immutable);
}

int Database::read_schema() const {
    return sqlite3_exec(handle_.get(), "SELECT 1 FROM sqlite_schema", nullptr, nullptr, nullptr);
}

Result<Database> Database::copy() const {
    sqlite3* handle = nullptr;
    if (sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr) != SQLITE_OK)
        throw std::bad_alloc();
    Database out(std::unique_ptr<sqlite3, Close>(handle), file_, use_);
    sqlite3_backup* backup = sqlite3_backup_init(handle, "main", handle_.get(), "main");
    if (backup == nullptr) return out.failure(sqlite3_errcode(handle));
    sqlite3_backup_step(backup, -1);
    if (const int code = sqlite3_backup_finish(backup); code != SQLITE_OK) return failure(code);
    return out;
}

Result<Statement> Database::prepare(std::string_view sql) const {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return Statement(statement);
}

Result<void> Database::execute(const char* sql) const {
    // The change to WAL takes a lock that SQLite does not wait for.
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_timeout_ms);
    int code = SQLITE_OK;
    while (((code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr)) & 0xff) == SQLITE_BUSY &&
           std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (code != SQLITE_OK) return failure(code);
    return {};
}

Result<std::int64_t> Database::integer(std::string_view sql) const {
    Statement statement = TRY(prepare(sql));
    const std::int64_t value = statement.step() ? statement.integer(0) : 0;
    TRY(check(statement));
    return value;
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }

Result<void> Database::check(const Statement& statement) const {
    if (statement.fault() == 0) return {};
    if (statement.fault() == SQLITE_MISMATCH)
        return refuse("a value of it has another type than a history's",
                      "restore it from a copy, or give another --db FILE");
    if (statement.fault() == SQLITE_RANGE)
        return refuse("a number of it is not in the range of a history's",
                      "restore it from a copy, or give another --db FILE");
    return failure(statement.fault());
}

Result<Transaction> Transaction::begin(const Database& database) {
    TRY(database.execute("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Transaction::~Transaction() {
    if (database_ != nullptr) static_cast<void>(database_->execute("ROLLBACK"));
}

Result<void> Transaction::commit() {
    TRY(database_->execute("COMMIT"));
    database_ = nullptr;
    return {};
}

} // namespace bytebound
