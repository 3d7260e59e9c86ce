#pragma once
// What a command will need, against the limits of its process. Errors: not_possible, with the number needed.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "machine/limits.hpp"

namespace bytebound {

/// Whether as many workers can be started: the first is this process's own thread.
Result<void> check_threads(std::uint64_t workers, const Limits& limits);

/// Descriptors for everything but counters: standard streams, the directory's files, sysfs, the pipes of children. A
/// run that counts nothing takes 14.
inline constexpr std::size_t other_descriptors = 16;
/// Whether a command may open as many counters and its files; `counters_of`: "the counters of 2 workers".
Result<void> check_descriptors(std::size_t counters, std::string_view counters_of, const Limits& limits);

/// The largest file that a command writes.
struct LargestFile {
    std::string_view what; ///< "the largest file of the run"
    double bytes = 0;
    std::string_view smaller; ///< the remedy besides a higher limit: "give fewer steps"
};
Result<void> check_file_size(const LargestFile& file, const Limits& limits);

} // namespace bytebound
