#include <cstdlib>

#include "base/text.hpp"
#include "machine/cpu_directory.hpp"
#include "machine/environment_facts.hpp"
#include "machine/tuning_readers.hpp"

namespace bytebound::tuning {
namespace {

const std::string no_setting = "it is the load of other processes: stop them, or choose other CPUs with --cpus";

TuningState busy(const TuningView& view, const std::vector<int>& cpus) {
    const auto share = busiest(view.load.cpus, cpus, &CpuLoad::busy);
    if (!share) return unknown(view.load.reason);
    TuningState state;
    state.value = busiest_text(view.load.cpus, cpus, &CpuLoad::busy);
    state.verdict = *share < busy_percent_limit ? TuningVerdict::quiet : TuningVerdict::noisy;
    return state;
}

} // namespace

TuningState sibling_load(const TuningView& view) {
    const std::vector<int> siblings = other_siblings(view.machine, view.cpus);
    if (siblings.empty()) {
        if (!view.machine.siblings_stated) return unknown("the files do not state SMT siblings");
        TuningState state = unknown("the chosen CPUs have no other SMT siblings");
        state.verdict = TuningVerdict::quiet;
        return state;
    }
    TuningState state = busy(view, siblings);
    if (state.verdict != TuningVerdict::noisy) return state;
    for (const int cpu : siblings) {
        const std::string online = " > /" + cpu_directory + "cpu" + std::to_string(cpu) + "/online";
        state.set.push_back("echo 0" + online);
        state.restore.push_back("echo 1" + online);
    }
    return state;
}

TuningState chosen_load(const TuningView& view) {
    TuningState state = busy(view, view.cpus);
    if (state.verdict == TuningVerdict::noisy) state.cannot = no_setting;
    return state;
}

TuningState load_average(const TuningView& view) {
    const std::string path = "proc/loadavg";
    const auto text = view.root.read(path);
    if (!text) return unknown(environment::unreadable(path, text.error()));
    char* end = nullptr;
    const double average = std::strtod(text->c_str(), &end);
    if (end == text->c_str()) return unknown("/" + path + " does not begin with a number");
    TuningState state;
    state.value = *text;
    state.verdict = load_is_high(average, view.machine.online.size()) ? TuningVerdict::noisy : TuningVerdict::quiet;
    if (state.verdict == TuningVerdict::noisy) state.cannot = no_setting;
    return state;
}

} // namespace bytebound::tuning
