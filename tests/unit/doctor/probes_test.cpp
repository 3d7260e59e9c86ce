#include <catch2/catch.hpp>

#include <cerrno>
#include <cstring>
#include <map>
#include <vector>

#include "doctor/probes.hpp"

using namespace bytebound;

namespace {

/// A kernel with `counters` general counters, one of which the watchdog may occupy. Counts calls and leaks.
class FakeKernel final : public Sys {
public:
    std::map<std::uint32_t, int> error_of_type; ///< PERF_TYPE_* -> errno
    int counters = 6;
    bool watchdog = false;
    bool privileged = true;
    int open_fds = 0;
    int opened = 0;
    std::vector<perf_event_attr> attrs;

    SysResult perf_event_open(perf_event_attr& attr, pid_t pid, int cpu, int group_fd, unsigned long flags) override {
        attrs.push_back(attr);
        CHECK((flags & PERF_FLAG_FD_CLOEXEC) != 0);
        CHECK((pid == 0 ? cpu == -1 : cpu >= 0)); // its own thread anywhere, or all processes on one CPU
        if (const auto refused = error_of_type.find(attr.type); refused != error_of_type.end())
            return {-1, refused->second};
        if (!privileged && (pid == -1 || attr.exclude_kernel == 0)) return {-1, EACCES};
        if (group_fd < 0) group_ = 0;
        if (attr.type == PERF_TYPE_HARDWARE && group_ == counters) return {-1, EINVAL};
        if (attr.type == PERF_TYPE_HARDWARE) ++group_;
        ++open_fds;
        return {100 + opened++, 0};
    }
    SysResult read(int, void* buffer, std::size_t bytes) override {
        ++reads_;
        // A group of all counters is accepted, but never runs while the watchdog has one.
        const bool runs = group_ + (watchdog ? 1 : 0) <= counters;
        const std::uint64_t words[3] = {runs ? 1000 * reads_ : 0, 500 * reads_, runs ? 500 * reads_ : 0};
        if (bytes < sizeof words) return {-1, ENOSPC};
        std::memcpy(buffer, words, sizeof words);
        return {sizeof words, 0};
    }
    SysResult close(int) override {
        --open_fds;
        return {0, 0};
    }
    SysResult ioctl(int, unsigned long, unsigned long) override { return {-1, ENOTTY}; }
    SysResult map(int, std::size_t, int, int) override { return {-1, ENODEV}; }
    SysResult unmap(void*, std::size_t) override { return {0, 0}; }
    SysResult sched_getaffinity(pid_t, std::size_t, cpu_set_t*) override { return {-1, EINVAL}; }
    SysResult query_pages(unsigned long, void**, int*) override { return {-1, EINVAL}; }

private:
    int group_ = 0;
    std::uint64_t reads_ = 0;
};

Machine two_cpus() {
    Machine machine;
    machine.online = {2, 3};
    return machine;
}

std::vector<PmuFacts> one_pmu(const char* name, PmuKind kind, std::uint32_t type) {
    PmuFacts pmu;
    pmu.name = name;
    pmu.kind = kind;
    pmu.type = type;
    return {pmu};
}

} // namespace

TEST_CASE("every probe is closed and records 0 or its errno") {
    FakeKernel kernel;
    kernel.error_of_type = {{PERF_TYPE_HW_CACHE, ENOENT}, {PERF_TYPE_BREAKPOINT, ENOSPC}};
    const Probes probes = probe_machine(kernel, two_cpus(), one_pmu("msr", PmuKind::other, 9));
    CHECK(kernel.opened > 0);
    CHECK(kernel.open_fds == 0);
    CHECK(probes.at("task-clock").error == 0);
    CHECK(probes.at("LLC-load-misses").error == ENOENT);
    CHECK(probes.at("breakpoint").error == ENOSPC);
    CHECK(probes.at("msr-tsc").error == 0);
    CHECK(probes.count("memory-controller") == 0); // there is none to try
    CHECK(probes.at("cycles").times == ProbeTimes{1000, 500, 500});
}

TEST_CASE("a full group uses all counters, and the watchdog prevents it from running") {
    FakeKernel kernel;
    CHECK(probe_machine(kernel, Machine(), {}).at("full-group").times == ProbeTimes{1000, 500, 500});
    kernel.watchdog = true;
    const Probes probes = probe_machine(kernel, Machine(), {});
    CHECK(probes.at("full-group").times == ProbeTimes{0, 500, 0});
    CHECK(probes.at("cycles").times == ProbeTimes{1000, 500, 500});
    CHECK(kernel.open_fds == 0);
}

TEST_CASE("without hardware counters no group is tried") {
    FakeKernel kernel;
    kernel.error_of_type = {{PERF_TYPE_HARDWARE, ENOENT}, {PERF_TYPE_RAW, ENOENT}};
    const Probes probes = probe_machine(kernel, Machine(), {});
    CHECK(probes.at("cycles") == Probe{ENOENT, std::nullopt});
    CHECK(probes.at("raw").error == ENOENT);
    CHECK(probes.count("full-group") == 0);
    CHECK(probes.count("msr-tsc") == 0);
}

TEST_CASE("thread probes count user mode only, socket-wide ones exclude nothing") {
    FakeKernel kernel;
    kernel.privileged = false;
    auto pmus = one_pmu("uncore_imc_0", PmuKind::memory_controller, 14);
    pmus[0].cpumask = std::vector{7};
    const Probes probes = probe_machine(kernel, two_cpus(), pmus);
    CHECK(probes.at("cycles").error == 0);
    CHECK(probes.at("system-wide").error == EACCES);
    CHECK(probes.at("memory-controller").error == EACCES);
    for (const perf_event_attr& attr : kernel.attrs) {
        const bool socket_wide =
            attr.type == 14 || (attr.type == PERF_TYPE_SOFTWARE && attr.config == PERF_COUNT_SW_CPU_CLOCK);
        CHECK(attr.exclude_kernel == (socket_wide ? 0 : 1));
    }
}

TEST_CASE("probes.json contains errnos, and times if they were measured") {
    const auto probes =
        parse_probes(R"({"cycles": {"errno": 0, "count": 7, "enabled_ns": 9, "running_ns": 8}, "raw": 2})");
    REQUIRE(probes);
    CHECK(probes->at("cycles") == Probe{0, ProbeTimes{7, 9, 8}});
    CHECK(probes->at("raw") == Probe{ENOENT, std::nullopt});
    CHECK(parse_probes("{}")->empty());
    CHECK(parse_probes("[]").error().code == ExitCode::bad_data);
    CHECK(parse_probes("{\"cycles\"").error().cause == "it is not complete JSON: it ends too early");
    CHECK(parse_probes("[]").error().cause == "it is not a JSON object");
    CHECK(parse_probes(R"({"cycles": "no"})").error().cause == "/cycles: it is not a whole number from 0 to 4095");
    CHECK(parse_probes(R"({"cycles": -1})").error().cause == "/cycles: it is not a whole number from 0 to 4095");
    CHECK(parse_probes(R"({"cycles": 4294967297})").error().cause ==
          "/cycles: it is not a whole number from 0 to 4095");
    CHECK(parse_probes(R"({"raw": {"errno": 0, "count": 7}})").error().cause == "/raw/enabled_ns: it is missing");
    CHECK(parse_probes(R"({"raw": 0, "raw": 2})").error().cause == "/raw: the key occurs twice");
}
