"""bytebound's cache model against two others: callgrind, and a replay in plain Python (brute_force.py)."""
import os
import re
import shutil
import signal
import subprocess
import time

import agreement
import brute_force
import pytest
from conftest import TINY, binary, call, load, row_of, run_tiny

LINES = 16
# Per step: lines of the process's own stack and data, which a set of the small cache evicts together with the rows. 4
# to 8 were seen, depending on where the linker puts what; the simulator leaves them out.
OWN_LINES = 8
SHARE = 0.005
SHARE_BETWEEN = 0.03

needs_valgrind = pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    have = shutil.which("valgrind") is not None
    return agreement.measure_all(tmp_path_factory.mktemp("callgrind"), "callgrind,sim" if have else "sim")


@pytest.fixture(scope="module")
def rows(runs):
    found = [row for name, loaded in runs.items() for row in agreement.agreement(name, loaded)]
    print(agreement.table(found))
    return found


def off_by_more_than(row, share):
    return [(row.name, row.loop, pair) for pair in (row.fetched, row.written)
            if agreement.off_by(pair)[0] > max(LINES, OWN_LINES * row.steps) and agreement.off_by(pair)[1] > share]


def settled(row):
    return not row.odd and (row.footprint <= 0.75 or row.footprint >= 1.5)


@needs_valgrind
def test_callgrind_and_the_simulator_agree_within_half_a_percent_away_from_a_full_cache(rows):
    judged = [row for row in rows if settled(row)]
    assert [bad for row in judged for bad in off_by_more_than(row, SHARE)] == []
    assert len(agreement.distinct(rows)) >= 30
    # Cases with only hits or only misses, and loops that behave like another one, do not count.
    partly = [row for row in agreement.distinct(judged) if 0.01 <= row.hits <= 0.99]
    halfway = [row for row in partly if 0.2 <= row.hits <= 0.8]
    print(f"{len(agreement.distinct(rows))} distinct rows; {len(partly)} of them hit partly, {len(halfway)} 20 to 80 %")
    assert len(partly) >= 20 and len(halfway) >= 8


@needs_valgrind
def test_callgrind_and_the_simulator_agree_within_three_percent_around_a_full_cache(rows):
    judged = [row for row in rows if not row.odd and not settled(row)]
    assert judged
    assert [bad for row in judged for bad in off_by_more_than(row, SHARE_BETWEEN)] == []


@needs_valgrind
def test_callgrind_counts_an_access_that_misses_two_lines_as_one_miss_and_all_other_counts_agree(rows):
    judged = [row for row in rows if row.odd]
    if not judged:
        pytest.skip("this CPU has no AVX2")
    for row in judged:
        for (sim, callgrind), expected in zip((row.fetched, row.written), row.expected):
            print(f"{row.name} {row.loop}: sim {sim}, callgrind {callgrind}, expected of it {expected}")
            assert expected < sim, "such rows have such accesses"
            assert agreement.off_by((expected, callgrind))[0] <= max(LINES, SHARE * expected), row


@pytest.mark.parametrize("name", agreement.EXACT)
def test_a_brute_force_replay_gives_every_buffers_lines_of_every_step(runs, name):
    o = agreement.options(name)
    if name not in runs:
        pytest.skip("this CPU has no AVX2")
    for loop in o.loops.split(","):
        steps = brute_force.replay(agreement.config(o, loop, agreement.copy_of(runs[name], loop)))
        samples = [s for s in runs[name].samples if s["loop"] == loop]
        assert len(steps) == len(samples) == o.steps
        for step, (expected, sample) in enumerate(zip(steps, samples)):
            simulated = {b: [int(sample[f"sim:{b}_read_bytes"]) // 64, int(sample[f"sim:{b}_write_bytes"]) // 64]
                         for b in expected}
            assert simulated == expected, f"{name} {loop} step {step}"


@needs_valgrind
def test_emulated_figures_rank_between_counted_and_simulated_ones(tmp_path):
    # Without oracle, whose trial may choose non-temporal stores, which valgrind cannot emulate.
    loaded = run_tiny(tmp_path / "run", "--collector", "callgrind,sim", "--ks", "16", "--llc", "64KiB:8", "--loops",
                      "paired,index,mask,hybrid")
    for row in loaded.summary["rows"]:
        for metric in ("instructions", "llc_misses", "dram_read_bytes", "dram_write_bytes", "dram_bytes", "amplification",
                       "llc_mpki"):
            figure = row["metrics"][metric]
            assert (figure["tier"], figure["source"]) == ("emulated", "callgrind"), metric
        # Segment 0 only: the distinct steps, regardless of repeats.
        assert row["metrics"]["dram_bytes"]["n"] == 8 and row["metrics"]["dram_bytes"]["blocks"] == 1
        assert row["metrics"]["instructions"]["value"] > 16
        assert [(a["tier"], a["source"]) for a in row["metrics"]["dram_bytes"]["also"]] == [("simulated", "sim")]
        assert row["metrics"]["cycles"] is None
    names = {u["metric"] for u in loaded.run["unavailable"]}
    assert "instructions" not in names and "dram_bytes" not in names and "cycles" in names
    for sample in loaded.samples:
        assert (sample["callgrind:instructions"] != "") == (sample["repeat"] == "0" and sample["pass"] == "0")
        if sample["repeat"] == "0":
            assert int(sample["callgrind:dram_read_bytes"]) == 64 * int(sample["callgrind:llc_misses"])
    emulation = loaded.run["emulation"]
    assert emulation["collector"] == "callgrind" and re.fullmatch(r"\d+\.\d+\.\d+.*", emulation["version"])
    assert emulation["last_level"] == {"size_bytes": 65536, "ways": 8, "line_bytes": 64}
    assert emulation["processes"] == 4
    again = call("report", loaded.path)
    assert again.returncode == 0


@needs_valgrind
def test_a_repeated_run_has_equal_emulated_figures(tmp_path):
    columns = ("callgrind:instructions", "callgrind:llc_misses", "callgrind:dram_write_bytes")
    words = ["--collector", "callgrind", "--ks", "32", "--llc", "64KiB:8", "--loops", "paired,index"]
    first, second = (run_tiny(tmp_path / name, *words) for name in ("a", "b"))
    for a, b in zip(first.samples, second.samples):
        assert [a[c] for c in columns] == [b[c] for c in columns]


def test_auto_starts_no_emulation(tmp_path):
    loaded = run_tiny(tmp_path / "run")
    assert loaded.run["emulation"] is None
    assert not [c for c in loaded.header if c.startswith("callgrind:")]


@needs_valgrind
def test_sets_that_are_not_a_power_of_two_are_rounded_with_a_warning(tmp_path):
    loaded = run_tiny(tmp_path / "run", "--collector", "callgrind", "--loops", "paired", "--ks", "8", "--llc", "192KiB:8")
    assert loaded.run["emulation"]["last_level"] == {"size_bytes": 196608, "ways": 6, "line_bytes": 64}
    assert ("callgrind needs a power of two of sets: it uses 192 KiB with 6 ways instead of 192 KiB with 8 ways"
            in [w["text"] for w in loaded.run["warnings"]])


@needs_valgrind
@pytest.mark.parametrize("copy, reason", [("movsb", "valgrind runs rep movsb byte by byte, as ordinary stores"),
                                          ("prefetch", "valgrind ignores prefetch instructions"),
                                          ("nt", "valgrind treats non-temporal stores as ordinary ones")])
def test_copies_that_valgrind_runs_differently_are_not_emulated(tmp_path, copy, reason):
    if "cannot run" in call("run", *TINY, "--copy", copy, "--dry-run", "--out", tmp_path / "dry").stderr:
        pytest.skip(f"this CPU has no {copy}")
    alone = call("run", *TINY, "--collector", "callgrind", "--loops", "paired", "--copy", copy, "--out", tmp_path / "one")
    assert alone.returncode == 3
    assert f"count with --collector callgrind: it can run none of the loops: {reason}; give --collector auto" in alone.stderr
    assert not (tmp_path / "one").exists()
    # oracle is emulated with memcpy, unless its trial chose non-temporal stores or prefetching
    loaded = run_tiny(tmp_path / "two", "--collector", "callgrind", "--loops", "paired,oracle", "--ks", "8", "--copy", copy)
    assert row_of(loaded, "paired", 8)["unavailable"]["instructions"].endswith(reason)
    oracle = row_of(loaded, "oracle", 8)
    chosen = loaded.run["experiments"][1]["copy_method"]
    if chosen == "nt":
        assert oracle["unavailable"]["instructions"].endswith("valgrind treats non-temporal stores as ordinary ones")
    elif chosen.startswith("prefetch:"):
        assert oracle["unavailable"]["instructions"].endswith("valgrind ignores prefetch instructions")
    else:
        assert oracle["metrics"]["instructions"]["tier"] == "emulated"


def test_without_valgrind_the_collector_is_not_possible_and_says_what_installs_it(tmp_path):
    done = call("run", *TINY, "--collector", "callgrind", "--out", tmp_path / "run", env={"PATH": str(tmp_path)})
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == ("bytebound: error: count with --collector callgrind: no valgrind on PATH; "
                                            "sudo apt-get install valgrind")
    assert not (tmp_path / "run").exists()


def refused(tmp_path, *words, code=3, env=None):
    """The one error line of a run that fails before anything is written."""
    out = tmp_path / "refused"
    done = call("run", *TINY, "--collector", "callgrind", *words, "--out", out, env=env)
    errors = [line for line in done.stderr.splitlines() if line.startswith("bytebound: error:")]
    assert done.returncode == code and len(errors) == 1, done.stderr
    assert not out.exists()
    return errors[0]


@needs_valgrind
@pytest.mark.parametrize("llc, cause", [
    ("64:1", "callgrind accepts caches of more than one line"),
    ("2147483584:31", "with a power of two of sets, up to 2147483647 bytes"),
    ("1KiB:2", "its first level of 1 KiB is more than half of the LLC of 1 KiB; give an --llc of 2 KiB or more"),
])
def test_caches_that_callgrind_refuses_are_refused_before_anything_is_written(tmp_path, llc, cause):
    assert cause in refused(tmp_path, "--llc", llc)


@needs_valgrind
def test_a_temporary_folder_that_cannot_be_used_is_found_before_anything_is_written(tmp_path):
    missing = tmp_path / "missing"
    assert refused(tmp_path, env={"TMPDIR": str(missing)}) == (
        f"bytebound: error: emulate {missing}: a folder for the emulator's output cannot be created there (ENOENT); set TMPDIR to a writable folder")


@needs_valgrind
def test_the_warning_says_that_a_simulated_hierarchy_is_not_emulated(tmp_path):
    loaded = run_tiny(tmp_path / "run", "--collector", "callgrind,sim", "--loops", "index", "--ks", "16", "--llc",
                      "32KiB:8", "--cache-model", "exclusive", "--l1", "none", "--l2", "256KiB:8")
    assert "emulated_without_levels" in [w["code"] for w in loaded.run["warnings"]]
    beside = [also.get("consistency") for row in loaded.summary["rows"] for name, figure in row["metrics"].items()
              if figure and name in ("dram_read_bytes", "dram_write_bytes") for also in figure.get("also", [])]
    differing = [c for c in beside if c and c["verdict"] == "differs"]
    assert differing
    for c in differing:
        assert c["reasons"][0].startswith("callgrind emulates only the last level")


def fake_valgrind(folder, body):
    folder.mkdir()
    script = folder / "valgrind"
    script.write_text("#!/bin/sh\n" + body)
    script.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.mark.parametrize("body, cause", [
    ("echo something broke; exit 9\n", r"callgrind ended with exit code 9: something broke"),
    ("echo valgrind: Bad option; echo valgrind: Use --help; exit 1\n", r"exit code 1: valgrind: Bad option; leave"),
    ("kill -SEGV $$\n", r"callgrind was killed by signal 11"),
    ("for a in $@; do case $a in --callgrind-out-file=*) echo nonsense > ${a#*=};; esac; done\n",
     r"this is not output of callgrind"),
])
def test_a_process_that_fails_is_one_clear_error(tmp_path, body, cause):
    done = call("run", *TINY, "--collector", "callgrind", "--out", tmp_path / "run",
                env={**fake_valgrind(tmp_path / "bin", body), "TMPDIR": str(tmp_path)})
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("bytebound: error:")]
    assert len(errors) == 1 and re.search(cause, errors[0]), done.stderr
    assert not list(tmp_path.glob("bytebound-emulation-*"))


def test_a_refusal_of_the_emulated_process_keeps_its_code_and_cause(tmp_path):
    body = "echo ==7== Warning: noise; echo 'bytebound: error: emulate arena of 5 bytes: too large; less'; exit 3\n"
    done = call("run", *TINY, "--collector", "callgrind", "--out", tmp_path / "run",
                env={**fake_valgrind(tmp_path / "bin", body), "TMPDIR": str(tmp_path)})
    assert done.returncode == 3
    assert "callgrind ended with exit code 3: emulate arena of 5 bytes: too large; less; leave" in done.stderr


@needs_valgrind
def test_an_interrupted_emulation_leaves_nothing_in_the_temporary_folder(tmp_path):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    run = subprocess.Popen([str(binary()), "run", *TINY, "--N", "4096", "--m", "1024", "--steps-per-k", "5000", "--hidden-dim", "128", "--up-cols", "128",
                            "--loops", "index", "--ks", "64", "--collector", "callgrind", "--out", str(tmp_path / "run")],
                           env={**os.environ, "TMPDIR": str(temporary)}, stderr=subprocess.PIPE,
                           stdout=subprocess.DEVNULL, text=True)
    deadline = time.monotonic() + 60
    while not list(temporary.glob("*/*.log")) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(1)  # for valgrind's start; the emulation takes many seconds
    assert list(temporary.glob("*/*.log")), "the emulation is not running"
    run.send_signal(signal.SIGINT)
    _, stderr = run.communicate(timeout=60)
    assert run.returncode == 130, stderr
    assert list(temporary.iterdir()) == []


def test_an_interrupt_ends_the_emulated_processes_too(tmp_path):
    env = fake_valgrind(tmp_path / "bin", f"echo $$ >> {tmp_path}/pids; exec sleep 300\n")
    run = subprocess.Popen([str(binary()), "run", *TINY, "--collector", "callgrind", "--out", str(tmp_path / "run")],
                           env={**env, "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}, stderr=subprocess.PIPE,
                           stdout=subprocess.DEVNULL, text=True)
    deadline = time.monotonic() + 60
    while not (tmp_path / "pids").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    _, stderr = run.communicate(timeout=60)
    assert run.returncode == 130, stderr
    for pid in (tmp_path / "pids").read_text().split():
        state = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True).stdout.strip()
        assert state == "" or state.startswith("Z"), f"process {pid} is still there"
    assert not list(tmp_path.glob("bytebound-emulation-*"))


def test_the_command_of_the_emulated_processes_is_hidden_and_runs_under_valgrind_only(tmp_path):
    assert "emulate" not in call("--help").stdout
    assert "did you mean emulate" not in call("emulat").stderr
    spec = tmp_path / "spec.json"
    spec.write_text("{}")
    assert call("emulate", spec).returncode == 5
    assert call("emulate").returncode == 2
    asked = call("emulate", "--help")
    assert asked.returncode == 2 and "the command is internal" in asked.stderr
