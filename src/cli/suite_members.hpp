#pragma once
// The members of a suite: what a host's standard set consists of.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/suite_directory.hpp"
#include "base/error.hpp"
#include "cli/program.hpp"

namespace bytebound {

struct SuiteOptions {
    std::string out;
    bool quick = false, force = false, json = false, quiet = false;
    std::vector<std::string> members;  ///< the requested ones
    std::optional<double> max_seconds; ///< of measuring, of the run at the prior figures' sizes
    std::string cpus = "auto", memory = "local";
    std::uint32_t threads = 1;
    std::vector<std::string> command;
};

/// What a member needs.
struct SuiteContext {
    const SuiteOptions& options;
    const ProgramSeams& program;
    SuiteDirectory& directory;
    bool calibrated = false; ///< by a member before
};

/// One row of the table of members, in the order of their execution.
struct SuiteMemberEntry {
    std::string_view name;
    std::string_view path; ///< in the suite
    bool run = false;      ///< the path is a run directory
    std::string_view purpose;
    /// Error: not_possible where this machine cannot do it.
    Result<void> (*perform)(SuiteContext& context, const SuiteMemberEntry& own);
};
std::span<const SuiteMemberEntry> suite_members();
/// Whether CPUs, memory and threads can be meant at all, before anything is written. Error: usage. What only this
/// machine cannot do is for the members to say.
Result<void> check_placement(const SuiteOptions& options, const ProgramSeams& program);

} // namespace bytebound
