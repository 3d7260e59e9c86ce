#include "cli/version.hpp"

#include "counters/names/vendor_names.hpp"
#include "counters/registry.hpp"
#include "experiment/schedule/run.hpp"
#include "history/history_store.hpp"
#include "import/xctrace.hpp"
#include "io/valgrind.hpp"
#include "loops/update_loop.hpp"
#include "machine/environment.hpp"

namespace bytebound {
namespace {

std::string part(std::string name, bool built_in) {
    name.resize(26, ' ');
    return "  " + name + (built_in ? "yes" : "no") + "\n";
}

} // namespace

std::string version_text() {
    const BuildInfo build = build_info();
    std::string text = "bytebound " + build.version;
    if (!build.git_revision.empty()) text += " (git " + build.git_revision + ")";
    text += "\n" + build.compiler + ", " + build.flags + ", " + build.build_type + "\n";
    for (const auto& [name, version] : build.libraries)
        text += name + " " + version + ", ";
    text.replace(text.size() - 2, 2, "\n");
    text += "Optional parts built in:\n";
    for (const CollectorEntry& entry : collectors()) {
        text += part("collector " + std::string(entry.name), entry.built_in());
    }
    for (const LoopEntry& entry : loops()) {
        if (entry.kind == LoopKind::torch) text += part("loop " + std::string(entry.name), entry.built_in);
    }
    text += part("libpfm4 event names", has_vendor_names());
    text += part("history (SQLite)", has_history());
    text += part("XML of xctrace (pugixml)", reads_xctrace_xml());
    text += part("valgrind client requests", knows_valgrind());
    return text;
}

} // namespace bytebound
