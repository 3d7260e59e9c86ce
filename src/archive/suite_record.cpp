#include "archive/suite_record.hpp"

#include "base/input_file.hpp"
#include "io/json_ranges.hpp"

namespace bytebound {

using namespace fields;

std::string_view name_of(SuiteStatus status) {
    switch (status) {
    case SuiteStatus::running: return "running";
    case SuiteStatus::complete: return "complete";
    case SuiteStatus::failed: return "failed";
    case SuiteStatus::interrupted: break;
    }
    return "interrupted";
}

std::string_view name_of(MemberStatus status) {
    switch (status) {
    case MemberStatus::pending: return "pending";
    case MemberStatus::complete: return "complete";
    case MemberStatus::unavailable: return "unavailable";
    case MemberStatus::failed: return "failed";
    case MemberStatus::interrupted: return "interrupted";
    case MemberStatus::left_out: break;
    }
    return "left_out";
}

constexpr std::array<SuiteStatus, 4> members_of(const SuiteStatus*) {
    return {SuiteStatus::running, SuiteStatus::complete, SuiteStatus::failed, SuiteStatus::interrupted};
}
constexpr std::array<MemberStatus, 6> members_of(const MemberStatus*) {
    return {MemberStatus::pending, MemberStatus::complete,    MemberStatus::unavailable,
            MemberStatus::failed,  MemberStatus::interrupted, MemberStatus::left_out};
}

namespace {

/// The path of a member is joined to that of the suite.
void check_member(SuiteMember& member) {
    if (member.path == "." || member.path == ".." || member.path.find('/') != std::string::npos)
        refuse("path", "it is not in the directory of the suite");
}

} // namespace

const Table<SuiteMember>& fields_of(const SuiteMember*) {
    using R = SuiteMember;
    static constexpr Field<R> list[] = {
        field<&R::name>("name"),
        field<&R::run>("run"),
        field<&R::status>("status"),
        field<&R::path, TextOrNull>("path"),
        field<&R::reason, TextOrNull>("reason"),
        field<&R::remedy, TextOrNull>("remedy"),
        field<&R::exit_code, Within<0, 255>::Of>("exit_code"),
        field<&R::seconds, NotNegative>("seconds"),
    };
    static constexpr Table<R> table{list, check_member};
    return table;
}

const Table<SuiteRecord>& fields_of(const SuiteRecord*) {
    using R = SuiteRecord;
    static constexpr Field<R> list[] = {
        computed<R, [](const R&) { return std::string(suite_schema); }>("schema"),
        field<&R::status>("status"),
        field<&R::version>("version"),
        field<&R::git_revision, TextOrNull>("git_revision"),
        field<&R::command>("command"),
        field<&R::host>("host"),
        field<&R::started>("started"),
        field<&R::finished, TextOrNull>("finished"),
        field<&R::quick>("quick"),
        field<&R::members>("members"),
    };
    static constexpr Table<R> table{list};
    return table;
}

std::string to_json_text(const SuiteRecord& record) { return document_of(record); }

Result<SuiteRecord> parse_suite(std::string_view text, const std::string& name) {
    return record_of<SuiteRecord>(
        text, suite_schema, {ExitCode::bad_data, "read", name, {}, "give a directory that bytebound suite wrote"});
}

ValueShape suite_shape() { return Codec<SuiteRecord>::shape(); }

bool is_suite(const std::filesystem::path& directory) {
    std::error_code error;
    return std::filesystem::exists(directory / suite_file, error);
}

Result<SuiteRecord> read_suite(const std::filesystem::path& directory) {
    const std::string file = (directory / suite_file).string();
    return parse_suite(TRY(read_input(file, input::run_record,
                                      {ExitCode::bad_data, "read", file, "the file is missing or unreadable",
                                       "give a directory that bytebound suite wrote"})),
                       file);
}

} // namespace bytebound
