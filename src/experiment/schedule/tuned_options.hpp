#pragma once
// What a saved autotune supplies to the options of a run.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "experiment/plan/run_options.hpp"
#include "machine/machine.hpp"
#include "record/autotune_use.hpp"
#include "record/host_facts.hpp"
#include "record/warning.hpp"

namespace bytebound {

struct TunedOptions {
    std::optional<AutotuneUse> use;
    std::string reason; ///< why nothing is used
    std::vector<Warning> warnings;
};
struct AutotuneSource {
    HostFacts host;
    std::filesystem::path directory; ///< empty: none
};
/// Changes those of copy method, threads, grain and threshold that no option gave: for all loops alike. A copy method
/// that a requested emulator cannot run is not supplied. Errors: those of choose_autotune().
Result<TunedOptions> tune(RunOptions& options, const Machine& machine, const AutotuneSource& source);

} // namespace bytebound
