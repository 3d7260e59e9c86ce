#include <sys/mman.h>

#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "base/unique_fd.hpp"
#include "counters/busy_work.hpp"
#include "doctor/probes.hpp"
#include "io/json_ranges.hpp"

namespace bytebound {
namespace {

// More counters than any core PMU offers to one thread (Intel 8 general + 4 fixed, AMD 6, Arm up to 31 by the
// architecture, 6 in practice).
constexpr std::size_t most_members = 16;

perf_event_attr attributes(std::uint32_t type, std::uint64_t config) {
    perf_event_attr attr{};
    attr.size = sizeof attr;
    attr.type = type;
    attr.config = config;
    attr.exclude_kernel = 1;
    attr.exclude_hv = 1;
    attr.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return attr;
}

struct Opened {
    UniqueFd fd;
    int error = 0;
};

Opened try_open(Sys& sys, perf_event_attr attr, pid_t pid, int cpu, int group = -1) {
    const SysResult result = sys.perf_event_open(attr, pid, cpu, group, PERF_FLAG_FD_CLOEXEC);
    if (!result.ok()) return {UniqueFd(), result.error};
    return {UniqueFd(sys, static_cast<int>(result.value)), 0};
}

std::optional<ProbeTimes> read_times(Sys& sys, int fd) {
    std::uint64_t words[3] = {};
    const SysResult got = sys.read(fd, words, sizeof words);
    if (!got.ok() || got.value != sizeof words) return std::nullopt;
    return ProbeTimes{words[0], words[1], words[2]};
}

/// The counter's change over about 1 ms of work.
std::optional<ProbeTimes> times_over_work(Sys& sys, int fd) {
    const auto before = read_times(sys, fd);
    work_for_a_trial();
    const auto after = read_times(sys, fd);
    if (!before || !after) return std::nullopt;
    return ProbeTimes{after->count - before->count, after->enabled_ns - before->enabled_ns,
                      after->running_ns - before->running_ns};
}

Probe probe_cycles(Sys& sys) {
    const auto cycles = try_open(sys, attributes(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES), 0, -1);
    if (cycles.error) return {cycles.error, std::nullopt};
    return {0, times_over_work(sys, cycles.fd.get())};
}

/// Opens as many counters as one group can have. The kernel accepts a group that fits the PMU even if the NMI watchdog
/// occupies one of its counters; the group then never runs. `branches` uses general counters on all CPUs; the leader
/// `cycles` competes with the watchdog for Intel's fixed counter.
Probe probe_full_group(Sys& sys) {
    const auto leader = try_open(sys, attributes(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES), 0, -1);
    if (leader.error) return {leader.error, std::nullopt};
    std::vector<UniqueFd> members;
    while (members.size() < most_members) {
        auto member =
            try_open(sys, attributes(PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS), 0, -1, leader.fd.get());
        if (member.error) break;
        members.push_back(std::move(member.fd));
    }
    const Probe outcome{0, times_over_work(sys, leader.fd.get())};
    while (!members.empty())
        members.pop_back(); // members close before their leader, or each would become a leader
    return outcome;
}

Probe probe_breakpoint(Sys& sys) {
    static volatile std::uint64_t watched = 0;
    perf_event_attr attr = attributes(PERF_TYPE_BREAKPOINT, 0);
    attr.bp_type = HW_BREAKPOINT_W;
    attr.bp_addr = reinterpret_cast<std::uintptr_t>(&watched);
    attr.bp_len = HW_BREAKPOINT_LEN_8;
    return {try_open(sys, attr, 0, -1).error, std::nullopt};
}

/// Raw code of core cycles. Any raw code would do; this one exists.
std::uint64_t raw_cycles(const CpuIdentity& cpu) {
    if (cpu.vendor == "GenuineIntel") return 0x3c;
    if (cpu.architecture == "x86_64") return 0x76;
    return 0x11; // PMUv3 CPU_CYCLES
}

const PmuFacts* find_pmu(const std::vector<PmuFacts>& pmus, std::string_view name) {
    for (const PmuFacts& pmu : pmus)
        if (pmu.name == name) return &pmu;
    return nullptr;
}

/// Socket-wide PMUs accept neither exclude bits nor a thread.
Probe probe_memory_controller(Sys& sys, const PmuFacts& pmu) {
    perf_event_attr attr = attributes(*pmu.type, 0);
    attr.exclude_kernel = 0;
    attr.exclude_hv = 0;
    const int cpu = pmu.cpumask && !pmu.cpumask->empty() ? pmu.cpumask->front() : 0;
    return {try_open(sys, attr, -1, cpu).error, std::nullopt};
}

} // namespace

Probes probe_machine(Sys& sys, const Machine& machine, const std::vector<PmuFacts>& pmus) {
    const auto thread = [&](std::uint32_t type, std::uint64_t config) {
        return Probe{try_open(sys, attributes(type, config), 0, -1).error, std::nullopt};
    };
    constexpr std::uint64_t llc_load_misses =
        PERF_COUNT_HW_CACHE_LL | PERF_COUNT_HW_CACHE_OP_READ << 8 | PERF_COUNT_HW_CACHE_RESULT_MISS << 16;
    Probes probes;
    probes["task-clock"] = thread(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK);
    probes["cycles"] = probe_cycles(sys);
    probes["instructions"] = thread(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS);
    probes["cache-misses"] = thread(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES);
    probes["LLC-load-misses"] = thread(PERF_TYPE_HW_CACHE, llc_load_misses);
    probes["raw"] = thread(PERF_TYPE_RAW, raw_cycles(machine.cpu));
    probes["breakpoint"] = probe_breakpoint(sys);
    if (const PmuFacts* msr = find_pmu(pmus, "msr"); msr && msr->type) {
        perf_event_attr attr = attributes(*msr->type, 0); // tsc is event=0x00
        attr.exclude_kernel = 0;                          // the msr PMU rejects exclude bits (EINVAL)
        attr.exclude_hv = 0;
        probes["msr-tsc"] = {try_open(sys, attr, 0, -1).error, std::nullopt};
    }
    // Tests the permission for socket-wide counters with an event that needs no hardware.
    const int cpu = machine.online.empty() ? 0 : machine.online.front();
    perf_event_attr wide = attributes(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);
    wide.exclude_kernel = 0;
    wide.exclude_hv = 0;
    probes["system-wide"] = {try_open(sys, wide, -1, cpu).error, std::nullopt};
    const auto controller = std::find_if(pmus.begin(), pmus.end(), [](const PmuFacts& pmu) {
        return pmu.kind == PmuKind::memory_controller && pmu.type;
    });
    if (controller != pmus.end()) probes["memory-controller"] = probe_memory_controller(sys, *controller);
    if (probes["cycles"].error == 0) probes["full-group"] = probe_full_group(sys);
    return probes;
}

namespace {

/// The kernel's MAX_ERRNO.
constexpr int largest_errno = 4095;

struct TimedProbe {
    int error = 0;
    ProbeTimes times;
};

const fields::Table<TimedProbe>& fields_of(const TimedProbe*) {
    using R = TimedProbe;
    static constexpr auto count = [](auto& r) -> auto& { return r.times.count; };
    static constexpr auto enabled = [](auto& r) -> auto& { return r.times.enabled_ns; };
    static constexpr auto running = [](auto& r) -> auto& { return r.times.running_ns; };
    static constexpr fields::Field<R> list[] = {
        fields::field<&R::error, fields::Within<0, largest_errno>::Of>("errno"),
        fields::inner_field<R, count>("count"),
        fields::inner_field<R, enabled>("enabled_ns"),
        fields::inner_field<R, running>("running_ns"),
    };
    static constexpr fields::Table<R> table{list};
    return table;
}

/// An errno, or an object of an errno and what was counted.
Probe probe_of(const nlohmann::json& j) {
    TimedProbe timed;
    if (j.is_object()) {
        fields::read_record(j, timed, fields_of(&timed));
        return {timed.error, timed.times};
    }
    fields::read_whole(j, timed.error, 0, largest_errno);
    return {timed.error, std::nullopt};
}

} // namespace

Result<Probes> parse_probes(std::string_view text) {
    try {
        const nlohmann::json document = parse_json(text);
        if (!document.is_object()) throw std::invalid_argument("it is not a JSON object");
        Probes probes;
        for (auto entry = document.begin(); entry != document.end(); ++entry)
            fields::below(pointer_token(entry.key()), [&] { probes[entry.key()] = probe_of(*entry); });
        return probes;
    } catch (const std::invalid_argument& fault) {
        return fail({ExitCode::bad_data, "read", "probes.json", fault.what(),
                     "record it again with scripts/gather-machine, or remove it"});
    }
}

} // namespace bytebound
