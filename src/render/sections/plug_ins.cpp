#include <fmt/format.h>

#include "base/text.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

std::string library_text(const PlugInRecord& plug_in) {
    return plug_in.arguments.empty() ? plug_in.library : plug_in.library + ":" + plug_in.arguments;
}

} // namespace

std::string failure_text(const PlugInRecord& plug_in) {
    if (!plug_in.failure) return {};
    const PlugInFailure& failure = *plug_in.failure;
    std::string text = "failed";
    if (failure.k)
        text += fmt::format(" at k {}, repeat {}, pass {}", *failure.k, failure.repeat.value_or(0),
                            failure.pass.value_or(0));
    return text + ": " + failure.cause;
}

std::vector<std::string> plug_in_lines(const RunRecord& run) {
    std::vector<std::string> lines;
    for (const PlugInRecord& plug_in : run.plug_ins) {
        std::string line = fmt::format("{}: plug-in {}", plug_in.loop, library_text(plug_in));
        if (!plug_in.about.empty()) line += " (" + plug_in.about + ")";
        if (plug_in.failure) line += "; " + failure_text(plug_in);
        lines.push_back(std::move(line));
    }
    return lines;
}

Blocks plug_in_section(const RunRecord& run, const Summary&) {
    if (run.plug_ins.empty()) return {};
    Table table;
    table.columns = {{"loop"}, {"library"}, {"SHA-256"}, {"what it says of itself"}, {"phases"}};
    for (const PlugInRecord& plug_in : run.plug_ins)
        table.rows.push_back({plug_in.loop, library_text(plug_in), plug_in.sha256.empty() ? "n/a" : plug_in.sha256,
                              plug_in.about.empty() ? "n/a" : plug_in.about,
                              plug_in.failure ? failure_text(plug_in) : "proven"});
    return {
        Heading{2, "Plug-ins"},
        Paragraph{"These loops are not part of bytebound (--loop). Each of their phases ran in a process of its own, "
                  "on the same CPU, pool and slab as the other loops. bytebound read the counters and the clock, and "
                  "proved the slab byte for byte; rows written and metadata are what the plug-in says.",
                  Tone::plain},
        std::move(table)};
}

} // namespace bytebound
