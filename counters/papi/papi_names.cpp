#include "counters/papi/papi_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "counters/names/event_name.hpp"

namespace bytebound {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 18> translations = {{{"cycles", "PAPI_TOT_CYC"},
                                                {"cpu-cycles", "PAPI_TOT_CYC"},
                                                {"instructions", "PAPI_TOT_INS"},
                                                {"ref-cycles", "PAPI_REF_CYC"},
                                                {"branches", "PAPI_BR_INS"},
                                                {"branch-instructions", "PAPI_BR_INS"},
                                                {"branch-misses", "PAPI_BR_MSP"},
                                                {"task-clock", "perf::PERF_COUNT_SW_TASK_CLOCK"},
                                                {"cpu-clock", "perf::PERF_COUNT_SW_CPU_CLOCK"},
                                                {"page-faults", "perf::PERF_COUNT_SW_PAGE_FAULTS"},
                                                {"faults", "perf::PERF_COUNT_SW_PAGE_FAULTS"},
                                                {"minor-faults", "perf::PERF_COUNT_SW_PAGE_FAULTS_MIN"},
                                                {"major-faults", "perf::PERF_COUNT_SW_PAGE_FAULTS_MAJ"},
                                                {"context-switches", "perf::PERF_COUNT_SW_CONTEXT_SWITCHES"},
                                                {"cs", "perf::PERF_COUNT_SW_CONTEXT_SWITCHES"},
                                                {"cpu-migrations", "perf::PERF_COUNT_SW_CPU_MIGRATIONS"},
                                                {"migrations", "perf::PERF_COUNT_SW_CPU_MIGRATIONS"},
                                                {"cgroup-switches", "perf::PERF_COUNT_SW_CGROUP_SWITCHES"}}};

/// These happen inside the kernel; restricted to user code, the kernel counts 0 of them.
constexpr std::array<std::string_view, 6> kernel_only = {
    "perf::PERF_COUNT_SW_CONTEXT_SWITCHES", "perf::CONTEXT-SWITCHES", "perf::CS",
    "perf::PERF_COUNT_SW_CPU_MIGRATIONS",   "perf::CPU-MIGRATIONS",   "perf::MIGRATIONS"};

bool is_preset(std::string_view name) { return name.starts_with("PAPI_"); }
bool is_of_a_component(std::string_view name) { return name.find(":::") != std::string_view::npos; }

std::string_view masks_of(Domain domain) {
    switch (domain) {
    case Domain::kernel: return ":u=0:k=1";
    case Domain::user_and_kernel: return ":u=1:k=1";
    case Domain::user:
    case Domain::unrestricted: break;
    }
    return {};
}

PapiName none(std::string reason, std::string remedy) {
    return {{}, Domain::user, std::move(reason), std::move(remedy)};
}

} // namespace

bool is_papi_name(std::string_view name) { return is_preset(name) || is_of_a_component(name); }

Result<PapiName> papi_name_of(std::string_view written) {
    if (is_of_a_component(written)) return PapiName{std::string(written), Domain::unrestricted, {}, {}};
    const auto parsed = TRY(parse_event_name(written));
    if (!parsed.suffix.empty())
        return fail({ExitCode::usage, "resolve event", std::string(written),
                     "'" + parsed.suffix + "' is not a modifier", "write :u, :k or :uk", 0});
    std::string name(parsed.body);
    if (parsed.form == EventName::Form::bare && !is_preset(name)) {
        const auto known = std::find_if(translations.begin(), translations.end(),
                                        [&](const Pair& pair) { return pair.first == name; });
        name = known == translations.end() ? std::string() : std::string(known->second);
    }
    if (name.empty() || (parsed.form != EventName::Form::bare && parsed.form != EventName::Form::vendor))
        return none("PAPI does not have this name", "give PAPI's own name (papi_native_avail), or --collector perf");
    if (is_preset(name)) {
        if (parsed.domain.value_or(Domain::user) != Domain::user)
            return none("PAPI's presets count user code here", "remove the modifier, or use the native event");
        return PapiName{std::move(name), Domain::user, {}, {}};
    }
    const bool in_kernel = std::find(kernel_only.begin(), kernel_only.end(), name) != kernel_only.end();
    if (in_kernel && parsed.domain == Domain::user)
        return none("it happens only inside the kernel: restricted to user code it counts 0", "leave out :u");
    const Domain domain = parsed.domain.value_or(in_kernel ? Domain::user_and_kernel : Domain::user);
    name += masks_of(domain);
    return PapiName{std::move(name), domain, {}, {}};
}

} // namespace bytebound
