#pragma once

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "base/mapped_region.hpp"
#include "loops/worker_team.hpp"
#include "machine/machine.hpp"

namespace bytebound {

/// Evicts the caches of a team. Every last-level cache of the workers' CPUs is filled with clean lines of the sweep's
/// own buffer, 4 x its size. The workers below one cache share this work, but each reads at least 4 x its private
/// caches.
class CacheSweep {
public:
    /// `cpus`: one per worker. `buffer_bytes`: 4 x the largest last-level cache. Error: not_possible if memory cannot
    /// be mapped.
    static Result<CacheSweep> make(const Machine& machine, const std::vector<int>& cpus, std::uint64_t buffer_bytes);
    /// The same in a buffer that another process can map: its region is this sweep's.
    static CacheSweep make_in(MappedRegion buffer, const Machine& machine, const std::vector<int>& cpus);
    void run(WorkerTeam& team) const;

    /// A range of the buffer to read, cyclic.
    struct Part {
        std::uint64_t begin = 0, bytes = 0;
    };
    /// The sweep of one worker in a process that mapped the buffer.
    static CacheSweep of_one(MappedRegion buffer, const Part& part);
    const Part& part(unsigned worker) const { return parts_.at(worker); }

private:
    MappedRegion buffer_;
    std::vector<Part> parts_; ///< per worker
};

/// Reads one word of every line. Returns their sum, which keeps the reads.
std::uint64_t read_lines(const std::byte* from, std::uint64_t bytes) noexcept;

} // namespace bytebound
