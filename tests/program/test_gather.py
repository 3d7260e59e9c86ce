"""scripts/gather-machine: what it records reads back as the machine it was recorded on, and nothing private is in it."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from conftest import ROOT, binary, call

MACHINES = ROOT / "tests" / "fixtures" / "machines"
PRIVATE = ["SN-4711-SECRET", "52:54:00:12:34:56", "alices-laptop", "3f2a9c17d4e84b0f"]


def gather(out, *words, root=None):
    environment = {**os.environ, **({"GATHER_ROOT": str(root)} if root else {})}
    return subprocess.run(["sh", str(ROOT / "scripts" / "gather-machine"), str(out), *map(str, words)], env=environment,
                          text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


def answer(root):
    done = call("doctor", "--json", "--sysroot", root)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["intel-adl-hybrid-user", "arm-altra-dmc620", "amd-genoa-umc", "container-seccomp",
                                  "intel-icx-broken-alias", "arm-graviton3-vm", "nvidia-grace", "container-paranoid-4", "container-rootless"])
def test_a_recording_of_a_recording_gets_the_same_diagnosis(name, tmp_path):
    done = gather(tmp_path / "again", "/bin/false", root=MACHINES / name)
    assert done.returncode == 0, done.stderr
    assert "files" in done.stderr and not (tmp_path / "again" / "probes.json").exists()
    shutil.copy(MACHINES / name / "probes.json", tmp_path / "again")
    assert answer(tmp_path / "again") == answer(MACHINES / name)


def test_nothing_private_is_recorded(tmp_path):
    root = tmp_path / "root"
    shutil.copytree(MACHINES / "intel-skx-2s", root)
    serial, mac, host, container = PRIVATE
    for name, text in {"sys/class/dmi/id/product_serial": serial, "sys/class/net/eth0/address": mac,
                       "proc/sys/kernel/hostname": host, "proc/cmdline": f"root=UUID={container} mitigations=off host={host}",
                       "proc/version": f"Linux version 6.1.0 (alice@{host}) (gcc 12.2) #1 SMP",
                       "proc/self/cgroup": f"0::/system.slice/docker-{container}.scope\n1:cpu:/user.slice/{host}",
                       "proc/2/comm": host}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text + "\n")
    with open(root / "proc/cpuinfo", "a") as file:
        file.write(f"Serial\t\t: {serial}\n")
    assert gather(tmp_path / "out", "/bin/false", root=root).returncode == 0
    recorded = "".join(path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file())
    for secret in PRIVATE:
        assert secret not in recorded
    assert "mitigations=off" in recorded and "Linux version 6.1.0" in recorded
    assert "docker" in (tmp_path / "out" / "proc/self/cgroup").read_text()


def test_this_machine_recorded_with_its_probes_reads_as_this_machine(tmp_path):
    done = gather(tmp_path / "here", binary())
    assert done.returncode == 0, done.stderr
    live, recorded = json.loads(call("doctor", "--json").stdout), answer(tmp_path / "here")
    assert recorded["machine"].pop("live") is False and live["machine"].pop("live") is True
    assert recorded["machine"] == live["machine"]
    assert {probe: value if isinstance(value, int) else value["errno"] for probe, value in recorded["probes"].items()} == \
        {probe: value if isinstance(value, int) else value["errno"] for probe, value in live["probes"].items()}
    for of_recorded, of_live in zip(recorded["sources"], live["sources"]):
        if of_live["source"] != "valgrind":  # a recorded machine's programs are unknown
            assert of_recorded == of_live


def test_the_settings_of_this_machine_are_recorded(tmp_path):
    assert gather(tmp_path / "here", "/bin/false").returncode == 0
    live = json.loads(call("doctor", "--tuning", "--json").stdout)["items"]
    recorded = json.loads(call("doctor", "--tuning", "--json", "--sysroot", tmp_path / "here").stdout)["items"]
    # Loads and processes are not recorded; what an idle interrupt does may change in between.
    changing = {"smt_sibling", "cpu_load", "load_average", "irqbalance", "swap", "interrupts"}
    for before, after in zip(live, recorded):
        if before["name"] not in changing:
            assert after == before
    assert (tmp_path / "here" / "proc" / "interrupts").exists() == os.path.exists("/proc/interrupts")


def test_a_nonempty_directory_is_left_unchanged(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    done = gather(tmp_path)
    assert done.returncode == 2 and "not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
