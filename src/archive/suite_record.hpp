#pragma once
// suite.json: what `bytebound suite` did, member by member.

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "io/json_shape.hpp"

namespace bytebound {

inline constexpr std::string_view suite_schema = "bytebound.suite/1";
inline constexpr std::string_view suite_file = "suite.json";

enum class SuiteStatus {
    running,
    complete,    ///< every member is complete, unavailable here, or was not requested
    failed,      ///< a member failed
    interrupted, ///< by a signal
};
std::string_view name_of(SuiteStatus status);

enum class MemberStatus {
    pending,
    complete,
    unavailable, ///< not possible on this machine
    failed,
    interrupted,
    left_out, ///< not requested, or not reached
};
std::string_view name_of(MemberStatus status);

struct SuiteMember {
    std::string name;
    bool run = false; ///< its path is a run directory
    MemberStatus status = MemberStatus::pending;
    std::string path;           ///< in the suite; empty: there is nothing of it
    std::string reason, remedy; ///< why it is not complete
    int exit_code = 0;          ///< of its error
    double seconds = 0;
};

struct SuiteRecord {
    SuiteStatus status = SuiteStatus::running;
    std::string version, git_revision;
    std::vector<std::string> command;
    std::string host, started, finished; ///< ISO 8601, UTC; finished is empty while it runs
    bool quick = false;
    std::vector<SuiteMember> members;
};

std::string to_json_text(const SuiteRecord& record);
/// Error: bad_data with `name`, the JSON path and the cause.
Result<SuiteRecord> parse_suite(std::string_view text, const std::string& name);
ValueShape suite_shape();

/// Whether the directory has a suite.json.
bool is_suite(const std::filesystem::path& directory);
/// Error: bad_data if suite.json is missing, unreadable or malformed.
Result<SuiteRecord> read_suite(const std::filesystem::path& directory);

} // namespace bytebound
