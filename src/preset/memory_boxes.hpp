#pragma once
// From one DRAM source of a preset to the counters of this machine's boxes.

#include <map>
#include <string>
#include <vector>

#include "base/sysroot.hpp"
#include "preset/preset.hpp"

namespace bytebound {

/// PMUs that a source means here, sorted; empty with `why` where there are none.
std::vector<std::string> boxes_of(const SysRoot& root, const MemorySource& source, std::string& why);

/// A warning about several boxes is given once: text -> boxes.
class BoxWarnings {
public:
    void add(const std::string& box, std::string text);
    /// "uncore_imc_0 and 7 more: TEXT", in the order in which they arose.
    std::vector<std::string> lines() const;

private:
    std::vector<std::pair<std::string, std::vector<std::string>>> entries_;
};

/// The counters of all boxes. Error: what is wrong with the first broken box. `differing`: the aliases of the kernel
/// that are not the preset's events.
tl::expected<std::vector<MemoryCounter>, std::string> encode_source(const SysRoot& root, const MemorySource& source,
                                                                    const std::vector<std::string>& boxes,
                                                                    BoxWarnings& warnings,
                                                                    std::vector<std::string>& differing);

} // namespace bytebound
