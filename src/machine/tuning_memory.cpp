#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/text.hpp"
#include "machine/environment_facts.hpp"
#include "machine/meminfo.hpp"
#include "machine/tuning_readers.hpp"

namespace bytebound::tuning {

TuningState unknown(std::string reason) {
    TuningState state;
    state.reason = std::move(reason);
    return state;
}

void judge_files(TuningState& state) {
    const bool quiet = std::all_of(state.files.begin(), state.files.end(),
                                   [](const TuningFile& file) { return file.found == file.quiet; });
    state.verdict = quiet ? TuningVerdict::quiet : TuningVerdict::noisy;
}

TuningState one_file(const TuningView& view, const std::string& path, const std::vector<std::string>& quiet,
                     const std::string& absent) {
    const auto text = view.root.read(path);
    if (!text) {
        const bool missing = text.error().sys_errno == ENOENT || text.error().sys_errno == ENOTDIR;
        return unknown(missing && !absent.empty() ? absent : environment::unreadable(path, text.error()));
    }
    if (text->empty()) return unknown("/" + path + " is empty");
    TuningState state;
    state.value = environment::bracketed(*text);
    const bool is_quiet = std::find(quiet.begin(), quiet.end(), state.value) != quiet.end();
    state.files.push_back({path, state.value, is_quiet ? state.value : quiet.front()});
    judge_files(state);
    return state;
}

namespace {

/// Nothing of it needs to be changed here, whatever the value is.
void make_quiet(TuningState& state) {
    for (TuningFile& file : state.files)
        file.quiet = file.found;
    if (!state.files.empty()) judge_files(state);
}

struct SwapSpace {
    std::uint64_t total = 0, used = 0;
};

Result<SwapSpace> swap_space(const SysRoot& root) {
    const std::string path = "proc/meminfo";
    const auto text = TRY(root.read(path));
    const auto total = meminfo_bytes(text, "SwapTotal"), free = meminfo_bytes(text, "SwapFree");
    if (!total || !free || *free > *total) return fail({ExitCode::bad_data, "read", path, "not in /proc/meminfo", ""});
    return SwapSpace{*total, *total - *free};
}

std::string reason_of(const Error& error) {
    return error.sys_errno == 0 ? error.cause : environment::unreadable("proc/meminfo", error);
}

} // namespace

TuningState huge_pages(const TuningView& view) {
    return one_file(view, "sys/kernel/mm/transparent_hugepage/enabled", {"madvise"});
}

TuningState huge_page_defrag(const TuningView& view) {
    return one_file(view, "sys/kernel/mm/transparent_hugepage/defrag", {"madvise", "defer+madvise", "defer", "never"});
}

TuningState numa_balancing(const TuningView& view) {
    TuningState state = one_file(view, "proc/sys/kernel/numa_balancing", {"0"}, "the kernel was built without it");
    if (view.machine.nodes_stated && view.machine.nodes.size() == 1) make_quiet(state);
    return state;
}

TuningState page_merging(const TuningView& view) {
    return one_file(view, "sys/kernel/mm/ksm/run", {"0", "2"}, "the kernel was built without it");
}

TuningState swap(const TuningView& view) {
    const auto space = swap_space(view.root);
    if (!space) return unknown(reason_of(space.error()));
    TuningState state;
    state.value = space->total == 0 ? "no swap"
                                    : format_size(static_cast<double>(space->used)) + " of " +
                                          format_size(static_cast<double>(space->total));
    state.verdict = space->used == 0 ? TuningVerdict::quiet : TuningVerdict::noisy;
    if (space->used > 0) {
        state.set = {"swapoff -a"};
        state.restore = {"swapon -a"};
    }
    return state;
}

TuningState swappiness(const TuningView& view) {
    TuningState state = one_file(view, "proc/sys/vm/swappiness", {"0"});
    if (const auto space = swap_space(view.root); space && space->total == 0) make_quiet(state);
    return state;
}

} // namespace bytebound::tuning
