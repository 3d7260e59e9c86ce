"""doctor --tuning, and scripts/tune-system on small trees: what it sets, and that it restores it however it ends."""
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

import jsonschema
import pytest

from conftest import ROOT, binary, call, run_tiny, schema

SCRIPT = ROOT / "scripts" / "tune-system"
CPU = "sys/devices/system/cpu"
HUGE = "sys/kernel/mm/transparent_hugepage"

# A noisy machine: two CPUs, of which CPU 1 is measured on. What tune-system sets, as (former, quiet).
NOISY = {
    f"{CPU}/cpu1/cpufreq/energy_performance_preference": ("balance_power", "performance"),
    f"{CPU}/cpu1/cpufreq/scaling_governor": ("powersave", "performance"),
    f"{CPU}/intel_pstate/no_turbo": ("0", "1"),
    f"{CPU}/cpu1/cpuidle/state2/disable": ("0", "1"),
    f"{CPU}/intel_uncore_frequency/package_00_die_00/min_freq_khz": ("800000", "2400000"),
    f"{HUGE}/enabled": ("always", "madvise"),
    f"{HUGE}/defrag": ("always", "madvise"),
    "proc/sys/kernel/numa_balancing": ("1", "0"),
    "sys/kernel/mm/ksm/run": ("1", "0"),
    "proc/sys/vm/swappiness": ("60", "0"),
    "proc/irq/24/smp_affinity_list": ("0-1", "0"),
    "proc/sys/kernel/nmi_watchdog": ("1", "0"),
}
OTHERS = {
    f"{CPU}/online": "0-1",
    f"{CPU}/cpu0/cpufreq/scaling_governor": "powersave",
    f"{CPU}/cpu1/cpuidle/state2/name": "C6",
    f"{CPU}/cpu1/cpuidle/state2/latency": "133",
    f"{CPU}/intel_uncore_frequency/package_00_die_00/max_freq_khz": "2400000",
    "sys/devices/system/node/online": "0-1",
    "sys/devices/system/node/node0/cpulist": "0",
    "sys/devices/system/node/node1/cpulist": "1",
    "proc/meminfo": "MemTotal: 1000 kB\nSwapTotal: 1000 kB\nSwapFree: 1000 kB",
    "proc/interrupts": "           CPU0       CPU1\n 24:          0          5  IO-APIC   5-edge      eth0",
    "proc/irq/24/effective_affinity_list": "1",
    "proc/sys/kernel/random/boot_id": "first",
    "proc/sys/kernel/randomize_va_space": "2",
}
# The kernel shows these choices with the chosen word in brackets.
SHOWN = {f"{HUGE}/enabled": "[always] madvise never", f"{HUGE}/defrag": "[always] defer defer+madvise madvise never"}


class Machine:
    """A tree with sys/ and proc/, and the state file beside them."""

    def __init__(self, root):
        self.root, self.state = root, root / "state.json"
        for name, text in {**{path: former for path, (former, _) in NOISY.items()}, **SHOWN, **OTHERS}.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")

    def values(self):
        """Every file of the tree but the state file."""
        return {str(path.relative_to(self.root)): path.read_text().strip() for path in sorted(self.root.rglob("*"))
                if path.is_file() and path != self.state}

    def value(self, name):
        text = (self.root / name).read_text().strip()
        return text.split("[")[1].split("]")[0] if "[" in text else text

    def settings(self):
        return {name: self.value(name) for name in NOISY}

    def words(self, action, *words, cpus="1"):
        more = ["--cpus", cpus] if action != "restore" else []
        return [sys.executable, str(SCRIPT), action, "--root", str(self.root), "--state", str(self.state), *more,
                *map(str, words)]

    def tune(self, action, *words, bytebound=None, cpus="1"):
        return subprocess.run(self.words(action, *words, cpus=cpus), text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, env=environment(bytebound))

    def start(self, *command):
        """apply -- COMMAND, when COMMAND has created the file `ready`."""
        def signals_of_a_terminal():  # the tests may run in the background or under nohup
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)

        child = subprocess.Popen(self.words("apply", "--", *command), stderr=subprocess.PIPE, text=True, env=environment(),
                                 cwd=self.root, preexec_fn=signals_of_a_terminal)
        deadline = time.monotonic() + 30
        while not (self.root / "ready").exists():
            assert time.monotonic() < deadline and child.poll() is None, child.stderr.read()
            time.sleep(0.01)
        (self.root / "ready").unlink()
        return child


FORMER = {name: former for name, (former, _) in NOISY.items()}
QUIET = {name: quiet for name, (_, quiet) in NOISY.items()}
WAITING = ["sh", "-c", "touch ready; exec sleep 60"]


def environment(bytebound=None):
    return {**os.environ, "BYTEBOUND": str(bytebound or binary())}


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def document(root, cpus="1"):
    done = call("doctor", "--tuning", "--json", "--sysroot", root, "--cpus", cpus)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    jsonschema.validate(answer, schema("tuning"))
    return answer


# ------------------------------------------------------------------------------------------------- doctor --tuning


def test_doctor_lists_a_noisy_machine_s_files_with_their_commands(machine):
    answer = document(machine.root)
    assert answer["live"] is False and answer["cpus"] == [1]
    files = {file["path"][1:]: (file["found"], file["quiet"]) for item in answer["items"] for file in item["files"]}
    assert files == NOISY
    for item in answer["items"]:
        assert item["effect"] and item["source"]
        if item["change"] == "files":
            assert item["set"] == [f"echo {file['quiet']} > {file['path']}" for file in item["files"]]
            assert item["restore"] == [f"echo {file['found']} > {file['path']}" for file in reversed(item["files"])]


def test_the_cpus_decide_which_settings_are_looked_at(machine):
    governor = {cpus: next(item for item in document(machine.root, cpus)["items"] if item["name"] == "governor")
                for cpus in ("0", "0-1", "auto")}
    assert [file["path"] for file in governor["0"]["files"]] == [f"/{CPU}/cpu0/cpufreq/scaling_governor"]
    assert len(governor["0-1"]["files"]) == 2
    assert governor["auto"] == governor["0"]  # a run with one worker gets CPU 0
    assert call("doctor", "--tuning", "--sysroot", machine.root, "--cpus", "2").returncode == 2
    wrong = call("doctor", "--cpus", "0")
    assert wrong.returncode == 2 and "--tuning" in wrong.stderr


def test_the_text_fits_the_terminal_and_its_commands_can_be_copied(machine):
    text = call("doctor", "--tuning", "--sysroot", machine.root, "--cpus", "1").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert text.splitlines()[0].startswith("recorded machine, CPU 1: 12 of 20 noisy, ")
    joined = text.replace(" \\\n  ", "")
    for name, (former, quiet) in NOISY.items():
        for value in (former, quiet):
            assert f"   echo {value} > /{name}\n" in joined


def test_this_machine_is_looked_at_as_it_is():
    done = call("doctor", "--tuning", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    jsonschema.validate(answer, schema("tuning"))
    assert answer["live"] is True
    for item in answer["items"]:
        for file in item["files"]:
            text = pathlib.Path(file["path"]).read_text().strip()
            assert file["found"] == text or f"[{file['found']}]" in text, file
    text = call("doctor", "--tuning").stdout
    assert [line.split()[0] for line in text.splitlines()[1:] if line[0].isalpha() and line.split()[0] in
            {item["name"] for item in answer["items"]}] == [item["name"] for item in answer["items"]]


# ------------------------------------------------------------------------------------------------- show and apply


def test_show_lists_the_items_and_files_of_doctor_and_changes_nothing(machine):
    before = machine.values()
    done = machine.tune("show")
    assert done.returncode == 0, done.stderr
    expected = []
    for item in document(machine.root)["items"]:
        expected.append(f"{item['name']} {item['verdict']}: {item['value'] or item['reason']}")
        expected += [f"  {file['path']}: {file['found']} -> {file['quiet']}" for file in item["files"]]
    assert done.stdout.splitlines() == expected
    assert machine.values() == before and not machine.state.exists()


def test_apply_with_a_command_sets_runs_and_restores(machine):
    before = machine.values()
    done = machine.tune("apply", "--", sys.executable, "-c",
                        f"import sys; sys.exit(7 if open('{machine.root}/{CPU}/intel_pstate/no_turbo').read() == '1\\n' else 9)")
    assert done.returncode == 7, done.stderr
    assert machine.settings() == FORMER
    assert {name: text for name, text in machine.values().items() if name not in NOISY} == \
        {name: text for name, text in before.items() if name not in NOISY}
    assert not machine.state.exists()
    assert [path.name for path in machine.root.iterdir() if path.is_file()] == []


def test_apply_without_a_command_keeps_the_former_values_for_restore(machine):
    done = machine.tune("apply")
    assert done.returncode == 0, done.stderr
    assert machine.settings() == QUIET
    assert stat.S_IMODE(machine.state.stat().st_mode) == 0o600
    state = json.loads(machine.state.read_text())
    assert {file["path"][1:]: (file["former"], file["set"]) for file in state["files"]} == NOISY
    kept = machine.state.read_bytes()
    again = machine.tune("apply")
    assert again.returncode == 3 and "restore first" in again.stderr
    assert machine.state.read_bytes() == kept and machine.settings() == QUIET
    assert machine.tune("restore").returncode == 0
    assert machine.settings() == FORMER and not machine.state.exists()
    nothing = machine.tune("restore")
    assert nothing.returncode == 0 and "nothing to restore" in nothing.stderr


def test_a_quiet_machine_needs_no_state_file(machine):
    for name, (_, quiet) in NOISY.items():
        machine.write(name, quiet)
    machine.write("proc/irq/24/effective_affinity_list", "0")
    done = machine.tune("apply")
    assert done.returncode == 0 and "nothing to set" in done.stderr and not machine.state.exists()
    assert machine.tune("apply", "--", "sh", "-c", "exit 5").returncode == 5


def test_skipped_items_are_left_as_they_are(machine):
    assert machine.tune("apply", "--skip", "interrupts,turbo").returncode == 0
    assert machine.settings() == {**QUIET, "proc/irq/24/smp_affinity_list": "0-1", f"{CPU}/intel_pstate/no_turbo": "0"}
    assert machine.tune("restore").returncode == 0 and machine.settings() == FORMER
    unknown = machine.tune("apply", "--skip", "turbos")
    assert unknown.returncode == 2 and "turbos" in unknown.stderr and machine.settings() == FORMER


def test_a_command_that_does_not_start_is_127_and_everything_is_restored(machine):
    done = machine.tune("apply", "--", machine.root / "no-such-program")
    assert done.returncode == 127 and "no-such-program" in done.stderr
    assert machine.settings() == FORMER and not machine.state.exists()


# ------------------------------------------------------------------------------------------------- ends


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_is_passed_to_the_command_and_everything_is_restored(machine, name):
    child = machine.start(*WAITING)
    assert machine.settings() == QUIET
    child.send_signal(getattr(signal, name))
    child.communicate(timeout=30)
    assert child.returncode == 128 + getattr(signal, name)
    assert machine.settings() == FORMER and not machine.state.exists()


def test_a_killed_command_is_137_and_everything_is_restored(machine):
    done = machine.tune("apply", "--", "sh", "-c", "kill -9 $$")
    assert done.returncode == 137 and machine.settings() == FORMER and not machine.state.exists()


def kill_tune_system(machine):
    """apply -- sleep, killed; the command is ended, too."""
    child = machine.start("sh", "-c", "echo $$ > pid; touch ready; exec sleep 60")
    child.kill()
    os.kill(int((machine.root / "pid").read_text()), signal.SIGKILL)
    child.communicate(timeout=30)
    (machine.root / "pid").unlink()
    assert machine.settings() == QUIET and machine.state.exists()


def test_after_kill_9_restore_puts_everything_back(machine):
    kill_tune_system(machine)
    done = machine.tune("restore")
    assert done.returncode == 0 and "12 files restored" in done.stderr
    assert machine.settings() == FORMER and not machine.state.exists()


def test_after_kill_9_the_next_apply_restores_before_it_sets(machine):
    kill_tune_system(machine)
    done = machine.tune("apply", "--skip", "turbo")
    assert done.returncode == 0 and "12 files restored" in done.stderr
    state = json.loads(machine.state.read_text())
    assert {file["path"][1:]: file["former"] for file in state["files"]} == \
        {name: former for name, former in FORMER.items() if "no_turbo" not in name}
    assert machine.tune("restore").returncode == 0 and machine.settings() == FORMER


def test_restore_and_apply_wait_for_nobody_while_a_command_runs(machine):
    child = machine.start(*WAITING)
    kept = machine.state.read_bytes()
    for action in ("restore", "apply"):
        done = machine.tune(action)
        assert done.returncode == 3 and "another tune-system uses it" in done.stderr
    assert machine.state.read_bytes() == kept and machine.settings() == QUIET
    child.terminate()
    child.communicate(timeout=30)
    assert machine.settings() == FORMER


# ------------------------------------------------------------------------------------------------- failures


def replacing(machine, tmp, name):
    """A bytebound that, after it has listed the files, replaces one of them by a directory, which nobody can read."""
    path = tmp / "bytebound"
    path.write_text(f'#!/bin/sh\n"{binary()}" "$@" || exit\nrm -f "{machine.root}/{name}" && mkdir "{machine.root}/{name}"\n')
    path.chmod(0o755)
    return path


def test_a_file_that_fails_in_the_middle_is_reported_and_what_was_set_is_restored(machine, tmp_path_factory):
    name = "proc/sys/vm/swappiness"
    done = machine.tune("apply", "--", "touch", machine.root / "ran",
                        bytebound=replacing(machine, tmp_path_factory.mktemp("program"), name))
    assert done.returncode == 1, done.stderr
    assert f"error: set /{name} to 0 (swappiness): Is a directory (EISDIR)" in done.stderr
    assert not (machine.root / "ran").exists()
    (machine.root / name).rmdir()
    machine.write(name, "60")
    assert machine.settings() == FORMER
    # It could not be read when the others were restored: its former value remains in the state file.
    assert machine.state.exists() and machine.tune("restore").returncode == 0 and not machine.state.exists()


def test_partial_keeps_what_could_be_set(machine, tmp_path_factory):
    name = "proc/sys/vm/swappiness"
    done = machine.tune("apply", "--partial", bytebound=replacing(machine, tmp_path_factory.mktemp("program"), name))
    assert done.returncode == 0 and "EISDIR" in done.stderr
    (machine.root / name).rmdir()
    machine.write(name, "60")
    assert machine.settings() == {**QUIET, name: "60"}
    assert machine.tune("restore").returncode == 0 and machine.settings() == FORMER


@pytest.fixture
def shared_machine():
    """A tree that every user can read."""
    root = pathlib.Path(tempfile.mkdtemp(prefix="bytebound-tuning-"))
    root.chmod(0o777)
    yield Machine(root)
    shutil.rmtree(root)


def test_a_file_that_may_not_be_written_is_reported_and_what_was_set_is_restored(shared_machine):
    machine, refused = shared_machine, f"{HUGE}/enabled"
    as_root = os.geteuid() == 0
    for path in [machine.root, *machine.root.rglob("*")]:
        if as_root:
            os.chown(path, 65534, 65534)
    if as_root:
        os.chown(machine.root / refused, 0, 0)
    os.chmod(machine.root / refused, 0o444)

    def become_nobody():
        if as_root:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)

    done = subprocess.run(machine.words("apply", "--", "true"), env=environment(), text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60, preexec_fn=become_nobody)
    if "Permission denied: '" in done.stderr or "find bytebound" in done.stderr:
        pytest.skip("another user may not run the program from here")
    assert done.returncode == 1 and "(EACCES)" in done.stderr, done.stderr
    assert machine.settings() == FORMER and not machine.state.exists()


def test_only_root_may_set_this_machine(shared_machine):
    if os.geteuid() != 0:
        done = subprocess.run([sys.executable, SCRIPT, "apply", "--state", shared_machine.state], text=True, capture_output=True)
    else:
        done = subprocess.run([sys.executable, SCRIPT, "apply", "--state", shared_machine.state], text=True, capture_output=True,
                              preexec_fn=lambda: os.setuid(65534))
    if "can't open file" in done.stderr:
        pytest.skip("another user may not read the script here")
    assert done.returncode == 3 and "only root can change them" in done.stderr, done.stderr
    assert not shared_machine.state.exists()


def script():
    loader = importlib.machinery.SourceFileLoader("tune_system", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("tune_system", loader))
    sys.dont_write_bytecode, former = True, sys.dont_write_bytecode
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = former
    return module


def test_a_file_that_keeps_another_value_gets_its_former_one_again(machine):
    tuner = script()

    class Rounding(tuner.Tree):
        """Its kernel rounds a frequency."""

        def write(self, path, value):
            super().write(path, "2300000" if value == "2400000" else value)

    path = f"{CPU}/intel_uncore_frequency/package_00_die_00/min_freq_khz"
    with pytest.raises(tuner.Refusal, match="2300000 instead of 2400000 was the result"):
        tuner.set_value(Rounding(machine.root), {"path": "/" + path, "former": "800000", "set": "2400000"})
    assert machine.value(path) == "800000"


def test_a_value_that_changed_since_it_was_listed_is_not_overwritten(machine):
    tuner = script()
    path = "/proc/sys/vm/swappiness"
    with pytest.raises(tuner.Refusal, match="it changed from 10 to 60 meanwhile"):
        tuner.set_value(tuner.Tree(machine.root), {"path": path, "former": "10", "set": "0"})
    assert machine.value(path[1:]) == "60"


# ------------------------------------------------------------------------------------------------- restore


def test_what_another_program_changed_is_left_as_it_is(machine):
    assert machine.tune("apply").returncode == 0
    machine.write("proc/irq/24/smp_affinity_list", "1")
    done = machine.tune("restore")
    assert done.returncode == 0 and "/proc/irq/24/smp_affinity_list is left as it is: 1 was set by another program" in done.stderr
    assert machine.settings() == {**FORMER, "proc/irq/24/smp_affinity_list": "1"} and not machine.state.exists()


def test_a_file_that_is_gone_is_reported_and_the_others_are_restored(machine):
    assert machine.tune("apply").returncode == 0
    shutil.rmtree(machine.root / CPU / "cpu1" / "cpuidle")  # the CPU is offline
    done = machine.tune("restore")
    assert done.returncode == 0 and "state2/disable no longer exists" in done.stderr
    assert all(machine.value(name) == former for name, former in FORMER.items() if "cpuidle" not in name)


def test_after_a_restart_the_former_values_are_not_written(machine):
    assert machine.tune("apply").returncode == 0
    machine.write("proc/sys/kernel/random/boot_id", "second")
    done = machine.tune("restore")
    assert done.returncode == 0 and "restarted" in done.stderr
    assert machine.settings() == QUIET and not machine.state.exists()


def spoil(machine, change):
    assert machine.tune("apply").returncode == 0
    state = json.loads(machine.state.read_text())
    change(state)
    machine.state.write_text(json.dumps(state))


@pytest.mark.parametrize("path", ["/etc/passwd", "/sys/power/state", "/sys/devices/system/cpu/../../../etc/boost", "proc/irq/24/run",
                                  "/sys/devices/system/cpu/cpu1/online"])
def test_a_state_file_does_not_make_it_write_what_the_table_does_not_list(machine, path):
    machine.write("etc/passwd", "0")
    machine.write("sys/power/state", "0")
    machine.write(f"{CPU}/cpu1/online", "0")
    spoil(machine, lambda state: state["files"].append({"item": "turbo", "path": path, "former": "1", "set": "0"}))
    done = machine.tune("restore")
    assert done.returncode == 1 and "not a file of the tuning table" in done.stderr
    assert machine.value("etc/passwd") == "0" and machine.value("sys/power/state") == "0"
    assert machine.value(f"{CPU}/cpu1/online") == "0" and machine.settings() == FORMER


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "bytebound.tuning-state/1"}', "\0\0",
                                  '{"schema": "bytebound.tuning-state/1", "root": "/", "kept": true, "files": [{"path": 3}]}'])
def test_a_damaged_state_file_is_left_as_it_is_and_nothing_is_changed(machine, text):
    machine.state.write_text(text)
    for action in ("restore", "apply"):
        done = machine.tune(action)
        assert done.returncode == 5 and "it is damaged" in done.stderr
    assert machine.state.read_text() == text and machine.settings() == FORMER


def test_a_state_file_of_a_later_version_is_left_as_it_is(machine):
    spoil(machine, lambda state: state.update(schema="bytebound.tuning-state/2"))
    kept = machine.state.read_bytes()
    for action in ("restore", "apply"):
        done = machine.tune(action)
        assert done.returncode == 5 and "bytebound.tuning-state/2" in done.stderr
    assert machine.state.read_bytes() == kept and machine.settings() == QUIET


def test_a_state_file_that_others_can_write_or_of_another_root_is_refused(machine):
    assert machine.tune("apply").returncode == 0
    machine.state.chmod(0o666)
    assert machine.tune("restore").returncode == 5
    machine.state.chmod(0o600)
    spoiled = json.loads(machine.state.read_text())
    machine.state.write_text(json.dumps({**spoiled, "root": "/"}))
    assert machine.tune("restore").returncode == 5 and machine.settings() == QUIET


def test_links_are_not_followed_out_of_the_tree(machine, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "scaling_governor").write_text("powersave\n")
    link = machine.root / CPU / "cpu1" / "cpufreq" / "scaling_governor"
    link.unlink()
    link.symlink_to(outside / "scaling_governor")
    assert machine.tune("apply", "--skip", "governor").returncode == 0
    state = json.loads(machine.state.read_text())
    state["files"].append({"item": "governor", "path": f"/{CPU}/cpu1/cpufreq/scaling_governor", "former": "ondemand",
                           "set": "powersave"})
    machine.state.write_text(json.dumps(state))
    done = machine.tune("restore")
    assert done.returncode == 1 and "outside of sys/ and proc/" in done.stderr
    assert (outside / "scaling_governor").read_text() == "powersave\n"


def test_a_policy_s_link_within_the_tree_is_followed(machine):
    policy = machine.root / CPU / "cpufreq" / "policy1"
    policy.parent.mkdir()
    (machine.root / CPU / "cpu1" / "cpufreq").rename(policy)
    (machine.root / CPU / "cpu1" / "cpufreq").symlink_to("../cpufreq/policy1")
    assert machine.tune("apply").returncode == 0 and machine.settings() == QUIET
    assert machine.tune("restore").returncode == 0 and machine.settings() == FORMER


def test_the_state_file_is_not_written_through_a_link(machine, tmp_path_factory):
    target = tmp_path_factory.mktemp("target") / "victim"
    machine.state.symlink_to(target)
    done = machine.tune("apply")
    assert done.returncode == 5 and not target.exists() and machine.settings() == FORMER
    target.write_text("mine")
    assert machine.tune("restore").returncode == 5 and target.read_text() == "mine"


def test_a_state_file_in_a_directory_that_does_not_exist_changes_nothing(machine):
    done = machine.tune("apply", "--state", machine.root / "nowhere" / "state.json")
    assert done.returncode == 3 and "nothing was changed" in done.stderr and machine.settings() == FORMER


# ------------------------------------------------------------------------------------------------- run


def test_a_run_records_the_items_before_and_after(tmp_path):
    run = run_tiny(tmp_path / "run", "--ks", "4", "--loops", "paired", "--collector", "none")
    facts = {(fact["group"], fact["name"]): fact for fact in json.loads((run.path / "run.json").read_text())["environment"]}
    pages = facts["memory", "transparent huge pages"]
    assert pages["after"] == pages["value"]
    assert facts["cpu", "model"]["after"] is None and facts["load", "chosen CPUs"]["after"] is None
    assert facts["load", "average"]["after"]
    page = (run.path / "ENVIRONMENT.md").read_text()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]
    assert ["group", "fact", "value", "after"] in rows
    row = next(row for row in rows if "transparent huge pages" in row)
    assert row[2:] == ([pages["value"], "same"] if pages["value"] else [f"n/a: {pages['reason']}", ""])
