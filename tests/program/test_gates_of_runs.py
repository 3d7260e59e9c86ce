"""run --baseline, and ratchet."""
import json
import os
import re
import shutil
import subprocess

import pytest

from conftest import TINY, call, run_tiny

SIM = ["--ks", "4", "--loops", "paired,index", "--collector", "sim", "--llc", "4KiB:4:64", "--calibration", "none", "--quiet"]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return run_tiny(tmp_path_factory.mktemp("baseline") / "base", *SIM).path


def error_of(done):
    """The one line of error; a busy machine adds warnings."""
    errors = [line for line in done.stderr.splitlines() if line.startswith("bytebound: error: ")]
    assert len(errors) == 1, done.stderr
    return errors[0].removeprefix("bytebound: error: ")


def run(folder, base, *words):
    return call("run", *TINY, *SIM, "--baseline", base, *words, "--out", "head", cwd=folder)


def test_a_run_is_compared_with_its_baseline_after_the_table(base, tmp_path):
    done = run(tmp_path, base, "--gate", "dram_bytes <= 1x", "--gate", "requested_bytes@paired/4 <= 1KiB")
    assert done.returncode == 0 and "error" not in done.stderr, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "head/report.md" and os.path.exists(tmp_path / "head/report.md")
    table = next(i for i, line in enumerate(lines) if line.startswith("loop "))
    comparison = next(i for i, line in enumerate(lines) if line.startswith("base  "))
    assert table < comparison and "gates: 3 passed" in lines


def test_a_gate_that_fails_is_exit_4_and_the_run_is_kept(base, tmp_path):
    done = run(tmp_path, base, "--gate", "requested_bytes@paired <= 0.5x")
    assert done.returncode == 4
    assert done.stdout.splitlines()[-1] == "head/report.md"
    assert error_of(done).startswith("compare head: gates: 1 failed: requested_bytes@paired <= 0.5x, ")
    assert json.loads((tmp_path / "head/run.json").read_text())["status"] == "complete"


@pytest.mark.parametrize("words, code, cause", [
    (["--gate", "dram_byte <= 1x"], 2, "unknown metric 'dram_byte'"),
    (["--gate", "dram_bytes@pared <= 1x"], 2, "neither run has loop 'pared'"),
    (["--seed", "2"], 5, "compare run: it has another workload: seed (1 and 2)"),
])
def test_a_baseline_that_does_not_fit_is_refused_before_anything_is_measured(base, tmp_path, words, code, cause):
    done = run(tmp_path, base, *words)
    assert (done.returncode, done.stdout) == (code, "") and cause in error_of(done)
    assert not (tmp_path / "head").exists()


def test_a_baseline_that_is_no_run_is_refused_before_anything_is_measured(tmp_path):
    done = run(tmp_path, "nothing")
    assert done.returncode == 5 and "nothing/run.json" in error_of(done) and not (tmp_path / "head").exists()


def test_gates_need_a_baseline(tmp_path):
    done = call("run", *TINY, *SIM, "--gate", "dram_bytes <= 1x", "--out", "head", cwd=tmp_path)
    assert done.returncode == 2
    assert error_of(done) == "parse option --gate: there is no run to compare with; give --baseline RUN, too"
    assert not (tmp_path / "head").exists()


@pytest.fixture
def improved(base, tmp_path):
    """A base whose paired loop read twice the simulated bytes: samples.csv is changed."""
    shutil.copytree(base, tmp_path / "slow")
    path = tmp_path / "slow/samples.csv"
    lines = path.read_text().split("\n")
    header = next(line for line in lines if line.startswith("loop,")).split(",")
    columns = [header.index(name) for name in ("sim:dram_read_bytes", "sim:pool_read_bytes", "sim:llc_misses")]
    for i, line in enumerate(lines):
        cells = line.split(",")
        if line.startswith("paired,") and cells[columns[0]]:
            for column in columns:
                cells[column] = str(2 * int(cells[column]))
            lines[i] = ",".join(cells)
    path.write_text("\n".join(lines))
    shutil.copytree(base, tmp_path / "fast")
    return tmp_path


GATES = '# bytes\ngates = [\n  "dram_read_bytes@paired <= 1x",   # exact\n  "requested_bytes <= 1x",\n]\n'


def test_ratchet_proposes_a_tighter_limit_as_a_diff_that_patch_accepts(improved):
    file = improved / "gates.toml"
    file.write_text(GATES)
    done = call("ratchet", "gates.toml", "slow", "fast", cwd=improved)
    assert done.returncode == 0 and file.read_text() == GATES
    assert re.search(r'^-  "dram_read_bytes@paired <= 1x",   # exact$', done.stdout, re.M), done.stdout
    assert re.search(r'^\+  "dram_read_bytes@paired <= 0\.5x",   # exact$', done.stdout, re.M), done.stdout
    patched = subprocess.run(["patch", "-p0"], input=done.stdout, text=True, cwd=improved, capture_output=True)
    assert patched.returncode == 0, patched.stdout
    assert file.read_text() == GATES.replace("paired <= 1x", "paired <= 0.5x")


def test_ratchet_write_changes_the_file_and_never_loosens_it(improved):
    file = improved / "gates.toml"
    file.write_text(GATES)
    assert call("ratchet", "gates.toml", "slow", "fast", "--write", cwd=improved).returncode == 0
    tightened = file.read_text()
    assert tightened == GATES.replace("paired <= 1x", "paired <= 0.5x")
    for runs in (("fast", "slow"), ("slow", "fast"), ("fast", "fast")):
        done = call("ratchet", "gates.toml", *runs, "--write", cwd=improved)
        assert (done.returncode, done.stdout) == (0, "")
        assert "no limit can be tightened" in done.stderr
    assert file.read_text() == tightened


def test_ratchet_refuses_what_is_no_file_of_gates(improved):
    (improved / "gates.toml").write_text("gates = 3\n")
    done = call("ratchet", "gates.toml", "slow", "fast", cwd=improved)
    assert (done.returncode, done.stdout) == (5, "") and "gates.toml:1: key \"gates\" is not a list" in done.stderr
    assert call("ratchet", "none.toml", "slow", "fast", cwd=improved).returncode == 5
