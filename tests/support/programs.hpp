#pragma once
// A run of two commands with figures that are easy to compute by hand.

#include "record/run_record.hpp"
#include "record/samples.hpp"

namespace bytebound::test {

inline constexpr std::uint32_t program_blocks = 8;

/// A copies in twice the time of B; both have 10 page faults.
inline RunRecord two_commands() {
    RunRecord run;
    run.status = RunStatus::complete;
    run.version = "0.1.0";
    run.command = {"bytebound", "exec", "--vs", "cp 'a b' c", "--", "dd"};
    run.host = "example";
    run.started = "2026-11-30T12:00:00Z";
    run.finished = "2026-11-30T12:00:09Z";
    run.workload.loops = {"A", "B"};
    run.workload.repeats = program_blocks;
    run.workload.steps_per_k = 2;
    run.subject.kind = Subject::commands;
    run.subject.commands = CommandsRecord{{{"A", {"dd"}, 0, 16, 0, {"0"}, {}, "no run was long enough to look"},
                                           {"B", {"cp", "a b", "c"}, 0, 16, 0, {"0"}, {}, "x"}},
                                          {},
                                          1,
                                          0,
                                          "ABBA BAAB"};
    for (const char* name : {"A", "B"}) {
        ExperimentRecord row;
        row.loop = name;
        row.k = row.k_requested = no_k;
        row.repeats = program_blocks;
        row.repeats_end = RepeatsEnd::given;
        run.experiments.push_back(row);
    }
    EventRecord faults;
    faults.name = "page-faults";
    faults.role = "page_faults";
    faults.domain = "uk";
    faults.source = "perf";
    faults.pass = 0;
    faults.group = 0;
    run.events = {faults};
    EventRecord cycles;
    cycles.name = "cycles";
    cycles.role = "cycles";
    cycles.reason = "no core PMU";
    run.events.push_back(cycles);
    return run;
}

inline SampleTable two_commands_samples() {
    SampleTable table;
    table.events = {"page-faults", "cycles"};
    for (std::uint32_t block = 0; block < program_blocks; ++block)
        for (const bool first : {true, false})
            for (std::uint32_t step = 0; step < 2; ++step) {
                Sample row;
                row.loop = first ? "A" : "B";
                row.k = no_k;
                row.repeat = block;
                row.step = step;
                row.time_ns = (first ? 2'000'000u : 1'000'000u) * (block + 1);
                row.readings = {Reading{10, 1000, 1000, ReadingState::counted}, std::nullopt};
                table.rows.push_back(std::move(row));
            }
    return table;
}

} // namespace bytebound::test
