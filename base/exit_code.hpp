#pragma once

namespace bytebound {

/// Exit statuses. The values are a contract with scripts (docs/exit-codes.md).
enum class ExitCode : int {
    done = 0,
    internal = 1,      ///< internal error, a proof that failed (slab, placement), or no space while writing
    usage = 2,         ///< unknown word, impossible size or geometry, unwritable output
    not_possible = 3,  ///< a valid request that this machine, user or build cannot fulfil
    gate = 4,          ///< a gate (regression, bound) failed
    bad_data = 5,      ///< input file or run directory missing, malformed, or of another host
    interrupted = 130, ///< SIGINT
    terminated = 143,  ///< SIGTERM
};

} // namespace bytebound
