#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiment/counting/request.hpp"
#include "model/cache_geometry.hpp"

namespace bytebound {

struct NamedCommand {
    std::string name;              ///< of its row
    std::vector<std::string> argv; ///< of a shell: its arguments, too
};

/// Options of `bytebound exec`, parsed but not validated.
struct ExecOptions {
    std::vector<NamedCommand> commands;   ///< one, or two that are compared
    std::string prepare;                  ///< a shell command before each run; empty: none
    std::optional<std::uint32_t> repeats; ///< blocks; nullopt: automatic, by the next two
    double precision = 0.05;
    double max_seconds = 20;
    std::uint32_t warmup = 1;
    double timeout_seconds = 0; ///< of a run; 0: none
    std::uint64_t seed = 1;     ///< of the order of the blocks
    bool ignore_failure = false;
    bool regions = false;                ///< a step is a pass of a region of the command, instead of a run
    std::string command_output = "none"; ///< none, stderr, or a file
    std::string cpus = "all";            ///< all: those that this process may use
    std::string memory = "default";      ///< default: as this process
    CountingOptions counting;
    std::optional<CacheGeometry> llc; ///< of an emulation; nullopt: the machine's
    double same_within = 0.01;
    std::string out; ///< empty: ./bytebound-YYYYmmdd-HHMMSS
    bool force = false, dry_run = false, quiet = false, json = false;
    std::vector<std::string> command; ///< argv of bytebound
};

/// The words of a command as a shell would split them: '...', "..." and backslashes quote; nothing is expanded.
/// nullopt: a quote is not closed.
std::optional<std::vector<std::string>> split_command(std::string_view text);

} // namespace bytebound
