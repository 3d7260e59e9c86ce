#include <catch2/catch.hpp>

#include "history/history_store.hpp"

using namespace bytebound;

TEST_CASE("without SQLite a history is refused with the remedy") {
    CHECK_FALSE(has_history());
    for (const Error& error : {add_to_history("h.db", {}).error(), read_history("h.db").error()}) {
        CHECK(error.code == ExitCode::not_possible);
        CHECK(error.remedy == "build with libsqlite3 (-Dsqlite=enabled)");
    }
}
