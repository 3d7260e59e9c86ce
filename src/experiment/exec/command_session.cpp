#include "experiment/exec/command_session.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "experiment/replay/emulation.hpp"
#include "record/warnings.hpp"

namespace bytebound {

Result<void> CommandSession::open_output() {
    const std::string& wanted = plan_.options.command_output;
    const std::string name = wanted == "none" ? "/dev/null" : wanted;
    output_ = wanted == "stderr" ? Descriptor(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3))
                                 : Descriptor(::open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (output_) return {};
    return fail(
        {ExitCode::usage, "open output", wanted, "it cannot be written", "give another --command-output", errno});
}

Launch CommandSession::launch_of(std::size_t i) const {
    const NamedCommand& command = plan_.options.commands[i];
    return {command.name, plan_.paths[i], command.argv, plan_.pinned ? plan_.placement.cpus : std::vector<int>{},
            plan_.memory, output_.get()};
}

Result<CommandEnd> CommandSession::run(const Launch& launch, bool counted, PlacementSamples* seen,
                                       std::vector<std::optional<Reading>>* readings) {
    if (stop_ != 0) return fail(stopped_by(stop_));
    GatedProcess process = TRY(GatedProcess::start(launch));
    if (counted) {
        TRY(counters_.attach(process.pid()));
        TRY(counters_.before());
    }
    TRY(process.go());
    if (!process.wait(plan_.options.timeout_seconds, stop_, seen != nullptr ? &PlacementSamples::sample : nullptr,
                      seen))
        return fail(stopped_by(stop_));
    if (counted) TRY(counters_.after());
    CommandEnd end = process.finish();
    if (counted) *readings = TRY(counters_.readings(end));
    return end;
}

Result<void> CommandSession::prepare() {
    if (plan_.options.prepare.empty()) return {};
    const Launch shell{"--prepare", "/bin/sh", {"sh", "-c", plan_.options.prepare}, {}, {}, output_.get()};
    const CommandEnd end = TRY(run(shell, false, nullptr, nullptr));
    if (end.signal == 0 && end.exit_code == 0) return {};
    return fail(
        {ExitCode::internal, "prepare", plan_.options.prepare,
         end.signal != 0 ? "it died of " + signal_name(end.signal) : fmt::format("it exited with {}", end.exit_code),
         "give a --prepare that succeeds"});
}

/// A command that fails is not measured: the time of a failure is not that of the work.
Result<void> CommandSession::judge(std::size_t i, const CommandEnd& end) {
    const auto refuse = [&](std::string cause, std::string remedy) {
        return fail({ExitCode::internal, "measure command", plan_.options.commands[i].name, std::move(cause),
                     std::move(remedy)});
    };
    const std::string see = "see what it says: --command-output stderr";
    if (end.timed_out)
        return refuse(
            fmt::format("it ran longer than --timeout ({:g} s) and was killed", plan_.options.timeout_seconds),
            "give a longer --timeout");
    if (end.signal != 0) return refuse("it died of " + signal_name(end.signal), see);
    CommandRecord& record = command(i);
    if (end.exit_code != 0 && !plan_.options.ignore_failure)
        return refuse(fmt::format("it exited with {}", end.exit_code),
                      see + "; --ignore-failure measures it all the same");
    if (record.exit_code && *record.exit_code != end.exit_code)
        return refuse(fmt::format("it exited with {} and then with {}", *record.exit_code, end.exit_code),
                      "measure a command that ends alike in every run");
    record.exit_code = end.exit_code;
    return {};
}

Result<void> CommandSession::warm_up(const ProgressCallback& progress) {
    double shortest = plan_.options.warmup == 0 ? least_shared_seconds : 1e9;
    for (std::size_t i = 0; i < count(); ++i) {
        PlacementSamples seen;
        for (std::uint32_t n = 0; n < plan_.options.warmup; ++n) {
            if (progress)
                progress({"warm up", i * plan_.options.warmup + n, count() * plan_.options.warmup,
                          plan_.options.commands[i].name});
            TRY(prepare());
            const CommandEnd end = TRY(run(launch_of(i), false, &seen, nullptr));
            TRY(judge(i, end));
            shortest = std::min(shortest, static_cast<double>(end.time_ns) * 1e-9);
        }
        seen.put(command(i));
    }
    if (counters_.counts_shared() && shortest < least_shared_seconds) counters_.leave_out_shared(shortest);
    return {};
}

Result<void> CommandSession::block(std::uint32_t number, SampleWriter& samples,
                                   std::optional<SampleWriter>& background) {
    std::vector<std::vector<Sample>> rows(count());
    std::vector<std::vector<std::uint64_t>> times(count());
    orders_.push_back(order_.next());
    auto idle = TRY(counters_.idle());
    for (const std::size_t i : orders_.back()) {
        TRY(prepare());
        Sample row;
        row.loop = plan_.options.commands[i].name;
        row.k = no_k;
        row.repeat = number;
        row.step = static_cast<std::uint32_t>(rows[i].size());
        if (emulated_ && row.step == 0 && number < emulated_runs)
            row.emulated =
                emulated_values(emulated_->totals[i][number], emulated_->record.caches.last_level.line_bytes);
        const CommandEnd end = TRY(run(launch_of(i), true, nullptr, &row.readings));
        TRY(judge(i, end));
        row.time_ns = end.time_ns;
        ++command(i).runs;
        any_max_rss_ = any_max_rss_ || end.max_rss_bytes;
        if (end.children_left != 0) ++command(i).runs_with_children;
        times[i].push_back(end.time_ns);
        rows[i].push_back(std::move(row));
    }
    for (auto& window : TRY(counters_.idle()))
        idle.push_back(std::move(window));
    for (std::size_t i = 0; i < count(); ++i) {
        blocks_of_time_.add(i, times[i]);
        TRY(samples.append(rows[i]));
        if (!background) continue;
        std::vector<Sample> windows;
        for (std::size_t w = 0; w < idle.size(); ++w) {
            Sample window = rows[i].front();
            window.step = static_cast<std::uint32_t>(w);
            window.time_ns = 0;
            window.readings = idle[w];
            windows.push_back(std::move(window));
        }
        TRY(background->append(windows));
    }
    return {};
}

/// One run, whose time decides on the number of blocks; its rows are the passes.
Result<void> CommandSession::block_of_regions(std::uint32_t number, SampleWriter& samples) {
    orders_.push_back(order_.next());
    TRY(prepare());
    Launch launch = launch_of(0);
    launch.environment = regions_->environment();
    const CommandEnd end = TRY(run(launch, false, nullptr, nullptr));
    TRY(judge(0, end));
    auto rows = TRY(regions_->take_block(number, record_));
    blocks_of_time_.add(0, std::span(&end.time_ns, 1));
    return samples.append(rows);
}

void CommandSession::put_repeats(std::uint32_t finished, double seconds) {
    record_.workload.repeats = finished;
    if (record_.workload.auto_repeats) record_.workload.auto_repeats->seconds = seconds;
    if (record_.subject.commands) record_.subject.commands->order = order_text(std::span(orders_).first(finished));
    for (ExperimentRecord& row : record_.experiments)
        row.repeats = finished;
}

bool CommandSession::enough(double seconds, RepeatsEnd& why) const {
    const ExecOptions& o = plan_.options;
    const std::uint64_t done = blocks_of_time_.blocks();
    if (o.repeats) {
        why = RepeatsEnd::given;
        return done >= *o.repeats;
    }
    if (done < least_auto_blocks(Subject::commands)) return false;
    const auto width = blocks_of_time_.half_width();
    if (width && *width <= half_width_to_stop(done, o.precision)) {
        why = RepeatsEnd::precision;
        return true;
    }
    why = RepeatsEnd::max_time;
    return seconds >= o.max_seconds;
}

Result<void> CommandSession::blocks(SampleWriter& samples, std::optional<SampleWriter>& background,
                                    const ProgressCallback& progress, RunDirectory& directory) {
    const ExecOptions& o = plan_.options;
    const std::uint64_t begin = now_ns();
    const auto seconds = [begin] { return static_cast<double>(now_ns() - begin) * 1e-9; };
    RepeatsEnd why = RepeatsEnd::given;
    for (std::uint32_t number = 0; !enough(seconds(), why); ++number) {
        const std::uint64_t total = o.repeats ? *o.repeats : std::max(number + 1, least_auto_blocks(Subject::commands));
        if (progress) progress({"measure", number, total, fmt::format("block {}", number + 1)});
        TRY(regions_ != nullptr ? block_of_regions(number, samples) : block(number, samples, background));
        put_repeats(number + 1, seconds());
        TRY(directory.write_record(record_));
    }
    const auto width = blocks_of_time_.half_width();
    for (ExperimentRecord& row : record_.experiments) {
        row.repeats_end = why;
        if (!o.repeats) row.ratio_half_width = width;
    }
    if (why == RepeatsEnd::max_time)
        record_.warnings.push_back(warnings::blocks_imprecise(o.max_seconds, o.precision, width));
    return {};
}

} // namespace bytebound
