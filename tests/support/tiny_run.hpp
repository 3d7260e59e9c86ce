#pragma once
// A run small enough to be followed by hand, with scripted counters and a clock that the test moves.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "counters/scripted_collector.hpp"
#include "experiment/schedule/run.hpp"
#include "support/temporary_directory.hpp"

namespace bytebound::test {

/// Reading the clock takes 1 ns, so that an empty pair of it is 1 ns.
inline std::uint64_t& fake_now() {
    static std::uint64_t now = 0;
    return now;
}
inline std::uint64_t run_clock() { return ++fake_now(); }

/// A loop whose steps take a given time on that clock.
class LastingLoop final : public UpdateLoop {
public:
    LastingLoop(std::unique_ptr<UpdateLoop> loop, std::function<std::uint64_t()> step_ns)
        : loop_(std::move(loop)), step_ns_(std::move(step_ns)) {}
    void reset(std::span<const StepChange> changes) override { loop_->reset(changes); }
    StepOutcome step(std::uint32_t step) noexcept override {
        fake_now() += step_ns_();
        return loop_->step(step);
    }
    std::uint32_t active_rows() const override { return loop_->active_rows(); }
    std::span<const std::uint32_t> ids() const override { return loop_->ids(); }

private:
    std::unique_ptr<UpdateLoop> loop_;
    std::function<std::uint64_t()> step_ns_;
};
inline auto lasting(std::function<std::uint64_t()> step_ns) {
    return [step_ns](LoopKind kind, Workspace& workspace, WorkerTeam& team, const LoopOptions& options) {
        return std::unique_ptr<UpdateLoop>(
            std::make_unique<LastingLoop>(make_loop(kind, workspace, team, options), step_ns));
    };
}

/// The table of collectors consists of plain functions, which replay this script.
inline std::vector<ScriptedEvent>& script() {
    static std::vector<ScriptedEvent> events;
    return events;
}
inline std::optional<std::uint64_t>& failing_read() {
    static std::optional<std::uint64_t> read;
    return read;
}
inline constexpr CollectorEntry scripted_table[] = {
    {"perf", "perf", Supplies::events, "scripted", [](Sys&, const SysRoot&) {
         auto collector = std::make_unique<ScriptedCollector>(script());
         collector->fail_at_read(failing_read());
         return std::unique_ptr<Collector>(std::move(collector));
     }}};

/// Cycles in pass 0 (100 and 200 in the two steps), instructions in pass 1 (7, and 9 of which half was scheduled).
inline std::vector<ScriptedEvent> two_passes() {
    ScriptedEvent cycles{"cycles", {{10, 1, 1}, {100, 50, 50}, {10, 1, 1}, {200, 60, 60}}, 0, 0, false, {}, {}};
    ScriptedEvent instructions{"instructions", {{1, 1, 1}, {7, 40, 40}, {1, 1, 1}, {9, 40, 20}}, 1, 0, true, {}, {}};
    return {cycles, instructions};
}

/// N = 16 rows of 16 + 16 bytes, m = 8; k = 4: two rows removed, two added.
inline RunOptions tiny_options(const TemporaryDirectory& directory) {
    RunOptions options;
    options.workload.pool_rows = 16;
    options.workload.active_rows = 8;
    options.hidden_dim = options.up_cols = 4;
    options.ks = {4};
    options.steps_per_k = 2;
    options.batch = 1;
    options.repeats = 2;
    options.warmup = 1;
    options.loops = {LoopKind::paired, LoopKind::index};
    options.counting.collectors = {"perf", "sim"};
    options.counting.events = {"cycles", "instructions"};
    options.llc = CacheGeometry{4096, 4, 64};
    options.out = (directory / "run").string();
    options.command = {"bytebound", "run", "--ks", "4"};
    options.qualify = Qualify::off; // see qualification_test.cpp
    return options;
}

/// The running machine with caches small enough to be swept quickly.
inline RunSeams tiny_seams() {
    RunSeams seams;
    seams.collectors = scripted_table;
    seams.clock = run_clock;
    seams.make_loop = lasting([] { return 99; }); // 100 with the clock pair
    seams.machine = *discover(seams.root);
    seams.machine->caches = {{3, "Unified", 65536, 16, 64, seams.machine->online, "sysfs"}};
    seams.facts = PlanFacts{};
    seams.capture_environment = false;
    script() = two_passes();
    failing_read().reset();
    return seams;
}

inline KernelSys run_kernel;
inline StopFlag never_stopped{0};

inline Run prepared(const RunOptions& options, RunSeams seams) {
    auto run = Run::prepare(run_kernel, options, std::move(seams));
    if (!run) FAIL(to_line(run.error()));
    return std::move(*run);
}

/// The cells of a row that do not depend on the machine.
inline std::string cells(const Sample& s) {
    std::string text = fmt::format("{} k{} r{} s{} p{} A{} R{} w{} m{} [{}] {}", s.loop, s.k, s.repeat, s.step, s.pass,
                                   s.added, s.removed, s.rows_written, s.min_rows, fmt::join(s.flags, " "), s.time_ns);
    for (const auto& reading : s.readings)
        text += reading ? fmt::format(" {}/{}/{}", reading->count, reading->enabled_ns, reading->running_ns) : " -";
    return text + (s.simulated.empty() || !s.simulated[0] ? " -" : " sim");
}

inline std::vector<std::string> all_cells(const SampleTable& table) {
    std::vector<std::string> list;
    for (const Sample& sample : table.rows)
        list.push_back(cells(sample));
    return list;
}

inline std::vector<std::string> warnings_with(const RunRecord& record, std::string_view code) {
    std::vector<std::string> texts;
    for (const Warning& warning : record.warnings)
        if (warning.code == code) texts.push_back(text_of(warning));
    return texts;
}

} // namespace bytebound::test
