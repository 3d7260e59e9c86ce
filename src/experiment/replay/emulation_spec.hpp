#pragma once
// The input of an emulated process: one JSON file written by its parent.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "counters/wrapping_collector.hpp"
#include "experiment/plan/run_options.hpp"

namespace bytebound {

/// One loop and k, to run over trace segment 0.
struct EmulationSpec {
    std::string collector; ///< name in the table of collectors
    LoopKind loop = LoopKind::paired;
    CopyMethod copy = CopyMethod::memcpy;
    double tau = 0.5;
    WorkspaceSpec workspace;
    TraceSpec trace;
    std::uint32_t readings = 0, batch = 1; ///< batch: steps per reading; readings x batch = measured steps of the trace
    Between between = Between::none;
    EmulatedCache last_level;
    std::vector<int> cpus; ///< where the process may run; the parent is pinned to one of them
    int parent = 0;        ///< its process id

    bool operator==(const EmulationSpec&) const = default;
};

/// Label of a reading's part in the emulator's output.
std::string reading_label(std::uint32_t reading);

std::string to_json_text(const EmulationSpec& spec);
/// Error: bad_data with `name` and the cause.
Result<EmulationSpec> parse_emulation_spec(std::string_view text, const std::string& name);

} // namespace bytebound
