#include "experiment/exec/placement_samples.hpp"

#include <fstream>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"

namespace bytebound {
namespace {

std::optional<std::string> text_of(pid_t pid, const char* name) {
    std::ifstream file(fmt::format("/proc/{}/{}", pid, name));
    if (!file) return {};
    return std::string(std::istreambuf_iterator<char>(file), {});
}

} // namespace

std::map<int, std::uint64_t> pages_in_numa_maps(std::string_view text) {
    std::map<int, std::uint64_t> pages;
    for (std::size_t at = text.find(" N"); at != std::string_view::npos; at = text.find(" N", at + 1)) {
        const std::string_view word = text.substr(at + 2, text.find_first_of(" \n", at + 2) - at - 2);
        const std::size_t equals = word.find('=');
        if (equals == std::string_view::npos) continue;
        const auto node = parse_unsigned(word.substr(0, equals)), count = parse_unsigned(word.substr(equals + 1));
        if (node && count) pages[static_cast<int>(*node)] += *count;
    }
    return pages;
}

std::string allowed_list_in(std::string_view status) {
    constexpr std::string_view key = "Cpus_allowed_list:";
    const std::size_t at = status.find(key);
    if (at == std::string_view::npos) return {};
    const std::size_t begin = at + key.size();
    return std::string(trim(status.substr(begin, status.find('\n', begin) - begin)));
}

void PlacementSamples::sample(void* self, pid_t pid) {
    auto& all = *static_cast<PlacementSamples*>(self);
    const auto status = text_of(pid, "status");
    if (!status) return;
    all.looked_ = true;
    if (std::string list = allowed_list_in(*status); !list.empty()) all.cpus_.insert(std::move(list));
    const auto maps = text_of(pid, "numa_maps");
    if (!maps) {
        all.no_numa_maps_ = true;
        return;
    }
    if (auto pages = pages_in_numa_maps(*maps); !pages.empty()) all.pages_ = std::move(pages);
}

void PlacementSamples::put(CommandRecord& record) const {
    record.cpus_seen.assign(cpus_.begin(), cpus_.end());
    for (const auto& [node, count] : pages_)
        record.nodes_seen.push_back(fmt::format("{}: {}", node, count));
    record.nodes_reason.clear();
    if (record.nodes_seen.empty())
        record.nodes_reason = no_numa_maps_ ? "this kernel has no /proc/PID/numa_maps"
                              : looked_     ? "no page was seen"
                                            : "no warm-up run was long enough to look";
}

} // namespace bytebound
