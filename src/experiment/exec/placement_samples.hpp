#pragma once
// Where a command runs and where its pages are, seen from outside.

#include <sys/types.h>

#include <map>
#include <set>
#include <string>

#include "record/subject.hpp"

namespace bytebound {

/// Pages per node in a numa_maps text: the sum of its N<node>=<pages> words.
std::map<int, std::uint64_t> pages_in_numa_maps(std::string_view text);
/// The value of Cpus_allowed_list in a status text; empty: it has none.
std::string allowed_list_in(std::string_view status);

/// Collects what /proc says of running commands, during warm-up runs: reading it takes locks of the process.
class PlacementSamples {
public:
    /// As a Sampler: `self` is a PlacementSamples.
    static void sample(void* self, pid_t pid);
    void put(CommandRecord& record) const;

private:
    std::set<std::string> cpus_;
    std::map<int, std::uint64_t> pages_; ///< of the last sample that had any
    bool looked_ = false, no_numa_maps_ = false;
};

} // namespace bytebound
