#!/usr/bin/env python3
"""The guests: their hardware as QEMU switches, what is put into them, and which checks read what they say.

All run under TCG, QEMU's own interpreter: no KVM, nothing of the host's hardware is seen. Device names and switches are
those of QEMU 7.2 (Debian 12).

Called with an architecture it prints the meson targets that its guests need.
"""
import dataclasses
import sys


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


def nodes(*parts, distances):
    """NUMA switches for (CPUs, memory) of every node, either of them None, and {(a, b): distance}."""
    switches = []
    for node, (cpus, memory) in enumerate(parts):
        words = [f"node,nodeid={node}"]
        if memory:
            switches += ["-object", f"memory-backend-ram,id=m{node},size={memory}"]
            words.append(f"memdev=m{node}")
        if cpus:
            words.append(f"cpus={cpus}")
        switches += ["-numa", ",".join(words)]
    for (a, b), distance in distances.items():
        switches += ["-numa", f"dist,src={a},dst={b},val={distance}"]
    return switches


TWO_NODES = ["-smp", "4,sockets=2,cores=2,threads=1", "-m", "1G", 
             *nodes(("0-1", "512M"), ("2-3", "512M"), distances={(0, 1): 21})]
ODD_NODES = ["-smp", "4,sockets=2,cores=2,threads=1", "-m", "1G",
             *nodes(("0-1", "512M"), ("2-3", None), (None, "512M"), distances={(0, 1): 21, (0, 2): 40, (1, 2): 40})]

MACHINES = [
    Machine("v1", "exact counts: 1 CPU, fixed icount", "arm64", ["-cpu", "neoverse-n1", *DETERMINISTIC], "v1.sh",
            ["tests/vm/vm_exact", "tests/vm/vm_user_read", "tests/vm/vm_read_cost", "tests/kernel/kernel_core_pmu",
             "tests/kernel/kernel_user_read", "bytebound"], boots=2),
    Machine("v2", "4 CPUs on 2 nodes: placement, hotplug, rights", "arm64",
            ["-M", "virt", "-cpu", "neoverse-n1", *TWO_NODES], "v2.sh",
            ["tests/vm/vm_placement", "bytebound"]),
    Machine("v2b", "a node without memory, a node without CPUs", "arm64",
            ["-M", "virt", "-cpu", "neoverse-n1", *ODD_NODES], "v2b.sh", ["tests/vm/vm_odd_nodes", "bytebound"]),
    Machine("v3", "no PMU", "arm64", ["-cpu", "neoverse-n1,pmu=off", *DETERMINISTIC], "v3.sh",
            ["tests/vm/vm_no_pmu", "bytebound"]),
    Machine("v4", "x86 with the module fakepmu: two Ice Lake memory channels a socket, a core PMU", "amd64",
            ["-M", "q35", "-cpu", "max,vendor=GenuineIntel,family=6,model=106,stepping=6", *TWO_NODES], "v4.sh",
            ["bytebound", "tests/vm/bytebound-driven", "tests/vm/vm_background", "tests/vm/vm_boxes"],
            files=["fakepmu.ko"], limit_seconds=180),
    Machine("v4a", "x86 with the module fakepmu: a Zen 4 memory channel a socket", "amd64",
            ["-M", "q35", "-cpu", "max,vendor=AuthenticAMD,family=25,model=17,stepping=1", *TWO_NODES], "v4a.sh",
            ["bytebound", "tests/vm/bytebound-driven", "tests/vm/vm_boxes"], files=["fakepmu.ko"]),
]


def command(machine, kernel, initramfs):
    system = {"arm64": "qemu-system-aarch64", "amd64": "qemu-system-x86_64"}[machine.architecture]
    # A starved interpreter misses the 10 ticks within which x86 checks its timer, and the kernel would panic.
    append = {"arm64": "console=ttyAMA0", "amd64": "console=ttyS0 no_timer_check tsc=reliable"}[machine.architecture]
    # Linux on x86 patches its code while other CPUs run it (static keys, at every first and last open of an event kind). A
    # CPU of the multi-threaded interpreter (QEMU 7.2) then may see the int3 in between for ever.
    accelerator = {"arm64": "tcg", "amd64": "tcg,thread=single"}[machine.architecture]
    return [system, "-accel", accelerator, *machine.switches, *COMMON, "-kernel", str(kernel), "-initrd", str(initramfs),
            "-append", f"{append} panic=-1 quiet nokaslr"]


def targets(architecture):
    return sorted({p for m in MACHINES if m.architecture == architecture for p in m.programs})


if __name__ == "__main__":
    print("\n".join(targets(sys.argv[1])))
