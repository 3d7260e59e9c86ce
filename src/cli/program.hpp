#pragma once
// The whole program as a function, for the released main and for programs that measure their own loop with it.

#include <functional>
#include <memory>
#include <string>

#include "loops/update_loop.hpp"

namespace bytebound {

/// Extensions that an embedding program supplies.
struct ProgramSeams {
    /// An additional name for --loops; empty: none. The simulator and the computed figures treat this loop as library
    /// code; its slab is verified like that of any other loop.
    std::string loop;
    /// Makes that loop. See UpdateLoop for what step() may do.
    std::function<std::unique_ptr<UpdateLoop>(Workspace&, WorkerTeam&, const LoopOptions&)> make_loop;
};

/// Runs the command line and returns the exit status (docs/exit-codes.md).
int run_program(int argc, char** argv, const ProgramSeams& seams = {});

} // namespace bytebound
