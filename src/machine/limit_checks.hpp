#pragma once
// What a command will need, against the limits of its process. Errors: not_possible, with the number needed.

#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "machine/limits.hpp"

namespace bytebound {

/// Whether as many workers can be started: the first is this process's own thread.
Result<void> check_threads(std::uint64_t workers, const Limits& limits);

/// The largest file that a command writes.
struct LargestFile {
    std::string_view what; ///< "the largest file of the run"
    double bytes = 0;
    std::string_view smaller; ///< the remedy besides a higher limit: "give fewer steps"
};
Result<void> check_file_size(const LargestFile& file, const Limits& limits);

} // namespace bytebound
