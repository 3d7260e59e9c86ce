#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "base/exception_error.hpp"
#include "base/stop.hpp"
#include "base/text.hpp"
#include "base/visible.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/stop_signals.hpp"
#include "cli/suite_members.hpp"
#include "cli/values.hpp"
#include "record/stamp.hpp"
#include "render/plain_table.hpp"

namespace bytebound {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::vector<std::string> member_names() {
    std::vector<std::string> names;
    for (const SuiteMemberEntry& member : suite_members())
        names.emplace_back(member.name);
    return names;
}

Result<void> members_into(SuiteOptions& options, const std::string& text) {
    const auto names = TRY(to_words("--members", text));
    const auto known = member_names();
    for (const std::string& name : names)
        if (std::find(known.begin(), known.end(), name) == known.end())
            return unknown_word("--members", "member", name, known);
    options.members = names;
    return {};
}

Syntax suite_syntax(SuiteOptions& options) {
    Syntax syntax{
        "bytebound suite",
        "Runs the standard set of a host into one directory: doctor, topology, calibrate, a run at the sizes\n"
        "of the prior figures, and one at a small simulated cache. bytebound merge takes such directories.",
        "bytebound suite --quick --out node1",
        {},
        "",
        0,
        0};
    auto& table = syntax.options;
    table.push_back(
        flag("--quick", "calibrate --quick and run --quick: about a minute on two cores", "What", options.quick));
    table.push_back({"--members", "NAME,...", join(options.members, ",") + " (all)", "What",
                     [&options](const std::string& text) { return members_into(options, text); }});
    table.push_back({"--max-time", "TIME", "figures: no repeat begins after so much measuring (20s; 4s with --quick)",
                     "What", seconds_into("--max-time", options.max_seconds, 0.001, 1e6)});
    table.push_back({"--threads", "N", "pinned workers of figures (1)", "Place",
                     [&options](const std::string& text) -> Result<void> {
                         options.threads = static_cast<std::uint32_t>(TRY(to_count("--threads", text, 1, 4096)));
                         return {};
                     }});
    table.push_back({"--cpus", "CPUS", "auto | 0,2-3 | core:0-1 | package:0 (auto)", "Place", text_into(options.cpus)});
    table.push_back({"--mem", "POLICY", "local | interleave | NODE (local)", "Place", text_into(options.memory)});
    table.push_back({"--out", "DIR", "directory of the suite (required)", "Output",
                     [&options](const std::string& text) -> Result<void> {
                         if (text.empty()) return bad_value("--out", "the name is empty", "give a directory");
                         options.out = text;
                         return {};
                     }});
    table.push_back(flag("--force", "replace the suite in DIR, and nothing else", "Output", options.force));
    table.push_back(json_option(options.json));
    table.push_back(flag("--quiet", "no progress on stderr", "Output", options.quiet));
    return syntax;
}

SuiteRecord planned(const SuiteOptions& options) {
    SuiteRecord record;
    const ProgramVersion program = program_version();
    record.version = program.version;
    record.git_revision = program.git_revision;
    record.command = options.command;
    record.host = host_name();
    record.started = utc_now();
    record.quick = options.quick;
    for (const SuiteMemberEntry& entry : suite_members()) {
        SuiteMember& member = record.members.emplace_back();
        member.name = entry.name;
        member.run = entry.run;
        const bool wanted =
            std::find(options.members.begin(), options.members.end(), entry.name) != options.members.end();
        if (wanted) continue;
        member.status = MemberStatus::left_out;
        member.reason = "not requested (--members)";
    }
    return record;
}

/// The files that --force may remove.
std::vector<SuiteMember> former_members() {
    std::vector<SuiteMember> members;
    for (const SuiteMemberEntry& entry : suite_members())
        members.push_back({std::string(entry.name), entry.run, {}, std::string(entry.path), {}, {}, 0, 0});
    return members;
}

Result<void> perform(SuiteContext& context, const SuiteMemberEntry& entry) {
    try {
        return entry.perform(context, entry);
    } catch (const std::exception& exception) { // what the machine refuses: memory, threads
        return fail(error_of(exception));
    }
}

/// Performs one member, and says in the record how it ended. Returns the error of one that failed.
std::optional<Error> take(SuiteContext& context, const SuiteMemberEntry& entry, SuiteMember& member) {
    if (!context.options.quiet) note(fmt::format("{}: {}", entry.name, entry.purpose));
    const auto start = Clock::now();
    const auto done = perform(context, entry);
    member.seconds = seconds_since(start);
    std::error_code ignored;
    if (std::filesystem::exists(context.directory.path() / entry.path, ignored)) member.path = entry.path;
    if (done) {
        member.status = MemberStatus::complete;
        return std::nullopt;
    }
    const Error& error = done.error();
    member.reason = error.operation + " " + error.object + ": " + error.cause;
    member.remedy = error.remedy;
    member.exit_code = static_cast<int>(error.code);
    if (StopSignals::flag().load() != 0) {
        member.status = MemberStatus::interrupted;
        return error;
    }
    if (error.code == ExitCode::not_possible) {
        member.status = MemberStatus::unavailable;
        warn(fmt::format("{}: not possible here: {}", entry.name, to_line(error)));
        return std::nullopt;
    }
    member.status = MemberStatus::failed;
    complain(error);
    return error;
}

std::string suite_text(const SuiteRecord& record) {
    Table table;
    table.columns = {{"member"}, {"status"}, {"seconds", true}, {"files"}};
    for (const SuiteMember& member : record.members)
        table.rows.push_back({member.name, std::string(name_of(member.status)),
                              member.seconds > 0 ? fmt::format("{:.1f}", member.seconds) : "", member.path});
    return plain_table(table, stdout_takes_colour());
}

/// Performs the members, and seals what they left. Returns the first error.
Result<std::optional<Error>> perform_all(const SuiteOptions& options, const ProgramSeams& program,
                                         SuiteDirectory& directory, SuiteRecord& record) {
    SuiteContext context{options, program, directory};
    std::optional<Error> first;
    TRY(directory.write_record(record));
    for (std::size_t i = 0; i < record.members.size(); ++i) {
        SuiteMember& member = record.members[i];
        if (member.status != MemberStatus::pending) continue;
        if (StopSignals::flag().load() != 0) {
            member.status = MemberStatus::left_out;
            member.reason = "the suite was interrupted before";
            if (!first) first = stopped_by(StopSignals::flag().load());
            continue;
        }
        const auto error = take(context, suite_members()[i], member);
        if (error && !first) first = error;
        TRY(directory.write_record(record));
    }
    record.finished = utc_now();
    record.status = !first                            ? SuiteStatus::complete
                    : StopSignals::flag().load() != 0 ? SuiteStatus::interrupted
                                                      : SuiteStatus::failed;
    TRY(directory.write_record(record));
    TRY(directory.seal());
    return first;
}

} // namespace

ExitCode suite_main(const std::vector<std::string>& words, const ProgramSeams& program) {
    SuiteOptions options;
    options.members = member_names();
    const auto parsed = parse(suite_syntax(options), words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    if (options.out.empty())
        return complain(bad_value("--out", "it is missing", "give a directory for the suite").value());
    options.command = {"bytebound", "suite"};
    options.command.insert(options.command.end(), words.begin(), words.end());

    if (const auto good = SuiteDirectory::check(options.out, options.force); !good) return complain(good.error());
    if (const auto good = check_placement(options, program); !good) return complain(good.error());
    const StopSignals signals;
    auto directory = SuiteDirectory::create(options.out, options.force, former_members());
    if (!directory) return complain(directory.error());
    SuiteRecord record = planned(options);
    const auto ended = perform_all(options, program, *directory, record);
    if (!ended) return complain(ended.error());
    const ExitCode printed =
        print(options.json ? to_json_text(record) : suite_text(record) + visible(directory->path().string()) + "\n");
    if (record.status == SuiteStatus::interrupted) return complain(**ended);
    return *ended ? (*ended)->code : printed;
}

} // namespace bytebound
