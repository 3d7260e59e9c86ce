"""bytebound suite: the standard set of a host in one directory that verify and merge accept."""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time

import jsonschema
import pytest

from conftest import binary, call, schema

MEMBERS = ["doctor", "topology", "calibrate", "figures", "bytes"]


def suite(out, *words, **options):
    done = call("suite", "--json", "--quiet", "--out", out, *words, timeout=300, **options)
    answer = json.loads(done.stdout) if done.stdout else None
    if answer:
        jsonschema.validate(answer, schema("suite"))
        assert json.loads((out / "suite.json").read_text()) == answer
    return answer, done


def members(answer):
    return {member["name"]: member for member in answer["members"]}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """What needs no minute. Tests must not change its files."""
    out = tmp_path_factory.mktemp("suite") / "suite"
    answer, done = suite(out, "--quick", "--members", "doctor,topology,bytes")
    assert done.returncode == 0, done.stderr
    return out, answer


@pytest.fixture
def copied(small, tmp_path):
    shutil.copytree(small[0], tmp_path / "suite")
    return tmp_path / "suite"


def files_of(out):
    return sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())


def verified(*paths):
    done = call("verify", "--json", *paths, timeout=300)
    answer = json.loads(done.stdout)
    jsonschema.validate(answer, schema("verify"))
    return answer, done


# ------------------------------------------------------------------------------------------------- what it does


def test_a_suite_is_its_members_a_record_and_the_hashes_of_all(small):
    out, answer = small
    assert [member["name"] for member in answer["members"]] == MEMBERS
    assert (answer["status"], answer["quick"]) == ("complete", True) and answer["finished"]
    by_name = members(answer)
    assert {name: by_name[name]["status"] for name in MEMBERS} == {
        "doctor": "complete", "topology": "complete", "calibrate": "left_out", "figures": "left_out", "bytes": "complete"}
    assert by_name["figures"]["reason"] == "not requested (--members)" and by_name["figures"]["path"] is None
    subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=out, check=True)
    listed = sorted(line.split("  ", 1)[1] for line in (out / "SHA256SUMS").read_text().splitlines())
    assert listed == [name for name in files_of(out) if name != "SHA256SUMS"]
    assert {"doctor.json", "topology.json", "suite.json", "bytes/run.json", "bytes/SHA256SUMS"} < set(listed)
    assert json.loads((out / "doctor.json").read_text())["schema"] == "bytebound.doctor/1"
    assert json.loads((out / "topology.json").read_text())["schema"] == "bytebound.topology/1"


def test_verify_verifies_the_runs_of_a_suite_and_the_suite(small):
    out, _ = small
    done = call("verify", out)
    assert (done.returncode, done.stderr) == (0, "")
    count = len(files_of(out)) - 1
    assert done.stdout.splitlines() == [
        f"{out}/bytes: verified: 6 files follow from the raw steps, byte for byte; all 8 have the hashes of SHA256SUMS",
        f"{out}: verified: all {count} files of the suite have the hashes of SHA256SUMS"]
    answer, _ = verified(out)
    assert [(each["kind"], each["verdict"]) for each in answer["runs"]] == [("run", "verified"), ("suite", "verified")]


def test_the_simulated_bytes_are_those_of_every_machine(small):
    rows = json.loads((small[0] / "bytes" / "summary.json").read_text())["rows"]
    found = {(row["loop"], row["k"]): row["metrics"]["dram_bytes"]["value"] for row in rows}
    assert all(row["metrics"]["dram_bytes"]["tier"] == "simulated" for row in rows)
    for k in (16, 64, 256):  # rows do not stay in the cache: paired moves fewer bytes than it is rebuilt with
        assert found["paired", k] < found["index", k]
    run = json.loads((small[0] / "bytes" / "run.json").read_text())
    assert all(each["warmup_steps"] == 32 for each in run["experiments"])


def test_suites_of_hosts_are_merged_member_by_member(small, tmp_path):
    other, done = suite(tmp_path / "other", "--members", "bytes")
    assert done.returncode == 0
    merged = call("merge", small[0], tmp_path / "other", "--out", tmp_path / "merged", "--json")
    assert merged.returncode == 0, merged.stderr
    answer = json.loads(merged.stdout)
    assert [each["suite_member"] for each in answer["workloads"]] == ["bytes"]
    assert len(answer["runs"]) == 2
    for row in answer["across"]:
        if row["metric"] == "dram_bytes":
            assert row["lowest"] == row["highest"]
    assert merged.stderr.count("is merged without figures: not requested (--members)") == 2


def test_the_run_at_the_prior_figures_sizes_is_that_of_bytebound_run(tmp_path):
    answer, done = suite(tmp_path / "suite", "--quick", "--members", "figures", "--max-time", "1ms")
    assert done.returncode == 0, done.stderr
    run = json.loads((tmp_path / "suite" / "figures" / "run.json").read_text())
    workload = run["workload"]
    assert [workload[key] for key in ("N", "m", "hidden_dim", "up_cols", "gate_cols", "row_bytes", "dtype")] == [
        8192, 1024, 1024, 1024, 0, 8192, "f32"]
    assert sorted({each["k"] for each in run["experiments"]}) == [16, 64, 256, 1024]
    assert call("verify", tmp_path / "suite").returncode == 0


def test_a_member_that_is_not_possible_here_is_recorded_and_the_suite_goes_on(tmp_path):
    done = subprocess.run(["bash", "-c", f"ulimit -f 64; exec {binary()} suite --quiet --json --members topology,bytes "
                           f"--out {tmp_path / 'suite'}"], capture_output=True, text=True)
    answer = json.loads(done.stdout)
    member = members(answer)["bytes"]
    assert (done.returncode, answer["status"]) == (0, "complete"), done.stderr
    assert (member["status"], member["exit_code"]) == ("unavailable", 3) and member["reason"] and member["remedy"]
    assert "bytebound: warning: bytes: not possible here: " in done.stderr
    assert call("verify", tmp_path / "suite").returncode == 0


def test_sigint_keeps_what_is_finished(tmp_path):
    out = tmp_path / "suite"
    process = subprocess.Popen([binary(), "suite", "--members", "doctor,figures,bytes", "--out", out],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    samples = out / "figures" / "samples.csv"
    deadline = time.monotonic() + 60
    while (not samples.exists() or samples.stat().st_size < 20_000) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    answer = json.loads((out / "suite.json").read_text())
    jsonschema.validate(answer, schema("suite"))
    by_name = members(answer)
    assert answer["status"] == "interrupted"
    assert [by_name[name]["status"] for name in ("doctor", "figures", "bytes")] == ["complete", "interrupted", "left_out"]
    done = call("verify", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "did not complete" in done.stdout


# ------------------------------------------------------------------------------------------------- what is wrong


def test_every_flipped_bit_of_a_suite_is_found(small, tmp_path):
    out, _ = small
    draw, names = random.Random(4), files_of(out)
    victim = tmp_path / "suite"
    shutil.copytree(out, victim)
    for i in range(150):
        name = names[i % len(names)]
        path = victim / name
        good = path.read_bytes()
        bad, at = bytearray(good), draw.randrange(len(good))
        bad[at] ^= 1 << draw.randrange(8)
        path.write_bytes(bad)
        done = call("verify", victim)
        assert done.returncode in (1, 5), (name, at, done.stdout)
        assert name in done.stdout + done.stderr, (name, at, done.stdout, done.stderr)
        path.write_bytes(good)
    assert call("verify", victim).returncode == 0


@pytest.mark.parametrize("change, words", [
    (lambda out: (out / "doctor.json").unlink(), "doctor.json: SHA-256: "),
    (lambda out: (out / "bytes" / "report.md").unlink(), "bytes/report.md: SHA-256: "),
    (lambda out: (out / "notes.txt").write_text("x"), "notes.txt: SHA-256: published nothing, "),
    (lambda out: (out / "bytes" / "more.txt").write_text("x"), "bytes/more.txt: SHA-256: published nothing, "),
    (lambda out: (out / "empty").mkdir(), "empty: SHA-256: published nothing, derived nothing "),
    (lambda out: shutil.rmtree(out / "bytes"), 'suite.json: /members/4/path: published bytes, derived nothing'),
    (lambda out: (out / "SHA256SUMS").unlink(), "SHA256SUMS: the file: published nothing"),
])
def test_what_is_missing_or_in_excess_is_named(copied, change, words):
    change(copied)
    done = call("verify", copied)
    assert done.returncode in (1, 5) and f"{copied}/{words}" in done.stdout, done


def test_a_suite_that_is_going_on_is_neither_verified_nor_merged(copied, tmp_path):
    text = (copied / "suite.json").read_text()
    (copied / "suite.json").write_text(text.replace('"complete"', '"running"', 1))
    for words, message in ((["verify"], "suite.json says that the suite is running"),
                           (["merge", "--out", tmp_path / "out"], "the suite is still being written")):
        done = call(words[0], copied, *words[1:])
        assert done.returncode == 5 and message in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("change, message", [
    (lambda text: text.replace("suite/1", "suite/2", 1), 'its schema is "bytebound.suite/2"'),
    (lambda text: text[:-20], "it ends too early"),
    (lambda text: text.replace('"path": "bytes"', '"path": "../bytes"', 1), "it is not in the directory of the suite"),
    (lambda text: text.replace('"left_out"', '"lost"', 1), '"lost" is not one of'),
])
def test_a_malformed_suite_is_refused(copied, tmp_path, change, message):
    (copied / "suite.json").write_text(change((copied / "suite.json").read_text()))
    for words in (["verify"], ["merge", "--out", tmp_path / "out"]):
        done = call(words[0], copied, *words[1:])
        assert done.returncode == 5 and message in done.stderr


def test_out_and_members_follow_the_rules_of_run(copied, tmp_path):
    def refused(*words):
        done = call("suite", "--quiet", *words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done
        return done.stderr

    assert "--out: it is missing" in refused("--members", "doctor")
    assert "did you mean 'bytes'?" in refused("--members", "byte", "--out", tmp_path / "new")
    assert "CPU" in refused("--cpus", "4000", "--out", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert "exists and is not empty" in refused("--out", copied)
    assert "--force replaces a suite" in refused("--out", copied / "bytes", "--force")
    assert call("verify", copied).returncode == 0
    (copied / "bytes" / "mine.txt").write_text("mine")
    assert "mine.txt: it is not a file of the suite" in refused("--out", copied, "--force", "--members", "doctor")
    (copied / "bytes" / "mine.txt").unlink()
    answer, done = suite(copied, "--force", "--members", "doctor")
    assert done.returncode == 0 and files_of(copied) == ["SHA256SUMS", "doctor.json", "suite.json"]
    assert call("verify", copied).returncode == 0
