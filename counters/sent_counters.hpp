#pragma once
// Open counters as one process describes them to another, which receives the descriptors and reads them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bytebound {

/// Events that are read with one system call.
struct SentGroup {
    std::string leader; ///< name, for messages
    int cpu = -1;       ///< -1: they follow a thread
    std::vector<std::uint64_t> ids;
    std::vector<std::size_t> positions; ///< of their values in a reading
    std::vector<int> descriptors;       ///< one per event, in the sender or the receiver
};

/// The counters of one collector in one pass.
struct SentCounters {
    std::vector<SentGroup> groups;
    /// The descriptors are of files that contain numbers, one per domain of an event, whose id is 1 if the thread runs
    /// there (resctrl). Else they are of counters.
    bool files = false;
    std::size_t size() const {
        std::size_t values = 0;
        for (const SentGroup& group : groups)
            values += group.positions.size();
        return values;
    }
};

} // namespace bytebound
