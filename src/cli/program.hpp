#pragma once
// The whole program as a function, for the released main and for programs that measure a loop of their own with it.

#include <functional>
#include <memory>
#include <string>

#include "loops/update_loop.hpp"

namespace bytebound {

/// What a program brings beside the released one's parts.
struct ProgramSeams {
    /// One more name for --loops; empty: none. To the simulator and to the computed figures it is library code; its
    /// slab is proven like any other's.
    std::string loop;
    /// Makes that loop. See UpdateLoop for what step() may do.
    std::function<std::unique_ptr<UpdateLoop>(Workspace&, WorkerTeam&, const LoopOptions&)> make_loop;
};

/// Runs the command line and returns the exit status (docs/exit-codes.md).
int run_program(int argc, char** argv, const ProgramSeams& seams = {});

} // namespace bytebound
