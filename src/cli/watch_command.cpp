#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "base/stop.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/stop_signals.hpp"
#include "cli/values.hpp"
#include "experiment/watch/machine_watch.hpp"
#include "record/stamp.hpp"
#include "render/answers/watch_outputs.hpp"

namespace bytebound {
namespace {

constexpr double shortest_interval_s = 0.01, longest_interval_s = 86400;

struct WatchCommand {
    WatchOptions options;
    std::uint64_t count = 0; ///< 0: until interrupted
    bool json = false, csv = false;
    std::string line; ///< the command line
};

Syntax watch_syntax(WatchCommand& command) {
    WatchOptions& o = command.options;
    Syntax syntax{"bytebound watch",
                  "Shows what the whole machine does, a line per interval: DRAM read and write GB/s of each node,\n"
                  "CPI and LLC misses per 1000 instructions of all CPUs, until it is interrupted.",
                  "bytebound watch --interval 500ms --count 20 --json",
                  {},
                  "",
                  0,
                  0};
    syntax.options = {
        {"--interval", "TIME", "time between two readings, from 10ms to 1 day (1s)", "What",
         seconds_into("--interval", o.interval_s, shortest_interval_s, longest_interval_s)},
        {"--count", "N", "end after N lines (none: when interrupted)", "What",
         [&command](const std::string& text) -> Result<void> {
             command.count = TRY(to_count("--count", text, 1));
             return {};
         }},
        {"--cpus", "CPUS", "CPUs whose events are counted: auto | 0,2-3 | core:0-1 | package:0 (auto: all online)",
         "What", text_into(o.cpus)},
        {"--collector", "NAME", "auto|perf (auto)", "Counting",
         [&o](const std::string& text) -> Result<void> {
             if (text != collector_word::automatic && text != collector_name::perf)
                 return bad_value("--collector", "'" + text + "' cannot count the whole machine", "give auto or perf");
             o.counting.collectors = {text};
             return {};
         }},
        events_option(o.counting.events, "Counting"),
        {"--bw-preset", "PRESET", "auto|NAME|FILE|none: which events mean LLC misses and DRAM bytes (auto)", "Counting",
         text_into(o.counting.bandwidth_preset)},
        bytes_per_cas_option(o.counting.bytes_per_cas, "Counting"),
        flag("--json", "a JSON document per line on stdout and nothing else", "Output", command.json),
        flag("--csv", "CSV on stdout and nothing else", "Output", command.csv)};
    return syntax;
}

enum class Wake { due, stopped, closed };

/// Waits until the clock says `due_ns`, a signal asks to stop, or the reader of stdout is gone. Signals are blocked
/// between the look at the flag and ppoll(2), so that none is missed.
Wake wait_until(std::uint64_t due_ns) {
    sigset_t stopping, usual;
    ::sigemptyset(&stopping);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGXCPU})
        ::sigaddset(&stopping, number);
    ::sigprocmask(SIG_BLOCK, &stopping, &usual);
    Wake wake = Wake::due;
    for (;;) {
        if (StopSignals::flag() != 0) {
            wake = Wake::stopped;
            break;
        }
        const std::uint64_t now = monotonic_ns();
        if (now >= due_ns) break;
        const std::uint64_t left = due_ns - now;
        const timespec time{static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
        pollfd output{STDOUT_FILENO, 0, 0};
        if (::ppoll(&output, 1, &time, &usual) > 0) { // no event is requested: these are POLLERR, POLLHUP, POLLNVAL
            wake = Wake::closed;
            break;
        }
    }
    ::sigprocmask(SIG_SETMASK, &usual, nullptr);
    return wake;
}

/// Where the lines go.
class WatchOutput {
public:
    WatchOutput(const WatchCommand& command, WatchHeader header) : command_(command), header_(std::move(header)) {}

    std::optional<Error> begin() {
        if (command_.json) return {};
        if (command_.csv) return try_print(watch_csv_head(header_));
        if (on_screen_) return {};
        return try_print(watch_log_head(header_));
    }

    std::optional<Error> show(const WatchLine& line) {
        if (command_.json) return try_print(watch_json_line(header_, line));
        if (command_.csv) return try_print(watch_csv_line(header_, line));
        if (!on_screen_) return try_print(watch_log_line(header_, line) + news_of(line));
        const auto lines = redraw(watch_screen(header_, line, stdout_columns().value_or(80)), drawn_);
        if (!lines) return lines.error();
        drawn_ = *lines;
        return {};
    }

private:
    /// Reasons are said when they begin, not in every line.
    std::string news_of(const WatchLine& line) {
        std::string reasons = watch_log_reasons(header_, line);
        if (reasons == said_) return {};
        said_ = reasons;
        return reasons;
    }

    const WatchCommand& command_;
    WatchHeader header_;
    std::string said_;
    bool on_screen_ = stdout_moves_cursor();
    std::size_t drawn_ = 0; ///< lines on the screen
};

ExitCode watch_stopped(int signal) {
    Error error = stopped_by(signal);
    error.operation = "watch";
    error.object = "this machine";
    error.remedy = "every complete line is written";
    return complain(error);
}

/// A reader that has enough closes the pipe: that is the end, and no fault.
ExitCode refused_output(const Error& error) {
    if (error.sys_errno == EPIPE) return ExitCode::done;
    if (const int signal = StopSignals::flag(); signal != 0) return watch_stopped(signal);
    return complain(error);
}

} // namespace

ExitCode watch_main(const std::vector<std::string>& words) {
    WatchCommand command;
    command.options.counting.preset_directory = user_presets_directory();
    const auto parsed = parse(watch_syntax(command), words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    if (command.json && command.csv)
        return complain(bad_value("--json", "--csv is given, too", "leave one of the two out").value());
    std::vector<std::string> line = {"bytebound", "watch"};
    line.insert(line.end(), words.begin(), words.end());
    command.line = command_line(line);

    const StopSignals signals;
    KernelSys sys;
    auto watch = MachineWatch::open(sys, SysRoot(), command.options);
    if (!watch) return complain(watch.error());
    for (const Warning& warning : watch->warnings())
        warn(text_of(warning));
    WatchHeader header = watch->header();
    header.command = command.line;
    WatchOutput output(command, std::move(header));
    if (const auto refused = output.begin()) return refused_output(*refused);
    for (std::uint64_t shown = 0; command.count == 0 || shown < command.count; ++shown) {
        switch (wait_until(watch->due_ns())) {
        case Wake::due: break;
        case Wake::stopped: return watch_stopped(StopSignals::flag());
        case Wake::closed: return ExitCode::done;
        }
        if (const auto refused = output.show(watch->next())) return refused_output(*refused);
    }
    return ExitCode::done;
}

} // namespace bytebound
