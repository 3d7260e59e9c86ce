#include <algorithm>

#include "base/text.hpp"
#include "machine/cpu_directory.hpp"
#include "machine/environment_facts.hpp"
#include "machine/lists.hpp"
#include "machine/tuning_readers.hpp"

namespace bytebound::tuning {
namespace {

/// A value that no rule judges: it is recorded.
TuningState recorded(const TuningView& view, const std::string& path) {
    TuningState state = one_file(view, path, {""});
    state.files.clear();
    if (state.verdict == TuningVerdict::unknown) return state;
    state.verdict = TuningVerdict::not_judged;
    return state;
}

/// The CPUs without a tick; empty: all have one. A kernel that cannot stop it does not have the file.
Result<std::vector<int>> tickless_cpus(const SysRoot& root) {
    const std::string path = cpu_directory + "nohz_full";
    if (const auto text = root.read(path))
        return parse_cpu_list(*text).value_or(std::vector<int>{}); // "(null)" without the option
    const auto options = TRY(root.read("proc/cmdline"));
    for (const std::string& word : split(options, ' '))
        if (word.starts_with("nohz_full="))
            return fail(
                {ExitCode::bad_data, "read", path, "/proc/cmdline has " + word + ", and there is no /" + path, ""});
    return std::vector<int>{};
}

} // namespace

TuningState nmi_watchdog(const TuningView& view) {
    return one_file(view, "proc/sys/kernel/nmi_watchdog", {"0"}, "the kernel was built without it");
}

TuningState timer_tick(const TuningView& view) {
    const auto tickless = tickless_cpus(view.root);
    if (!tickless)
        return unknown(tickless.error().sys_errno == 0 ? tickless.error().cause
                                                       : environment::unreadable("proc/cmdline", tickless.error()));
    std::vector<int> ticking = difference(view.cpus, *tickless);
    std::sort(ticking.begin(), ticking.end());
    TuningState state;
    state.value = ticking.empty() ? "off" : "on (CPU " + format_cpu_list(ticking) + ")";
    state.verdict = ticking.empty() ? TuningVerdict::quiet : TuningVerdict::noisy;
    if (ticking.empty()) return state;
    const std::string cpus = format_cpu_list(ticking);
    state.set = {"boot with nohz_full=" + cpus + " rcu_nocbs=" + cpus + " isolcpus=" + cpus};
    state.restore = {"boot without these options"};
    if (difference(view.machine.online, view.cpus).empty()) {
        state.cannot = "every online CPU is chosen, and one of them must keep its tick";
        state.set.clear();
        state.restore.clear();
    }
    return state;
}

TuningState sample_rate(const TuningView& view) { return recorded(view, "proc/sys/kernel/perf_event_max_sample_rate"); }

TuningState address_layout(const TuningView& view) { return recorded(view, "proc/sys/kernel/randomize_va_space"); }

} // namespace bytebound::tuning
