#pragma once

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "base/mapped_region.hpp"
#include "loops/worker_team.hpp"
#include "machine/machine.hpp"

namespace bytebound {

/// Evicts the caches of a team: every last-level cache that the workers' CPUs reach is filled with clean lines of the
/// sweep's own buffer, 4 x its size; the workers below one cache share the reading, each at least 4 x its private
/// caches.
class CacheSweep {
public:
    /// `cpus`: one per worker. `buffer_bytes`: 4 x the largest last-level cache. Error: not_possible for no memory.
    static Result<CacheSweep> make(const Machine& machine, const std::vector<int>& cpus, std::uint64_t buffer_bytes);
    void run(WorkerTeam& team) const;

private:
    struct Part {
        std::uint64_t begin = 0, bytes = 0; ///< read cyclically in the buffer
    };
    MappedRegion buffer_;
    std::vector<Part> parts_; ///< per worker
};

/// Reads one word of every line. The result keeps the reads alive.
std::uint64_t read_lines(const std::byte* from, std::uint64_t bytes) noexcept;

} // namespace bytebound
