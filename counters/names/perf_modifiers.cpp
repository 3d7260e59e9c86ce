#include "counters/names/perf_modifiers.hpp"

#include <algorithm>

namespace bytebound {
namespace {

struct Letter {
    char letter;
    std::string_view refusal; ///< empty: ignored
};

// perf's modifiers except u and k (tools/perf/util/parse-events.l, "modifier_event").
constexpr Letter letters[] = {
    {'H', {}}, // host only: the counted threads are this program's, and it runs no guest
    {'I', {}}, // not in the idle task: a thread is never that task
    {'S', {}}, // the values of a group in each sample
    {'W', {}}, // a group that may be split
    {'X', {}}, // a group that may not be regrouped
    {'p', "requests precise samples, and events are counted here, not sampled"},
    {'P', "requests precise samples, and events are counted here, not sampled"},
    {'G', "counts in guests only, and this program runs none"},
    {'h', "counts in the hypervisor, which is always excluded here"},
    {'D', "pins an event to the PMU, and passes and groups are planned here"},
    {'e', "requests the PMU for one event alone, and passes and groups are planned here"},
    {'b', "counts in a BPF program, which is not supported"},
    {'R', "reads a latency of retirement from samples, and events are counted here, not sampled"},
};

} // namespace

std::optional<Modifiers> parse_modifiers(std::string_view text) {
    if (text.empty()) return {};
    Modifiers modifiers;
    bool user = false, kernel = false;
    for (const char c : text) {
        if (c == 'u' || c == 'k') {
            (c == 'u' ? user : kernel) = true;
            continue;
        }
        const auto known = std::find_if(std::begin(letters), std::end(letters),
                                        [&](const Letter& letter) { return letter.letter == c; });
        if (known == std::end(letters)) return {};
        if (known->refusal.empty()) {
            modifiers.ignored += c;
        } else if (modifiers.refused.empty()) {
            modifiers.refused = std::string(1, c);
            modifiers.refusal = known->refusal;
        }
    }
    if (user && kernel)
        modifiers.domain = Domain::user_and_kernel;
    else if (user)
        modifiers.domain = Domain::user;
    else if (kernel)
        modifiers.domain = Domain::kernel;
    return modifiers;
}

} // namespace bytebound
