#include <algorithm>
#include <chrono>

#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "doctor/diagnosis.hpp"
#include "machine/placement.hpp"
#include "machine/tuning.hpp"
#include "render/answers/doctor_text.hpp"
#include "render/answers/tuning_text.hpp"

namespace bytebound {
namespace {

/// The CPUs of --cpus; auto: the one that a run with one worker gets.
Result<std::vector<int>> chosen_cpus(const Machine& machine, const std::string& request) {
    auto cpus = TRY(resolve_cpus(machine, request));
    if (request == "auto" && cpus.size() > 1) cpus.resize(1);
    std::sort(cpus.begin(), cpus.end());
    return cpus;
}

Result<TuningAnswer> look_at_tuning(const SysRoot& root, const std::string& cpus_request) {
    const Machine machine = TRY(discover(root));
    TuningAnswer answer;
    answer.live = root.is_live();
    answer.hypervisor = machine.virtualisation.hypervisor;
    answer.cpus = TRY(chosen_cpus(machine, cpus_request));
    answer.states = read_tuning(root, machine, answer.cpus, read_load(root, std::chrono::milliseconds(200)));
    return answer;
}

ExitCode show_tuning(const SysRoot& root, const std::string& cpus, bool json) {
    const auto answer = look_at_tuning(root, cpus);
    if (!answer) return complain(answer.error());
    return print(json ? tuning_json(*answer) : tuning_text(*answer));
}

} // namespace

ExitCode doctor_main(const std::vector<std::string>& words) {
    bool json = false, tuning = false;
    std::string cpus;
    SysRoot root;
    const Syntax syntax{
        "bytebound doctor",
        "Reports which sources of figures work on this machine and, for each that does not, why and how\n"
        "to fix it. --tuning: what makes this machine noisy, and the commands that set and restore it.",
        "bytebound doctor --tuning --cpus 2-3",
        {json_option(json),
         flag("--tuning", "settings and loads that disturb measurements, instead", "Tuning", tuning),
         {"--cpus", "CPUS", "with --tuning: auto | 0,2-3 | core:0-1 | package:0 (auto)", "Tuning", text_into(cpus)},
         sysroot_option(root)},
        "",
        0,
        0};
    const auto parsed = parse(syntax, words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    if (!cpus.empty() && !tuning)
        return complain(bad_value("--cpus", "only --tuning looks at CPUs", "add --tuning").value());
    if (tuning) return show_tuning(root, cpus.empty() ? "auto" : cpus, json);
    KernelSys sys;
    const MachineDiagnosis diagnosis = diagnose_machine(root.is_live() ? &sys : nullptr, root);
    return print(json ? doctor_json(diagnosis) : doctor_text(diagnosis));
}

} // namespace bytebound
