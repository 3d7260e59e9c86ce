// Recorded machines under tests/fixtures/machines. Each is named after its peculiarity; doctor's expected diagnosis is
// in this file.
#include <catch2/catch.hpp>

#include <string>

#include "doctor/diagnosis.hpp"
#include "support/fixtures_path.hpp"

using namespace bytebound;

namespace {

/// The result of diagnose_machine for a recorded machine and a given build: x86_64 with the perf collector alone.
MachineDiagnosis diagnosis_of(const std::string& machine) {
    const SysRoot root(std::string(test::fixtures_path) + "/machines/" + machine);
    REQUIRE(root.exists("proc/cpuinfo"));
    MachineFacts facts = gather_facts(root);
    facts.program.architecture = "x86_64";
    facts.program.built_in = {"perf"};
    if (const auto text = root.read("probes.json"))
        if (auto probes = parse_probes(*text)) facts.probes = *probes;
    return diagnose(std::move(facts));
}

struct Expected {
    const char* machine;
    SourceState core;
    Cause core_cause;
    const char* core_remedy;
    SourceState controller;
    Cause controller_cause;
    const char* controller_remedy;
};

constexpr auto yes = SourceState::available;
constexpr auto no = SourceState::unavailable;
constexpr auto unknown = SourceState::not_probed;

constexpr const char* container_run = "docker run --cap-add PERFMON --security-opt seccomp=unconfined ...";
constexpr const char* vpmu = "give the VM a PMU (QEMU: -cpu host,pmu=on) or use bare metal";
constexpr const char* bare_metal = "use bare metal; here --collector sim models the bytes";
constexpr const char* mount_sys = "docker run -v /sys:/sys:ro ...";
constexpr const char* open_cpus = "sudo sysctl kernel.perf_event_paranoid=0";
constexpr const char* open_users = "sudo sysctl kernel.perf_event_paranoid=1";
constexpr const char* perf_kernel = "use a kernel with CONFIG_PERF_EVENTS=y, outside gVisor";

const Expected machines[] = {
    {"intel-skx-2s", yes, Cause::none, "", yes, Cause::none, ""},
    {"intel-snbep-no-scale", yes, Cause::none, "", yes, Cause::none, ""},
    {"intel-icx-free-running-only", yes, Cause::none, "", yes, Cause::none, ""},
    {"intel-spr-hbm-type-14", yes, Cause::none, "", yes, Cause::none, ""},
    {"intel-client-skl", yes, Cause::none, "", yes, Cause::none, ""},
    {"intel-nvl-family-18", yes, Cause::hybrid, "pin to one kind of core: --cpus 0-7", yes, Cause::none, ""},
    {"amd-naples-zen1", yes, Cause::none, "", yes, Cause::none, ""},
    {"amd-turin-df-only", yes, Cause::none, "", yes, Cause::kernel_too_old, "use Linux 6.7 or newer"},
    {"arm-ampereone", yes, Cause::none, "", yes, Cause::none, ""},
    {"arm-kunpeng-920-v2", yes, Cause::none, "", yes, Cause::none, ""},
    {"arm-thunderx2", yes, Cause::none, "", yes, Cause::none, ""},
    {"arm-graviton2-metal-cmn", yes, Cause::none, "", yes, Cause::none, ""},
    {"arm-a64fx", yes, Cause::none, "", no, Cause::no_hardware, "--collector sim models the bytes"},
    {"apple-m1", yes, Cause::hybrid, "pin to one kind of core: --cpus 0-3", no, Cause::no_hardware,
     "--collector sim models the bytes"},
    {"power10", yes, Cause::none, "", no, Cause::no_hardware, "--collector sim models the bytes"},
    {"container-cpuset", yes, Cause::none, "", yes, Cause::none, ""},
    {"broken-unreadable-format", yes, Cause::none, "", no, Cause::broken_files,
     "report it to the kernel's maintainers; use --collector sim meanwhile"},
    {"broken-empty-cpumask", yes, Cause::none, "", no, Cause::broken_files,
     "report it to the kernel's maintainers; use --collector sim meanwhile"},
    {"intel-icx-broken-alias", yes, Cause::none, "", yes, Cause::none, ""},
    {"intel-icx-snc2", yes, Cause::none, "", yes, Cause::none, ""},
    {"intel-icx-driver-missing", yes, Cause::none, "", no, Cause::driver_missing, "sudo modprobe intel_uncore"},
    {"intel-gnr-old-kernel", yes, Cause::none, "", no, Cause::kernel_too_old, "use Linux 6.8 or newer"},
    {"intel-adl-hybrid-user", yes, Cause::hybrid, "pin to one kind of core: --cpus 0-15", no, Cause::paranoid,
     open_cpus},
    {"intel-vm-counts-zero", no, Cause::counts_nothing, vpmu, no, Cause::vm_hides_uncore, bare_metal},
    {"intel-lockdown-confidentiality", no, Cause::lockdown,
     "boot without lockdown=confidentiality (Secure Boot turns it on)", no, Cause::driver_missing,
     "sudo modprobe intel_uncore"},
    {"intel-skx-offline-package", yes, Cause::none, "", no, Cause::broken_files,
     "bring the package's CPUs online: sudo chcpu -e 28-55"},
    {"amd-genoa-umc", yes, Cause::none, "", yes, Cause::none, ""},
    {"amd-genoa-old-kernel", yes, Cause::none, "", yes, Cause::kernel_too_old, "use Linux 6.7 or newer"},
    {"amd-rome-df", yes, Cause::none, "", yes, Cause::none, ""},
    {"amd-vm-no-vpmu", no, Cause::no_vpmu, vpmu, no, Cause::vm_hides_uncore, bare_metal},
    {"amd-desktop-nmi-watchdog", yes, Cause::nmi_watchdog, "sudo sysctl kernel.nmi_watchdog=0", no, Cause::paranoid,
     open_cpus},
    // The DMC-620 rejects the probe's empty event (EINVAL); the software event shows that counting CPUs is allowed.
    {"arm-altra-dmc620", yes, Cause::none, "", yes, Cause::none, ""},
    {"arm-graviton2-metal-cmn-missing", yes, Cause::none, "", no, Cause::driver_missing, "sudo modprobe arm_cmn"},
    {"arm-graviton3-vm", yes, Cause::none, "", no, Cause::vm_hides_uncore, bare_metal},
    {"arm-big-little", yes, Cause::hybrid, "pin to one kind of core: --cpus 0-3", no, Cause::no_hardware,
     "--collector sim models the bytes"},
    {"nvidia-grace", yes, Cause::none, "", yes, Cause::none, ""},
    {"riscv-not-probed", unknown, Cause::other_architecture, "run a bytebound built for riscv64 there", no,
     Cause::no_hardware, "--collector sim models the bytes"},
    {"power9-nest", yes, Cause::none, "", yes, Cause::none, ""},
    {"container-masked-sysfs", yes, Cause::masked_sysfs, mount_sys, no, Cause::masked_sysfs, mount_sys},
    {"container-seccomp", no, Cause::seccomp, container_run, no, Cause::seccomp, container_run},
    {"container-paranoid-4", no, Cause::paranoid, "on the host: sudo sysctl kernel.perf_event_paranoid=1", no,
     Cause::driver_missing, "on the host: sudo modprobe intel_uncore"},
    {"container-rootless", yes, Cause::none, "", no, Cause::paranoid,
     "on the host: sudo sysctl kernel.perf_event_paranoid=0"},
    {"ubuntu-level4-perfmon", no, Cause::paranoid, "sudo sysctl kernel.perf_event_paranoid=2", no,
     Cause::driver_missing, "sudo modprobe intel_uncore"},
    {"ubuntu-level4-docker", no, Cause::paranoid, "on the host: sudo sysctl kernel.perf_event_paranoid=1", no,
     Cause::driver_missing, "on the host: sudo modprobe intel_uncore"},
    {"ubuntu-level4-docker-perfmon", no, Cause::paranoid, "on the host: sudo sysctl kernel.perf_event_paranoid=2", no,
     Cause::driver_missing, "on the host: sudo modprobe intel_uncore"},
    {"guest-apple-vz", no, Cause::no_vpmu, "use bare metal", no, Cause::vm_hides_uncore, bare_metal},
    {"guest-openstack", no, Cause::no_vpmu, "set hw_pmu=True on the image or use bare metal", no,
     Cause::vm_hides_uncore, bare_metal},
    {"guest-wsl2", no, Cause::no_vpmu,
     "set hardwarePerformanceCounters=true under [wsl2] in .wslconfig or use bare metal", no, Cause::vm_hides_uncore,
     bare_metal},
    {"maps-without-lists", unknown, Cause::not_probed, "run scripts/gather-machine with bytebound on that machine",
     unknown, Cause::not_probed, "run scripts/gather-machine with bytebound on that machine"},
    {"s390x-z15", unknown, Cause::other_architecture, "run a bytebound built for s390x there", no, Cause::no_hardware,
     "--collector sim models the bytes"},
    {"paranoid-3-user", no, Cause::paranoid, open_users, no, Cause::paranoid, open_cpus},
    {"emulated-on-arm", no, Cause::other_architecture, "use a bytebound built for aarch64", no, Cause::no_hardware,
     "--collector sim models the bytes"},
    {"sandbox-no-perf-events", no, Cause::no_perf_events, perf_kernel, no, Cause::no_perf_events, perf_kernel},
    {"broken-files", unknown, Cause::not_probed, "run scripts/gather-machine with bytebound on that machine", no,
     Cause::broken_files, "report it to the kernel's maintainers; use --collector sim meanwhile"},
};

bool warns(const MachineDiagnosis& diagnosis, std::string_view part) {
    for (const std::string& warning : diagnosis.warnings)
        if (warning.find(part) != std::string::npos) return true;
    return false;
}

} // namespace

TEST_CASE("every recorded machine gets its one cause and one remedy") {
    for (const Expected& expected : machines) {
        INFO(expected.machine);
        const MachineDiagnosis diagnosis = diagnosis_of(expected.machine);
        const SourceDiagnosis& core = diagnosis.source("core PMU");
        CHECK(core.state == expected.core);
        CHECK(std::string(name_of(core.kind)) == name_of(expected.core_cause));
        CHECK(core.remedy == expected.core_remedy);
        const SourceDiagnosis& controller = diagnosis.source("memory controller");
        CHECK(controller.state == expected.controller);
        CHECK(std::string(name_of(controller.kind)) == name_of(expected.controller_cause));
        CHECK(controller.remedy == expected.controller_remedy);
        CHECK(diagnosis.source("simulation").state == SourceState::available);
        CHECK(diagnosis.source("clock").state == SourceState::available);
        for (const SourceDiagnosis& line : diagnosis.sources) {
            INFO(line.source);
            CHECK_FALSE(line.cause.empty());
            if (line.state != SourceState::available) CHECK_FALSE(line.remedy.empty());
        }
    }
}

TEST_CASE("causes are complete sentences") {
    CHECK(diagnosis_of("amd-vm-no-vpmu").source("core PMU").cause ==
          "virtual machine without a virtual PMU: no `cpu` device, hardware events answer ENOENT");
    CHECK(diagnosis_of("paranoid-3-user").source("core PMU").cause ==
          "perf_event_paranoid is 3 and there is no CAP_PERFMON (EACCES)");
    CHECK(diagnosis_of("intel-adl-hybrid-user").source("core PMU").cause ==
          "cycles and instructions open; user mode only (perf_event_paranoid 2); hybrid: cpu_core on CPUs 0-15, "
          "cpu_atom on CPUs 16-23");
    CHECK(diagnosis_of("intel-skx-2s").source("memory controller").cause ==
          "uncore_imc_0 and 2 more, counted on CPU 0,28");
    CHECK(diagnosis_of("amd-genoa-old-kernel").source("memory controller").cause ==
          "amd_df, counted on CPU 0,96; no amd_umc (Linux 6.1.0-18-amd64): data-fabric beats instead");
    CHECK(diagnosis_of("emulated-on-arm").source("core PMU").cause ==
          "this x86_64 program runs emulated on aarch64: no perf_event_open (ENOSYS)");
    CHECK(diagnosis_of("intel-skx-2s").source("simulation").cause == "L3 of 38.5 MiB, 11 ways");
    CHECK(diagnosis_of("power9-nest").source("simulation").kind == Cause::geometry_unknown);
    CHECK(diagnosis_of("amd-desktop-nmi-watchdog").source("clock").kind == Cause::slow_clock);
}

TEST_CASE("resctrl on recorded machines: hardware, then kernel, then this build") {
    const auto cause = [](const char* machine) { return diagnosis_of(machine).source("resctrl").kind; };
    CHECK(cause("arm-altra-dmc620") == Cause::not_probed); // cqm_mbm_total is a flag of x86
    CHECK(cause("amd-rome-df") == Cause::not_in_kernel);
    CHECK(cause("intel-skx-2s") == Cause::not_built_in);
}

TEST_CASE("misleading aliases, masks and positions are warnings") {
    CHECK(warns(diagnosis_of("intel-icx-broken-alias"), "uncore_imc_0/cas_count_write/ counts underfill reads"));
    CHECK_FALSE(warns(diagnosis_of("intel-icx-snc2"), "cas_count_write"));
    CHECK_FALSE(warns(diagnosis_of("intel-skx-2s"), "cas_count_write")); // 0x0c is correct on this machine
    CHECK(warns(diagnosis_of("intel-icx-snc2"), "4 NUMA nodes on 2 packages"));
    CHECK(warns(diagnosis_of("amd-rome-df"), "amd_df names 1 CPUs (0) for 2 packages"));
    CHECK(warns(diagnosis_of("intel-skx-offline-package"), "CPUs 28-55 are offline"));
    CHECK(warns(diagnosis_of("intel-gnr-half-alias"), "cas_count_read/ counts only one of two subchannels"));
    CHECK(warns(diagnosis_of("broken-cpumask-offline"), "uncore_imc_1 lists CPU 99, which is not online"));
    CHECK(warns(diagnosis_of("broken-unreadable-format"), "uncore_imc_1/format/umask cannot be read (EISDIR)"));
    // One CPU per die is correct here, and Knights Landing's clock domain is not a fifth controller.
    CHECK_FALSE(warns(diagnosis_of("amd-naples-zen1"), "totals may miss"));
    CHECK_FALSE(warns(diagnosis_of("hygon-dhyana"), "totals may miss"));
    CHECK(diagnosis_of("intel-knl").source("memory controller").cause ==
          "uncore_edc_eclk_0 and 3 more, counted on CPU 0");
    CHECK(diagnosis_of("intel-skx-2s").warnings.empty());
    CHECK(diagnosis_of("nvidia-grace").warnings.empty());
}

TEST_CASE("implausible files are listed one by one") {
    const MachineDiagnosis diagnosis = diagnosis_of("broken-files");
    CHECK(warns(diagnosis, "sys/devices/system/cpu/online is not a CPU list: '0-'"));
    CHECK(warns(diagnosis, "uncore_imc_0/cpumask is not a CPU list: 'zero'"));
    CHECK(warns(diagnosis, "uncore_imc_0/format/event is implausible: 'konfig:0-7'"));
    CHECK(warns(diagnosis, "uncore_imc_0/format/umask is implausible: 'config:8-99'"));
    CHECK(warns(diagnosis, "uncore_imc_1/type is not a number: 'fourteen'"));
    CHECK(diagnosis.warnings.size() == 5);
}

TEST_CASE("a PMU that is in no table is unrecognised, not omitted") {
    const MachineDiagnosis diagnosis = diagnosis_of("arm-big-little");
    int unrecognised = 0;
    for (const PmuFacts& pmu : diagnosis.facts.pmus) {
        if (pmu.kind != PmuKind::unrecognised) continue;
        ++unrecognised;
        CHECK(pmu.name == "frobnicator_0");
        CHECK(pmu.type == 12u);
    }
    CHECK(unrecognised == 1);
}
