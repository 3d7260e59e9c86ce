"""The example of the README: a byte gate passes an unchanged build every time, and finds a loop that copies a row too many.

tests/program/planted/one-row-too-many is a run of a build with the patch beside it, recorded by the command in its run.json.
"""
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as xml

from conftest import ROOT, binary, call

SCRIPT = ROOT / "reports" / "ci" / "gate-bytes"
PLANTED = ROOT / "tests" / "program" / "planted"
UNCHANGED = 50


def gate(base, head, out):
    return subprocess.run([SCRIPT, base, head, out], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def test_an_unchanged_build_passes_50_times_out_of_50(tmp_path):
    done = gate(binary(), binary(), tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    options = re.search(r'run (.*?) --out', SCRIPT.read_text().replace("\\\n", " "))[1].split()
    results = [done.returncode]
    for i in range(1, UNCHANGED):
        assert call("run", *options, "--out", tmp_path / str(i)).returncode == 0
        results.append(call("compare", tmp_path / "out/base", tmp_path / str(i), "--gates", SCRIPT.with_name("gates.toml"),
                            "--unresolved", "fail").returncode)
        shutil.rmtree(tmp_path / str(i))
    assert results == [0] * UNCHANGED


def test_a_loop_that_copies_one_row_too_many_fails(tmp_path):
    """The changed program is stood for by the run that it wrote."""
    changed = tmp_path / "changed"
    changed.write_text(f"#!/bin/sh\nif [ $1 = run ]; then\n  for out; do :; done\n  cp -r '{PLANTED}/one-row-too-many' \"$out\"\n"
                       f"else\n  exec '{binary()}' \"$@\" --allow-different-host\nfi\n")
    changed.chmod(0o755)
    done = gate(binary(), changed, tmp_path / "out")
    assert done.returncode == 4, done.stdout + done.stderr
    assert done.stderr.count("bytebound: error: ") == 1
    errors = [line for line in done.stdout.splitlines() if line.startswith("::error")]
    assert [line.split("::")[2].split(":")[0] for line in errors] == ["dram_bytes@paired <= 1x", "requested_bytes <= 1x"]
    assert all("paired k=8" in line and "exact" in line for line in errors)
    failed = [case for case in xml.parse(tmp_path / "out/gates.xml").iter("testcase") if case.find("failure") is not None]
    assert len(failed) == 2


def test_the_patch_of_the_planted_row_still_applies():
    done = subprocess.run(["patch", "--dry-run", "-p1", "-d", ROOT, "-i", PLANTED / "one-row-too-many.patch"], capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout


def test_the_readme_shows_the_script():
    script = SCRIPT.read_text()
    assert script[script.index("for build"):] in (ROOT / "README.md").read_text()


def test_the_workflow_runs_what_exists():
    text = (ROOT / "reports" / "ci" / "bytes.yml").read_text()
    named = re.findall(r"head/((?:scripts|reports)/[\w/-]+)", text)
    assert sorted(set(named)) == ["reports/ci/gate-bytes", "scripts/setup"]
    for name in named:
        assert os.access(ROOT / name, os.X_OK), name
