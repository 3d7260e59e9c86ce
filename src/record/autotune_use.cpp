#include "record/autotune_use.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/text.hpp"

namespace bytebound {

std::string supplied_text(const AutotuneUse& use) {
    std::vector<std::string> parts;
    if (use.copy) parts.push_back("copy " + *use.copy);
    if (use.threads) parts.push_back(fmt::format("threads {}", *use.threads));
    if (use.grain) parts.push_back(fmt::format("grain {}", *use.grain));
    if (use.parallel_threshold) parts.push_back(fmt::format("par-threshold {}", *use.parallel_threshold));
    return parts.empty() ? "nothing" : join(parts, ", ");
}

std::string source_text(const AutotuneUse& use) {
    return fmt::format("{} from {} ({})", supplied_text(use), use.file, use.measured);
}

std::string gain_text(const AutotuneUse& use) {
    if (!use.ratio || !use.ci_low || !use.ci_high) return "the defaults, which nothing was faster than";
    return fmt::format("{:.2f}x ({:.2f}-{:.2f}) faster than the defaults with {}", *use.ratio, *use.ci_low,
                       *use.ci_high, use.workload);
}

} // namespace bytebound
