"""The running machine as containers and sandboxes show it: masked files, replaced lists, refused system calls, limits.

Each case hides something from the program in a mount namespace, a seccomp filter or a control group of its own."""

import ctypes
import json
import os
import struct
import subprocess
from pathlib import Path

import pytest

from conftest import binary

PROGRAM = str(binary())
TINY = ["--N", "256", "--m", "64", "--ks", "4", "--loops", "paired", "--steps-per-k", "5", "--repeats", "1", "--warmup", "5",
        "--collector", "none", "--calibration", "none", "--quiet"]


def masked(script, **options):
    """Runs the shell script in a mount namespace of its own; skips where none can be made."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        pytest.skip("no mount namespace can be made here")
    return subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, timeout=60, **options)


def topology(result):
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def a_cpu_besides_the_first():
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        pytest.skip("this process may use one CPU only")
    return cpus[1]


def test_a_worker_is_bound_where_sysfs_shows_one_cpu_of_several(tmp_path):
    cpu = a_cpu_besides_the_first()
    shown = tmp_path / "online"
    shown.write_text(f"{cpu}\n")
    out = tmp_path / "run"
    result = masked(f"mount --bind {shown} /sys/devices/system/cpu/online && exec {PROGRAM} run {' '.join(TINY)} --out {out}")
    assert result.returncode == 0, result.stderr
    assert json.loads((out / "run.json").read_text())["placement"]["cpus"] == [cpu]


def test_the_affinity_decides_where_sysfs_shows_other_cpus(tmp_path):
    cpu = a_cpu_besides_the_first()
    shown = tmp_path / "online"
    shown.write_text(f"{cpu}\n")
    first = min(os.sched_getaffinity(0))
    machine = topology(masked(f"mount --bind {shown} /sys/devices/system/cpu/online && "
                              f"exec taskset -c {first} {PROGRAM} topology --json"))
    assert machine["allowed"] == [first]
    assert first in machine["online"]
    assert first not in machine["offline"]


def test_without_proc_the_affinity_is_still_the_kernels_answer():
    cpu = a_cpu_besides_the_first()
    machine = topology(masked(f"mount -t tmpfs none /proc && exec taskset -c {cpu} {PROGRAM} topology --json"))
    assert machine["allowed"] == [cpu]


def test_an_empty_directory_of_nodes_is_a_machine_without_numa():
    # hwloc 2.9 aborts on it.
    script = "mount -t tmpfs none /sys/devices/system/node && exec "
    machine = topology(masked(script + f"{PROGRAM} topology --json"))
    assert [node["id"] for node in machine["nodes"]] == [0]
    doctor = masked(script + f"{PROGRAM} doctor --json")
    assert any(warning.startswith("hwloc does not describe this machine: ") for warning in json.loads(doctor.stdout)["warnings"])


def test_masked_sysfs_puts_nothing_of_hwloc_on_stderr():
    result = masked(f"mount -t tmpfs none /sys && exec {PROGRAM} topology --json")
    topology(result)
    assert result.stderr == ""


def test_a_node_that_is_possible_but_not_there_does_not_exist(tmp_path):
    possible = Path("/sys/devices/system/node/possible")
    if not possible.exists():
        pytest.skip("this kernel has no NUMA")
    shown = tmp_path / "possible"
    shown.write_text("0-63\n")
    result = masked(f"mount --bind {shown} {possible} && exec {PROGRAM} run {' '.join(TINY)} --mem 63 --out {tmp_path}/run")
    assert result.returncode == 2
    assert "place node 63: this machine has no such node" in result.stderr


def refuse(number, error):
    """A seccomp filter for the calling process: system call `number` fails with `error`, all others run."""
    instructions = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | error), (0x06, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in instructions))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(instructions), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, program, 0, 0) != 0:  # no new privileges; filter
        raise OSError(ctypes.get_errno(), "no seccomp filter")


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the number of the system call is that of x86-64")
@pytest.mark.parametrize("error", [1, 38])
def test_a_refused_sched_getaffinity_is_one_line_and_exit_3(error):
    result = subprocess.run([PROGRAM, "topology"], capture_output=True, text=True, timeout=30,
                            preexec_fn=lambda: refuse(204, error))
    assert result.returncode == 3
    assert result.stderr == (f"bytebound: error: read affinity of the calling thread: the kernel does not report it "
                             f"({'EPERM' if error == 1 else 'ENOSYS'}); allow sched_getaffinity in the container's "
                             f"seccomp profile\n")


@pytest.fixture
def memory_group():
    """A control group of 200 MiB: (its directory, what its limit's file is called)."""
    for parent, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        group = Path(parent) / f"bytebound-test-{os.getpid()}"
        try:
            group.mkdir()
            (group / limit).write_text(str(200 << 20))
        except OSError:
            if group.is_dir():
                group.rmdir()
            continue
        yield group
        group.rmdir()
        return
    pytest.skip("no memory control group can be made here")


def test_a_run_that_does_not_fit_its_memory_cgroup_is_refused_at_planning(memory_group, tmp_path):
    workload = "--N 100000 --m 1024 --ks 16 --hidden-dim 1024 --up-cols 1024"
    script = f"echo $$ > {memory_group}/cgroup.procs && exec {PROGRAM} run {workload} --quick --quiet --out {tmp_path}/run"
    result = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60)
    assert result.returncode == 2, result.stderr
    assert "the memory cgroup allows 200 MiB" in result.stderr
    assert not (tmp_path / "run").exists()

SOFTWARE = "task-clock,page-faults,minor-faults,major-faults,cs,migrations,dummy,cpu-clock,alignment-faults,emulation-faults"


def limited(limit, *words):
    command = ["prlimit", f"--nofile={limit}", PROGRAM, "run", *TINY, "--collector", "perf", "--threads", "2", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("limit, part", [
    ("6", "16 are needed, and the process may open 6"),
    ("20", "the run needs 26 (10 for the trial of each event, 16 for files), and the process may open 20"),
    ("30", "the run needs 36 (20 for the counters of 2 workers, 16 for files), and the process may open 30")])
def test_descriptors_that_do_not_suffice_are_known_before_anything_is_measured(limit, part, tmp_path):
    a_cpu_besides_the_first()
    result = limited(limit, "--events", SOFTWARE, "--out", tmp_path / "run")
    assert result.returncode == 3
    assert part in result.stderr
    assert not (tmp_path / "run").exists()


def test_the_soft_limit_of_descriptors_is_raised_to_the_hard_one(tmp_path):
    a_cpu_besides_the_first()
    result = limited("20:4096", "--events", SOFTWARE, "--out", tmp_path / "run")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("size", ["16k", "48k", "64k", "80k", "100k", "128k", "160k", "200k", "256k", "320k"])
def test_a_run_on_a_small_disk_ends_complete_or_failed_or_does_not_begin(size, tmp_path):
    script = f"""mount -t tmpfs -o size={size} none {tmp_path} || exit 77
        {PROGRAM} run {' '.join(TINY)} --steps-per-k 2000 --out {tmp_path}/run > /dev/null
        code=$?
        cat {tmp_path}/run/run.json 2> /dev/null
        exit $code"""
    result = masked(script)
    if result.returncode == 77:
        pytest.skip("no file system can be mounted here")
    text = result.stdout[result.stdout.find("{"):] if "{" in result.stdout else ""
    if result.returncode == 0:
        assert json.loads(text)["status"] == "complete"
        return
    assert result.returncode == 1
    assert "no space left on the device (ENOSPC); free space" in result.stderr
    if text:
        run = json.loads(text)
        assert run["status"] == "failed" and "(ENOSPC)" in run["failure"]["cause"]


@pytest.mark.parametrize("limit, line", [
    ("--nproc=1", None),
    ("--fsize=4096", "plan files: the calibration has about ")])
def test_a_calibration_beyond_a_limit_is_refused_before_it_measures(limit, line, tmp_path):
    a_cpu_besides_the_first()
    who = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if line is None else []
    if who and (os.geteuid() != 0 or subprocess.run([*who, PROGRAM, "--version"], capture_output=True).returncode != 0):
        pytest.skip("the program cannot be run as somebody else here")
    command = [*who, "prlimit", limit, PROGRAM, "calibrate", "--quick", "--dry-run", "--out", "/tmp/no-such-calibration"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 3, result.stderr
    assert (line or "more threads, and ulimit -u allows ") in result.stderr


def test_doctor_run_strict_and_events_give_one_cause_where_sysfs_is_masked(tmp_path):
    options = " ".join(TINY).replace("--collector none ", "")
    script = f"""mount -t tmpfs none /sys
        {PROGRAM} doctor --json > {tmp_path}/doctor
        {PROGRAM} events resolve cycles --json > {tmp_path}/events
        {PROGRAM} run {options} --out {tmp_path}/run > {tmp_path}/table
        {PROGRAM} run {options} --strict --out {tmp_path}/strict 2> {tmp_path}/error"""
    masked(script)
    core = next(s for s in json.loads((tmp_path / "doctor").read_text())["sources"] if s["source"] == "core PMU")
    if core["available"]:
        pytest.skip("this machine has a core PMU")
    missing = next(u for u in json.loads((tmp_path / "run" / "run.json").read_text())["unavailable"] if u["metric"] == "cycles")
    assert (missing["reason"], missing["remedy"]) == (core["cause"], core["remedy"])
    assert core["cause"] in (tmp_path / "events").read_text()
    assert (tmp_path / "error").read_text() == (f"bytebound: error: count cycles: {core['cause']} (--strict); "
                                                f"{core['remedy']}\n")


@pytest.mark.parametrize("limit", ["4", "5", "6"])
def test_a_library_that_ends_its_process_does_not_end_doctor(limit):
    # PAPI_library_init calls exit(1) without descriptors.
    result = subprocess.run(["prlimit", f"--nofile={limit}", PROGRAM, "doctor", "--json"], capture_output=True, text=True,
                            timeout=60)
    assert result.returncode == 0, result.stderr
    assert {source["source"] for source in json.loads(result.stdout)["sources"]} >= {"core PMU", "PAPI", "clock"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_presets_of_a_home_that_cannot_be_entered_are_like_none(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", PROGRAM, "presets", "show", "generic"]
    environment = {**os.environ, "HOME": str(home)}
    environment.pop("XDG_CONFIG_HOME", None)
    if subprocess.run([*command[:4], PROGRAM, "--version"], capture_output=True).returncode != 0:
        pytest.skip("another user cannot run the binary where it is")
    result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert result.returncode == 0, result.stderr

def test_presets_match_and_doctor_answer_without_cpuinfo(tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    hidden = f"mount --bind {empty} /proc/cpuinfo && exec {PROGRAM} "
    match = masked(hidden + "presets match")
    assert match.returncode == 0, match.stderr
    assert "a CPU that /proc/cpuinfo does not identify" in match.stdout
    assert masked(hidden + "doctor --json").returncode == 0


def test_an_empty_list_of_online_cpus_hides_none(tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    machine = topology(masked(f"mount --bind {empty} /sys/devices/system/cpu/online && exec {PROGRAM} topology --json"))
    assert set(machine["allowed"]) == os.sched_getaffinity(0) <= set(machine["online"])


def test_what_is_not_utf_8_in_sysfs_leaves_json_valid(tmp_path):
    device = os.fsencode(tmp_path) + b"/sys/bus/event_source/devices/odd\xff_pmu"
    os.makedirs(device + b"/events")
    for name, content in {b"/type": b"77\n", b"/events/ev\xff": b"event=0x1\n", b"/events/ev\xff.unit": b"M\xc3B\n"}.items():
        Path(os.fsdecode(device + name)).write_bytes(content)
    for name, content in {"proc/cpuinfo": b"processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Int\xffel\n",
                          "sys/devices/system/cpu/online": b"0\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    for command in ("doctor", "topology", "presets match", "events list"):
        result = subprocess.run([PROGRAM, *command.split(), "--json", "--sysroot", tmp_path], capture_output=True, timeout=60)
        assert result.returncode == 0, result.stderr
        json.loads(result.stdout.decode())


def test_a_sweep_that_does_not_fit_a_memory_cgroup_is_not_blamed_on_the_workload(memory_group, tmp_path):
    limit = next(memory_group.glob("memory.limit_in_bytes"), memory_group / "memory.max")
    limit.write_text(str(60 << 20))
    script = f"echo $$ > {memory_group}/cgroup.procs && exec {PROGRAM} run {' '.join(TINY)} --out {tmp_path}/run"
    result = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60)
    assert result.returncode == 2, result.stderr
    assert "the memory cgroup allows 60 MiB; raise the limit: the sweep reads 4 x the last-level cache" in result.stderr
