#include "counters/permission.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "base/text.hpp"
#include "counters/sys_file.hpp"

namespace bytebound {
namespace {

constexpr int cap_sys_admin = 21;
constexpr int cap_perfmon = 38;

constexpr const char* container_remedy = "docker run --cap-add PERFMON --security-opt seccomp=unconfined ...";

/// A value in proc/self/status: "CapEff:\t000001ffffffffff".
std::string status_word(const std::string& status, std::string_view key) {
    for (const std::string& line : split(status, '\n')) {
        if (!line.starts_with(key)) continue;
        const auto rest = trim(std::string_view(line).substr(key.size()));
        return std::string(rest.substr(0, rest.find_first_of("\t ")));
    }
    return {};
}

void gather_status(const SysRoot& root, PermissionFacts& facts) {
    const std::string status = text_of(root, "proc/self/status");
    if (const std::string word = status_word(status, "CapEff:"); !word.empty())
        facts.capabilities = parse_unsigned("0x" + word);
    if (const std::string word = status_word(status, "Seccomp:"); !word.empty())
        if (const auto value = parse_unsigned(word)) facts.seccomp = static_cast<int>(*value);
    // "Uid: real effective saved filesystem"
    for (const std::string& line : split(status, '\n')) {
        if (!line.starts_with("Uid:")) continue;
        const auto words = split(line, '\t');
        if (words.size() > 2)
            if (const auto uid = parse_unsigned(trim(words[2]))) facts.effective_uid = static_cast<int>(*uid);
    }
}

/// In the first user namespace, proc/self/uid_map is "0 0 4294967295".
bool in_user_namespace(const SysRoot& root) {
    std::vector<std::string> words;
    for (const std::string& word : split(text_of(root, "proc/self/uid_map"), ' '))
        if (!trim(word).empty()) words.emplace_back(trim(word));
    return !words.empty() && words != std::vector<std::string>{"0", "0", "4294967295"};
}

/// "none [integrity] confidentiality" -> "integrity".
std::string lockdown_level(std::string_view text) {
    const std::size_t open = text.find('[');
    const std::size_t close = text.find(']');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
    return std::string(text.substr(open + 1, close - open - 1));
}

/// Mainline knows levels up to 2. Debian and Ubuntu add 3 and 4, above which only CAP_SYS_ADMIN opens events: their
/// check (security/perf: "Allow further restriction of perf_event_open") is older than CAP_PERFMON and does not know
/// it.
constexpr int highest_mainline_level = 2;

bool of_distribution(const PermissionFacts& facts) { return facts.paranoid.value_or(0) > highest_mainline_level; }

bool has_capability(const PermissionFacts& facts, int bit) {
    return facts.capabilities && (*facts.capabilities >> bit & 1u) != 0;
}

SourceDiagnosis level_too_high(const PermissionFacts& facts, const PermissionNeed& need) {
    if (of_distribution(facts) && !facts.user_namespace && has_capability(facts, cap_perfmon)) {
        const std::string level = std::to_string(*facts.paranoid);
        return unavailable(Cause::paranoid,
                           "perf_event_paranoid is " + level +
                               ", where the kernels of Debian and Ubuntu demand CAP_SYS_ADMIN, not CAP_PERFMON",
                           std::string(facts.container ? "on the host: " : "") +
                               "sudo sysctl kernel.perf_event_paranoid=2");
    }
    const std::string sysctl = "sudo sysctl kernel.perf_event_paranoid=" + std::to_string(need.paranoid);
    std::string cause = "perf_event_paranoid is " + std::to_string(*facts.paranoid) + " and " +
                        (facts.user_namespace ? "a user namespace has" : "there is") + " no CAP_PERFMON";
    if (!need.what.empty())
        cause.append(": ").append(need.what).append(" needs level " + std::to_string(need.paranoid) + " or lower");
    if (facts.user_namespace) return unavailable(Cause::paranoid, std::move(cause), "on the host: " + sysctl);
    // CAP_PERFMON, which a container could be given, does not help above level 2.
    if (facts.container && of_distribution(facts))
        return unavailable(Cause::paranoid, std::move(cause) + " or CAP_SYS_ADMIN", "on the host: " + sysctl);
    return unavailable(Cause::paranoid, std::move(cause), facts.container ? container_remedy : sysctl);
}

} // namespace

PermissionFacts gather_permissions(const SysRoot& root) {
    PermissionFacts facts;
    facts.paranoid = integer_of(root, "proc/sys/kernel/perf_event_paranoid");
    facts.lockdown = lockdown_level(text_of(root, "sys/kernel/security/lockdown"));
    gather_status(root, facts);
    facts.user_namespace = in_user_namespace(root);
    facts.container = runs_in_container(root);
    return facts;
}

bool runs_in_container(const SysRoot& root) {
    // Kernel threads are visible only in the first PID namespace.
    const bool first_namespace = text_of(root, "proc/2/comm") == "kthreadd";
    if (!first_namespace && (root.exists(".dockerenv") || root.exists("run/.containerenv"))) return true;
    const std::string cgroup = text_of(root, "proc/self/cgroup");
    constexpr std::array markers{"docker", "kubepods", "containerd", "libpod", "/lxc"};
    return std::any_of(markers.begin(), markers.end(),
                       [&](const char* marker) { return cgroup.find(marker) != std::string::npos; });
}

bool may_ignore_paranoid(const PermissionFacts& facts) {
    // The kernel checks the capability in the first user namespace.
    if (facts.user_namespace) return false;
    return has_capability(facts, cap_sys_admin) || (!of_distribution(facts) && has_capability(facts, cap_perfmon));
}

SourceDiagnosis diagnose_refusal(const PermissionFacts& facts, int error, const PermissionNeed& need) {
    // The kernel's own checks return EACCES; EPERM comes from a layer before them.
    if (error == EACCES && facts.paranoid.value_or(need.paranoid) > need.paranoid && !may_ignore_paranoid(facts))
        return level_too_high(facts, need);
    if (error == EPERM && facts.seccomp.value_or(0) == 2)
        return unavailable(Cause::seccomp, "a seccomp filter refuses perf_event_open", container_remedy);
    // Mainline refuses only PERF_SAMPLE_REGS_INTR under lockdown; some distributions' kernels refuse more.
    if (error == EPERM && (facts.lockdown == "confidentiality" || facts.lockdown == "integrity"))
        return unavailable(Cause::lockdown, "kernel lockdown (" + facts.lockdown + ") refuses perf_event_open",
                           "boot without lockdown=" + facts.lockdown + " (Secure Boot turns it on)");
    return unavailable(
        Cause::security_module,
        std::string("a security policy (SELinux or another security module) refuses perf_event_open") +
            (facts.paranoid ? " though level and capabilities allow it" : "; perf_event_paranoid cannot be read"),
        "sudo dmesg | grep -i denied");
}

} // namespace bytebound
