// The processes of an emulation: their files, results and failures.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "base/clock.hpp"
#include "base/input_file.hpp"
#include "base/text.hpp"
#include "experiment/plan/plan_replay.hpp"
#include "experiment/replay/emulation.hpp"
#include "experiment/replay/emulation_spec.hpp"
#include "experiment/replay/simulation.hpp"
#include "io/child_process.hpp"

extern char** environ;

namespace bytebound {
namespace {

namespace fs = std::filesystem;

/// About a hundredth of the normal speed. A process below this speed is assumed to hang.
constexpr double least_lines_per_second = 250e3;
constexpr double start_seconds = 120;
/// Memory of valgrind itself and of translated code, without the program's own memory.
constexpr std::uint64_t process_bytes = std::uint64_t{192} << 20;
constexpr auto poll_interval = std::chrono::milliseconds(5);

Failure internal(std::string object, std::string cause, std::string remedy, int error = 0) {
    return fail({ExitCode::internal, "emulate", std::move(object), std::move(cause), std::move(remedy), error});
}

std::string text_of(const fs::path& file) { return read_input(file, input::emulator_file).value_or(""); }

struct EmulationTask {
    std::size_t experiment = 0, loop = 0;
    double lines = 0; ///< estimated number of lines that its steps touch
};

/// A running process and the files shared with it.
struct Running {
    EmulationTask task;
    ChildProcess process;
    fs::path output, log;
    std::uint64_t begun_ns = 0;
};

class Processes {
public:
    Processes(Emulation& emulation, const RunPlan& plan, const EmulationPlace& place, fs::path folder)
        : emulation_(emulation), plan_(plan), place_(place), folder_(std::move(folder)),
          environment_(emulator_environment()) {
        for (std::size_t e = 0; e < emulation.rows.size(); ++e)
            for (std::size_t l = 0; l < emulation.rows[e].size(); ++l)
                if (emulation.rows[e][l].reason.empty()) tasks_.push_back({e, l, lines_of(e, l)});
        // Long tasks start first, so that no CPU waits for a long last one.
        std::stable_sort(tasks_.begin(), tasks_.end(),
                         [](const EmulationTask& a, const EmulationTask& b) { return a.lines > b.lines; });
    }

    std::size_t total() const { return tasks_.size(); }
    std::size_t done() const { return done_; }
    bool finished() const { return done_ == tasks_.size(); }

    /// Starts as many processes as fit and collects those that have ended. Returns whether any ended.
    Result<bool> advance() {
        while (next_ < tasks_.size() && running_.size() < at_once())
            TRY(start(tasks_[next_++]));
        const std::size_t before = done_;
        for (std::size_t i = running_.size(); i-- > 0;) {
            const auto end = running_[i].process.poll();
            if (!end) {
                TRY(check_time(running_[i]));
                continue;
            }
            TRY(take(running_[i], *end));
            running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
            ++done_;
        }
        return done_ != before;
    }

private:
    std::size_t at_once() const {
        const std::size_t cpus = std::max<std::size_t>(place_.cpus.size(), 1);
        if (!place_.memory_available) return cpus;
        const std::uint64_t fit = *place_.memory_available / (plan_.arena_bytes + process_bytes);
        return static_cast<std::size_t>(std::clamp<std::uint64_t>(fit, 1, cpus));
    }

    double lines_of(std::size_t e, std::size_t l) const {
        const Experiment& experiment = plan_.experiments[e];
        const double lines = replayed_lines(plan_, experiment, plan_.options.loops[l]);
        if (plan_.options.between != Between::evict) return lines;
        const EmulatedCache& cache = emulation_.caches.last_level;
        return lines + static_cast<double>(experiment.trace.steps()) * static_cast<double>(cache.size_bytes) /
                           plan_.cache.geometry.line_bytes;
    }

    std::string name_of_row(const EmulationTask& task) const {
        return fmt::format("{} k {}", loop_name(plan_.options, task.loop),
                           plan_.experiments[task.experiment].trace.k());
    }

    EmulationSpec spec_of(const EmulationTask& task) const {
        const RunOptions& o = plan_.options;
        const Experiment& e = plan_.experiments[task.experiment];
        EmulationSpec spec;
        spec.collector = emulation_.name;
        spec.loop = o.loops[task.loop];
        spec.copy = tries_copies(spec.loop) ? CopyMethod::memcpy : o.copy;
        spec.tau = o.tau;
        spec.workspace = replay_workspace(plan_, e, spec.loop);
        spec.trace = e.trace;
        spec.readings = o.steps_per_k;
        spec.batch = e.batch;
        spec.between = o.between;
        spec.last_level = emulation_.caches.last_level;
        spec.cpus = place_.cpus;
        spec.parent = static_cast<int>(::getpid());
        return spec;
    }

    Result<void> start(const EmulationTask& task) {
        const std::string stem = fmt::format("{}-{}", task.experiment, task.loop);
        const fs::path spec = folder_ / (stem + ".json"), output = folder_ / (stem + ".out");
        std::ofstream file(spec);
        file << to_json_text(spec_of(task));
        if (!file.flush()) return internal(spec.string(), "the file cannot be written", "free disk space");
        const auto words = emulation_.emulator->wrap({place_.program.string(), "emulate", spec.string()},
                                                     emulation_.caches, output.string());
        const fs::path log = folder_ / (stem + ".log");
        auto process = TRY(ChildProcess::start(words, environment_, log));
        running_.push_back({task, std::move(process), output, log, now_ns()});
        return {};
    }

    Result<void> check_time(const Running& running) const {
        const double limit = start_seconds + running.task.lines / least_lines_per_second;
        if (static_cast<double>(now_ns() - running.begun_ns) * 1e-9 <= limit) return {};
        return internal(name_of_row(running.task), fmt::format("the process took longer than {:.0f} s", limit),
                        "give fewer or smaller steps, or --collector sim");
    }

    /// The failure of a process, with its complaint.
    Failure failure_of(const Running& running, const ProcessEnd& end) const {
        std::string cause = end.signal != 0 ? fmt::format("{} was killed by signal {}", emulation_.name, end.signal)
                                            : fmt::format("{} ended with exit code {}", emulation_.name, end.exit_code);
        if (const std::string said = first_complaint(text_of(running.log)); !said.empty()) cause += ": " + said;
        // valgrind passes on the program's exit status, and never exits with 3 itself.
        const bool refused = end.signal == 0 && end.exit_code == static_cast<int>(ExitCode::not_possible);
        return fail({refused ? ExitCode::not_possible : ExitCode::internal, "emulate", name_of_row(running.task),
                     std::move(cause), "leave " + emulation_.name + " out of --collector"});
    }

    Result<void> take(const Running& running, const ProcessEnd& end) {
        if (!end.fine()) return failure_of(running, end);
        auto output = TRY(emulation_.emulator->parse(text_of(running.output), running.output.filename().string()));
        EmulatedRow& row = emulation_.rows[running.task.experiment][running.task.loop];
        bool whole = output.parts.size() == plan_.options.steps_per_k;
        for (std::uint32_t i = 0; whole && i < output.parts.size(); ++i)
            whole = output.parts[i].label == reading_label(i);
        if (!whole)
            return internal(name_of_row(running.task),
                            fmt::format("{} wrote {} parts for {} readings", emulation_.name, output.parts.size(),
                                        plan_.options.steps_per_k),
                            "free disk space in TMPDIR");
        emulation_.version = output.version;
        row.readings = std::move(output.parts);
        row.emulated = true;
        std::error_code ignored; // the folder's destructor removes what remains
        fs::remove(running.output, ignored);
        return {};
    }

    Emulation& emulation_;
    const RunPlan& plan_;
    const EmulationPlace& place_;
    fs::path folder_;
    std::vector<std::string> environment_;
    std::vector<EmulationTask> tasks_;
    std::vector<Running> running_;
    std::size_t next_ = 0, done_ = 0;
};

} // namespace

std::vector<std::string> emulator_environment() {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        if (!text.starts_with("VALGRIND_") && !text.starts_with("DEBUGINFOD_")) variables.emplace_back(text);
    }
    return variables;
}

std::string first_complaint(std::string_view log) {
    constexpr std::string_view own = "bytebound: error: ";
    std::string first, first_of_all;
    for (const std::string& line : split(log, '\n')) {
        const std::string_view text = trim(line);
        if (text.starts_with(own)) return std::string(text.substr(own.size()));
        if (text.empty()) continue;
        if (first_of_all.empty()) first_of_all = text;
        const bool is_warning = text.find("arning:") != std::string_view::npos;
        if (first.empty() && !is_warning) first = text;
    }
    return first.empty() ? first_of_all : first;
}

Result<void> emulate_run(Emulation& emulation, const RunPlan& plan, const EmulationPlace& place,
                         const ProgressCallback& progress, const StopFlag& stop) {
    const std::uint64_t begun = now_ns();
    const EmulationFolder folder = std::move(emulation.folder); // removed with its contents on every exit
    Processes processes(emulation, plan, place, folder.path());
    while (!processes.finished()) {
        // A process may have died of the signal that stops us, so the flag is checked first.
        const auto advanced = stop == 0 ? processes.advance() : Result<bool>(false);
        if (stop != 0) return fail(stopped_by(stop));
        if (!advanced) return fail(advanced.error());
        if (*advanced && progress) progress({"emulate", processes.done(), processes.total(), {}});
        if (!*advanced) std::this_thread::sleep_for(poll_interval);
    }
    emulation.processes = processes.total();
    emulation.seconds = static_cast<double>(now_ns() - begun) * 1e-9;
    return {};
}

} // namespace bytebound
