#pragma once
// Converts one DRAM source of a preset to the counters of this machine's boxes.

#include <map>
#include <string>
#include <vector>

#include "base/sysroot.hpp"
#include "preset/preset.hpp"

namespace bytebound {

/// The PMUs that a source selects on this machine, sorted; if there are none, empty, with the reason in `why`.
std::vector<std::string> boxes_of(const SysRoot& root, const MemorySource& source, std::string& why);

/// Merges equal warnings about several boxes: text -> boxes.
class BoxWarnings {
public:
    void add(const std::string& box, std::string text);
    /// The same for a box that is left out: lines() lists each such box.
    void add_left_out(const std::string& box, std::string text);
    /// "uncore_imc_0 and 7 more: TEXT", in order of first occurrence.
    std::vector<std::string> lines() const;

private:
    struct Entry {
        std::string text;
        std::vector<std::string> boxes;
        bool each = false;
    };
    void add(const std::string& box, std::string text, bool each);

    std::vector<Entry> entries_;
};

/// The counters of all boxes. Error: the fault of the first broken box, and the names of the others. `differing`:
/// aliases of the kernel that differ from the preset's events.
tl::expected<std::vector<MemoryCounter>, std::string> encode_source(const SysRoot& root, const MemorySource& source,
                                                                    const std::vector<std::string>& boxes,
                                                                    BoxWarnings& warnings,
                                                                    std::vector<std::string>& differing);

} // namespace bytebound
