"""--copy prefetch:WxL, against a replay that was written from the documents alone."""
import re
import shutil
import subprocess
from types import SimpleNamespace

import pytest

import agreement
import brute_force
from conftest import binary, call, load, row_of, run_tiny

LOOPS = "paired,index,mask,hybrid,oracle"

# A cache of 64 lines: a window of rows is a large part of it, so that prefetched lines are evicted before they are copied.
CASES = {
    "whole rows": dict(copy="prefetch:4x16"),
    "first lines": dict(copy="prefetch:3x2"),
    "many rows": dict(copy="prefetch:64x1", llc=(8 << 10, 8)),
    "lines shared by rows": dict(copy="prefetch:4x3", dtype="bf16", hidden_dim=101, up_cols=75, gate_cols=33),
    "shrinks": dict(copy="prefetch:2x4", ks=None, add=4, remove=12, m=200),
}


@pytest.mark.parametrize("case", CASES)
def test_the_simulated_lines_of_every_step_are_those_of_a_brute_force_replay(tmp_path, case):
    o = SimpleNamespace(**{**agreement.BASE, **dict(N=256, m=64, ks=32, hidden_dim=128, up_cols=256, loops=LOOPS, steps=6,
                                                    warmup=3, llc=(4 << 10, 4)), **CASES[case]})
    done = call("run", *agreement.words(o), "--collector", "sim", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    loaded = load(tmp_path / "run", done)
    assert loaded.run["workload"]["copy"] == o.copy
    for loop in LOOPS.split(","):
        copy = agreement.copy_of(loaded, loop)
        assert copy == o.copy or loop == "oracle"
        steps = brute_force.replay(agreement.config(o, loop, copy))
        samples = [s for s in loaded.samples if s["loop"] == loop]
        assert len(steps) == len(samples) == o.steps
        for step, (expected, sample) in enumerate(zip(steps, samples)):
            simulated = {b: [int(sample[f"sim:{b}_read_bytes"]) // 64, int(sample[f"sim:{b}_write_bytes"]) // 64]
                         for b in expected}
            assert simulated == expected, f"{loop} step {step}"


def test_prefetching_moves_the_rows_that_memcpy_moves(tmp_path):
    """In a cache that holds everything: the same lines, and the same computed figures."""
    words = ["--collector", "sim", "--llc", "16MiB:16", "--ks", "16", "--loops", "paired,index,mask,hybrid"]
    plain = run_tiny(tmp_path / "plain", *words)
    ahead = run_tiny(tmp_path / "ahead", *words, "--copy", "prefetch")
    assert ahead.run["workload"]["copy"] == "prefetch:4x1"  # rows of 64 bytes in either group
    assert {e["copy_method"] for e in ahead.run["experiments"]} == {"prefetch:4x1"}
    assert "prefetch:4x1 copies" in (ahead.path / "report.md").read_text()
    for loop in words[-1].split(","):
        for metric in ("rows_written", "requested_bytes", "metadata_bytes", "dram_read_bytes", "dram_write_bytes"):
            assert row_of(ahead, loop, 16)["metrics"][metric] == row_of(plain, loop, 16)["metrics"][metric], (loop, metric)


def test_more_lines_than_a_row_has_are_refused_before_anything_is_written(tmp_path):
    done = call("run", "--copy", "prefetch:4x65", "--out", tmp_path / "run")
    assert done.returncode == 2
    assert done.stderr == ("bytebound: error: plan --copy prefetch:4x65: the longest row of a group has 64 lines of 64 bytes; "
                           "give prefetch, or at most prefetch:4x64\n")
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(shutil.which("objdump") is None, reason="objdump is not installed")
def test_the_compiler_kept_the_prefetch_instructions():
    """gcc removes calls of a function that does nothing else."""
    listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", str(binary())], capture_output=True, text=True, check=True)
    of = [line for line in listing.stdout.splitlines() if re.search(r"\t(prefetch|prfm)", line)]
    assert of, "no prefetch instruction in the program"


def test_a_team_copies_ahead_and_the_block_is_right(tmp_path):
    loaded = run_tiny(tmp_path / "run", "--threads", "2", "--grain", "3", "--par-threshold", "1", "--copy", "prefetch:64x1",
                      "--ks", "32", "--loops", LOOPS)
    assert loaded.run["status"] == "complete"  # every phase ends with a proof of every byte
