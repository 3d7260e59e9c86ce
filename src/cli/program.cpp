#include "cli/program.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "base/exception_error.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/program_help.hpp"
#include "cli/version.hpp"
#include "machine/limits.hpp"

namespace bytebound {
namespace {

/// A command that does not use ProgramSeams.
template <ExitCode (*main)(const std::vector<std::string>&)>
ExitCode alone(const std::vector<std::string>& words, const ProgramSeams&) {
    return main(words);
}

constexpr Command command_table[] = {
    {"doctor", "what can be measured here, what cannot, the cause, the remedy", alone<doctor_main>},
    {"run", "the main job: measure loops over ks, write a run directory, print the table", run_main},
    {"calibrate", "bandwidth ceilings, write-allocate factors, counter qualification", alone<calibrate_main>},
    {"autotune", "copy method, parallel grain and threshold for this host", alone<autotune_main>},
    {"exec", "-- CMD [--vs CMD]: any program, counted and timed; two of them interleaved", alone<exec_main>},
    {"report", "the reports of a run directory again, anywhere", alone<report_main>},
    {"verify", "RUN...: derive every published figure again from the raw steps, and check the hashes",
     alone<verify_main>},
    {"watch", "what the whole machine does, live: DRAM GB/s per node, CPI, LLC misses, until interrupted",
     alone<watch_main>},
    {"compare", "BASE HEAD: two runs, differences with intervals, verdicts, gates", alone<compare_main>},
    {"ratchet", "GATES.toml BASE HEAD: tighter limits after resolved improvements, as a diff", alone<ratchet_main>},
    {"history", "add RUN... | list | show ID | trend METRIC | gate EXPR | export FILE.csv: runs over time (SQLite)",
     alone<history_main>},
    {"suite", "the standard set of this host into one directory, for merge", suite_main},
    {"merge", "RUN...: runs of many hosts as one table per host and one across hosts, with outliers",
     alone<merge_main>},
    {"import", "FORMAT FILE...: files of perf stat, LIKWID, xctrace, ncu or Google Benchmark as a run directory",
     alone<import_main>},
    {"events", "list | resolve NAME...: pmu, config words, domain, scale, does it open here", alone<events_main>},
    {"presets", "list | show NAME | match | check FILE...: which events mean DRAM bytes and LLC misses",
     alone<presets_main>},
    {"topology", "the machine as hwloc sees it: caches, nodes, what can be bound", alone<topology_main>},
    {"help", "[COMMAND]: this help, or that of one command", help_main},
    {"emulate", "one loop under an emulator, for bytebound run --collector callgrind", alone<emulate_main>, true},
    {"plug-in", "a loop of the user's own in a process of its own, for bytebound run --loop", alone<plug_in_main>,
     true},
};

ExitCode dispatch(const std::vector<std::string>& words, const ProgramSeams& seams) {
    if (words.empty()) {
        return complain({ExitCode::usage, "parse", "command line", "no command given", "see bytebound --help"});
    }
    const std::string& word = words.front();
    if (word == "--help" || word == "-h") return print(program_help());
    if (word == "--version" || word == "-V") return print(version_text());
    const Command* const command = find_command(word);
    if (command == nullptr) return complain(unknown_command(word));
    return command->main({words.begin() + 1, words.end()}, seams);
}

} // namespace

std::span<const Command> commands() { return command_table; }

int run_program(int argc, char** argv, const ProgramSeams& seams) {
    raise_descriptor_limit();
    share_heap_if_limited();
    // A write beyond ulimit -f fails with EFBIG instead of killing the process (setrlimit(2)).
    std::signal(SIGXFSZ, SIG_IGN);
    if (const auto shortage = stack_shortage()) return static_cast<int>(complain(*shortage));
    try {
        return static_cast<int>(dispatch({argv + 1, argv + std::max(argc, 1)}, seams));
    } catch (const std::exception& exception) {
        return static_cast<int>(complain(error_of(exception)));
    }
}

} // namespace bytebound
