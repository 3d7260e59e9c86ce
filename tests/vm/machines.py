"""The guests: their hardware as QEMU switches, what is put into them, and which checks read what they say.

All run under TCG, QEMU's own interpreter: no KVM, nothing of the host's hardware is seen. Device names and switches are
those of QEMU 7.2 (Debian 12).
"""
import dataclasses
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Machine:
    name: str
    purpose: str
    architecture: str  # "arm64" or "amd64"
    switches: list
    script: str  # of tests/vm/guest/
    programs: list  # meson targets, put into /bin of the guest
    files: list = dataclasses.field(default_factory=list)  # of the fetched folder, put into / of the guest
    boots: int = 1  # more than one: the logs must be equal, byte for byte
    limit_seconds: int = 120


COMMON = ["-nographic", "-no-reboot", "-nodefaults", "-serial", "mon:stdio"]

# One virtual CPU on which every instruction takes exactly 2 ns of virtual time (shift=1), and nothing that could differ
# between two boots: no seed, no wall clock, no random bytes in the device tree.
DETERMINISTIC = ["-M", "virt,dtb-randomness=off", "-smp", "1", "-m", "1G", "-icount", "shift=1,sleep=off", "-rtc",
                 "base=2026-01-01,clock=vm", "-seed", "1"]


def nodes(cpus, memory="512M"):
    """NUMA switches: one node per entry of `cpus` ("0-1"; None: memory only). Distance 21 between any two."""
    switches = []
    for node, here in enumerate(cpus):
        switches += ["-object", f"memory-backend-ram,id=m{node},size={memory}", "-numa",
                     f"node,nodeid={node},memdev=m{node}" + (f",cpus={here}" if here else "")]
    for a in range(len(cpus)):
        for b in range(a + 1, len(cpus)):
            switches += ["-numa", f"dist,src={a},dst={b},val=21"]
    return switches


MACHINES = [
    Machine("v1", "exact counts: 1 CPU, fixed icount", "arm64", ["-cpu", "neoverse-n1", *DETERMINISTIC], "v1.sh",
            ["tests/vm/vm_exact", "tests/vm/vm_user_read", "tests/kernel/kernel_core_pmu",
             "tests/kernel/kernel_user_read", "bytebound"], boots=2),
    Machine("v3", "no PMU", "arm64", ["-cpu", "neoverse-n1,pmu=off", *DETERMINISTIC], "v3.sh",
            ["tests/vm/vm_no_pmu", "bytebound"]),
]


def command(machine, kernel, initramfs):
    system = {"arm64": "qemu-system-aarch64", "amd64": "qemu-system-x86_64"}[machine.architecture]
    console = {"arm64": "ttyAMA0", "amd64": "ttyS0"}[machine.architecture]
    return [system, "-accel", "tcg", *machine.switches, *COMMON, "-kernel", str(kernel), "-initrd", str(initramfs),
            "-append", f"console={console} panic=-1 quiet nokaslr"]
