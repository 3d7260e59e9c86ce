#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "doctor/diagnosis.hpp"
#include "render/answers/doctor_text.hpp"

namespace bytebound {

ExitCode doctor_main(const std::vector<std::string>& words) {
    bool json = false;
    SysRoot root;
    const Syntax syntax{
        "bytebound doctor",
        "Reports which sources of figures work on this machine and, for each that does not, why and how\n"
        "to fix it.",
        "bytebound doctor --json",
        {json_option(json), sysroot_option(root)},
        "",
        0,
        0};
    const auto parsed = parse(syntax, words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    KernelSys sys;
    const MachineDiagnosis diagnosis = diagnose_machine(root.is_live() ? &sys : nullptr, root);
    return print(json ? doctor_json(diagnosis) : doctor_text(diagnosis));
}

} // namespace bytebound
