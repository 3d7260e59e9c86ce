#include "workload/patterns.hpp"

#include "base/text.hpp"

namespace bytebound {

const PatternEntry* find_pattern(std::string_view name) {
    for (const PatternEntry* entry : patterns())
        if (entry->name == name) return entry;
    return nullptr;
}

std::vector<std::string> pattern_names() {
    std::vector<std::string> names;
    for (const PatternEntry* entry : patterns())
        names.emplace_back(entry->name);
    return names;
}

Result<void> check(const Pattern& pattern) {
    const PatternEntry* entry = find_pattern(pattern.name);
    if (entry == nullptr)
        return fail({ExitCode::usage, "plan", "--pattern " + to_text(pattern), "there is no such pattern",
                     "known: " + join(pattern_names(), ", ")});
    return entry->check(pattern);
}

Result<void> no_parameters(const Pattern& pattern) {
    if (pattern.parameters.empty()) return {};
    return fail({ExitCode::usage, "plan", "--pattern " + to_text(pattern), pattern.name + " takes no parameters",
                 "give --pattern " + pattern.name});
}

Result<std::unique_ptr<TraceSource>> make_source(const TraceSpec& spec) {
    TRY(check(spec.workload.pattern));
    return find_pattern(spec.workload.pattern.name)->make(spec);
}

} // namespace bytebound
