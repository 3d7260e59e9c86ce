#pragma once
// SQLite behind owners. Statements are prepared, and values are bound: no text from elsewhere becomes SQL.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace bytebound {

enum class DatabaseUse { read, write };

/// A prepared statement. The first failure of a bind, step or column stays: see fault().
class Statement {
public:
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    Statement& bind(std::int64_t value);
    Statement& bind(double value);
    Statement& bind(std::string_view text);
    template <class Value>
    Statement& bind(const std::optional<Value>& value) {
        return value ? bind(*value) : bind_null();
    }
    Statement& bind_null();
    /// The next row; false at the end, and after a failure.
    bool step();
    /// For another execution, with new values.
    void reset();

    // Of the row; a value of another type is a failure.
    std::int64_t integer(int column);
    std::int64_t integer_from(int column, std::int64_t low, std::int64_t high); ///< out of that range: a failure
    double number(int column);
    std::string text(int column);
    std::optional<double> optional_number(int column);
    std::string optional_text(int column); ///< empty for NULL

    int fault() const { return fault_; } ///< of sqlite3.h; 0: none

private:
    bool is(int column, int type);
    void keep(int code);

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int bound_ = 0;
    int fault_ = 0;
};

class Database {
public:
    /// `write` creates a missing file. Error: as add_to_history() and read_history().
    static Result<Database> open(const std::filesystem::path& file, DatabaseUse use);
    /// A copy in memory, which can be changed.
    Result<Database> copy() const;

    Result<Statement> prepare(std::string_view sql) const;
    /// Statements without values and rows.
    Result<void> execute(const char* sql) const;
    Result<std::int64_t> integer(std::string_view sql) const;
    std::int64_t last_id() const;

    /// The failure of a statement; success without one.
    Result<void> check(const Statement& statement) const;
    /// An error about the file, of its user's making.
    Failure refuse(std::string cause, std::string remedy) const;

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    Database(std::unique_ptr<sqlite3, Close> handle, std::filesystem::path file, DatabaseUse use)
        : handle_(std::move(handle)), file_(std::move(file)), use_(use) {}
    Failure failure(int code) const;
    int read_schema() const; ///< SQLITE_OK if the file can be read as a database

    std::unique_ptr<sqlite3, Close> handle_;
    std::filesystem::path file_;
    DatabaseUse use_;
};

/// BEGIN IMMEDIATE until commit(); rolled back otherwise.
class Transaction {
public:
    static Result<Transaction> begin(const Database& database);
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    Result<void> commit();

private:
    explicit Transaction(const Database& database) : database_(&database) {}
    const Database* database_;
};

} // namespace bytebound
