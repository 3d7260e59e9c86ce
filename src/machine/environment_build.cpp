#include <gnu/libc-version.h>

#include "base/text.hpp"
#include "machine/build_info/build_info.hpp"
#include "machine/build_info/git_revision.hpp"
#include "machine/environment.hpp"
#include "machine/environment_facts.hpp"

namespace bytebound {

BuildInfo build_info() {
    BuildInfo info;
    info.version = build::version;
    const std::string revision = build::git_revision;
    if (revision != "unknown") info.git_revision = revision;
    info.compiler = build::compiler;
    info.flags = build::flags;
    info.build_type = build::build_type;
    for (const std::string& library : split(build::libraries, ';')) {
        const auto space = library.find(' ');
        if (space != std::string::npos)
            info.libraries.emplace_back(library.substr(0, space), library.substr(space + 1));
    }
    info.libraries.emplace_back("glibc", ::gnu_get_libc_version());
    return info;
}

namespace environment {

void add_build(Facts& facts) {
    const BuildInfo info = build_info();
    facts.add("build", "version", info.version);
    if (info.git_revision.empty())
        facts.missing("build", "git revision", "not built from a git checkout");
    else
        facts.add("build", "git revision", info.git_revision);
    facts.add("build", "compiler", info.compiler);
    facts.add("build", "flags", info.flags);
    facts.add("build", "type", info.build_type);
    for (const auto& [name, version] : info.libraries)
        facts.add("libraries", name, version);
}

} // namespace environment
} // namespace bytebound
