#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "machine/machine.hpp"
#include "render/answers/topology_text.hpp"

namespace bytebound {

ExitCode topology_main(const std::vector<std::string>& words) {
    bool json = false;
    SysRoot root;
    const Syntax syntax{"bytebound topology",
                        "Shows packages, cores, SMT siblings, caches and NUMA nodes, and what can be bound.",
                        "bytebound topology --json",
                        {json_option(json), sysroot_option(root)},
                        "",
                        0,
                        0};
    const auto parsed = parse(syntax, words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    const auto machine = discover(root);
    if (!machine) return complain(machine.error());
    return print(json ? topology_json(*machine) : topology_text(*machine));
}

} // namespace bytebound
