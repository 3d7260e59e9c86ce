#include "experiment/plan/run_options.hpp"

namespace bytebound {

std::string_view name_of(Between between) {
    switch (between) {
    case Between::none: return "none";
    case Between::use: return "use";
    case Between::evict: return "evict";
    }
    return "";
}

std::string_view name_of(Qualify qualify) {
    switch (qualify) {
    case Qualify::always: return "always";
    case Qualify::cached: return "cached";
    case Qualify::off: return "off";
    }
    return "";
}

std::string_view loop_name(const RunOptions& options, LoopKind kind) {
    if (kind == LoopKind::brought) return options.brought_loop;
    for (const LoopEntry& entry : loops())
        if (entry.kind == kind) return entry.name;
    return {};
}

} // namespace bytebound
