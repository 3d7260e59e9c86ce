"""bytebound verify: what a run directory publishes follows from its raw steps, or the difference is named."""
import fcntl
import hashlib
import json
import os
import random
import re
import shutil
import signal

import jsonschema
import pytest

from conftest import call, read_csv, run_tiny, schema
from test_run_directory import start_and_wait_for_phases

DERIVED = ["ENVIRONMENT.md", "report.html", "report.md", "roofline.vl.json", "summary.csv", "summary.json"]
UNSIMULATED = ["--repeats", "200", "--collector", "none", "--calibration", "none"]
SMALL = ["--ks", "4,16", "--loops", "paired,index", "--collector", "sim", "--llc", "16KiB:4", "--calibration", "none"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A complete run, to be copied."""
    return run_tiny(tmp_path_factory.mktemp("finished") / "run", *SMALL).path


@pytest.fixture(scope="module")
def of_two_workers(tmp_path_factory):
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one CPU allowed: no second worker can be pinned")
    return run_tiny(tmp_path_factory.mktemp("workers") / "run", "--ks", "64", "--loops", "paired", "--threads", "2",
                    "--par-threshold", "8", "--calibration", "none").path


@pytest.fixture
def run(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "run")
    return tmp_path / "run"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def seal(run, record=False):
    """Recomputes SHA256SUMS, and with `record` the hashes in run.json before."""
    names = sorted(path.name for path in run.iterdir() if path.name != "SHA256SUMS")
    if record:
        text = (run / "run.json").read_text()
        for name, entry in json.loads(text)["files"].items():
            if (run / name).exists():
                text = text.replace(entry["sha256"], sha256(run / name))
        (run / "run.json").write_text(text)
    (run / "SHA256SUMS").write_text("".join(f"{sha256(run / name)}  {name}\n" for name in names))


def verified(*runs):
    """The JSON answer, checked, and the process."""
    done = call("verify", "--json", *runs, timeout=600)
    answer = json.loads(done.stdout)
    jsonschema.validate(answer, schema("verify"))
    assert answer["verified"] == (done.returncode == 0)
    return answer["runs"], done


def differences(run):
    """{(file, figure): (published, derived)} of a run that differs."""
    (answer,), done = verified(run)
    assert (done.returncode, answer["verdict"]) == (1, "different"), answer
    return {(each["file"], each["figure"]): (each["published"], each["derived"]) for each in answer["differences"]}


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def set_cell(path, row, column, value):
    """Of a CSV file without quoted cells; rows count from 1."""
    lines = path.read_text().split("\n")
    header = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    cells = lines[header + row].split(",")
    old, cells[lines[header].split(",").index(column)] = cells[lines[header].split(",").index(column)], value
    lines[header + row] = ",".join(cells)
    path.write_text("\n".join(lines))
    return old


def contents(run):
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in run.iterdir()}


# ------------------------------------------------------------------------------------------------- what is right


def test_a_run_is_verified_and_nothing_is_written(run):
    before = contents(run), run.stat().st_mtime_ns
    done = call("verify", run, cwd="/")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (f"{run}: verified: 6 files follow from the raw steps, byte for byte; all 8 have the hashes of "
                           "SHA256SUMS\n")
    assert (contents(run), run.stat().st_mtime_ns) == before
    (answer,), done = verified(run)
    assert done.stderr == "" and answer["verdict"] == "verified" and answer["derived"] == DERIVED


def test_a_report_made_again_elsewhere_is_verified_too(run):
    for name in DERIVED:
        (run / name).unlink()
    environment = {"LC_ALL": "C", "TZ": "Asia/Tokyo", "COLUMNS": "60", "HOME": "/nonexistent",
                   "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable"}
    assert call("report", run, env=environment).returncode == 0
    assert call("verify", run).returncode == 0


def test_a_run_with_two_workers_and_one_of_all_loops_are_verified(of_two_workers, tiny):
    done = call("verify", of_two_workers, tiny.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(": verified: 6 files") == 2


def test_a_run_whose_name_is_no_text_is_verified(tmp_path):
    out = os.fsdecode(os.fsencode(str(tmp_path)) + b"/caf\xe9\n=1+1")
    run_tiny(out, *SMALL, "--ks", "4")
    done = call("verify", out)
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)


def test_an_interrupted_run_that_was_sealed_is_verified_as_far_as_it_went(tmp_path):
    process = start_and_wait_for_phases(tmp_path / "run", 3, *UNSIMULATED)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    done = call("verify", tmp_path / "run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("; the run did not complete, and these are its finished phases\n")


def test_the_sums_may_be_those_of_sha256sum_in_any_order(run):
    lines = (run / "SHA256SUMS").read_text().splitlines()
    (run / "SHA256SUMS").write_text("".join(line.replace("  ", " *") + "\n" for line in reversed(lines)))
    assert call("verify", run).returncode == 0


# ------------------------------------------------------------------------------------------------- one bit


def test_every_flipped_bit_is_found_and_its_file_named(finished, of_two_workers, tmp_path):
    seed, draw = 12, random.Random(12)
    count = 0
    for source, flips in ((finished, 60), (of_two_workers, 8)):
        for file in sorted(source.iterdir()):
            copies = []
            for number in range(flips):
                copy = tmp_path / f"{source.parent.name}-{file.name}-{number}"
                copy.mkdir()
                for path in source.iterdir():
                    if path != file:
                        os.link(path, copy / path.name)
                data = bytearray(file.read_bytes())
                bit = draw.randrange(8 * len(data))
                data[bit // 8] ^= 1 << bit % 8
                (copy / file.name).write_bytes(data)
                copies.append((copy, bit))
            answers, done = verified(*(copy for copy, _ in copies))
            for (copy, bit), answer in zip(copies, answers):
                where = f"seed {seed}: bit {bit} of {file.name}: {answer}"
                assert answer["run"] == str(copy) and answer["verdict"] != "verified", where
                named = {each["file"] for each in answer["differences"]}
                named |= {"SHA256SUMS" for each in answer["differences"] if each["note"] == "by SHA256SUMS"}
                if answer["error"]:
                    named.add(os.path.basename(answer["error"]["object"].split(":")[0]))
                assert file.name in named, where
                shutil.rmtree(copy)
                count += 1
    assert count >= 500


# ------------------------------------------------------------------------------------------------- more than a bit


def test_a_difference_is_a_line_with_file_figure_published_and_derived(run):
    old = set_cell(run / "summary.csv", 2, "time_ns", "7")
    done = call("verify", run)
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[0] == f"{run}/summary.csv: row 2 (index, k 4), column time_ns: published 7, derived {old}"
    assert re.fullmatch(rf"{run}/summary.csv: SHA-256: published [0-9a-f]{{64}}, derived [0-9a-f]{{64}} \(by SHA256SUMS\)", lines[1])
    assert len(lines) == 2
    assert done.stderr == f"bytebound: error: verify {run}: 2 differences; restore the files of the run, or measure again\n"


def test_an_edited_summary_with_recomputed_sums_is_found_by_derivation(run):
    summary = json.loads((run / "summary.json").read_text())
    value = summary["rows"][0]["metrics"]["time_ns"]["value"]
    change(run / "summary.json", f'"value": {value}', '"value": 1')
    seal(run)
    found = differences(run)
    assert found.pop(("summary.json", "/rows/0/metrics/time_ns/value")) == ("1", str(value))
    assert set(found) == {("run.json", "/files/summary.json/sha256")}
    seal(run, record=True)
    assert set(differences(run)) == {("summary.json", "/rows/0/metrics/time_ns/value")}


def test_edited_steps_with_all_sums_recomputed_give_another_summary(run):
    # A median stands whatever the slowest step says, so all steps of the first phase change.
    _, _, rows = read_csv(run / "samples.csv")
    for number, row in enumerate(rows, 1):
        if (row["loop"], row["k"], row["repeat"]) == ("paired", "4", "0"):
            set_cell(run / "samples.csv", number, "time_ns", "1000000000")
    seal(run, record=True)
    found = differences(run)
    assert ("summary.csv", "row 1 (paired, k 4), column time_ns_ci_high") in found
    assert any(file == "report.md" for file, _ in found) and any(file == "report.html" for file, _ in found)


def test_a_part_of_a_worker_that_was_edited_with_all_sums_recomputed_is_found(of_two_workers, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(of_two_workers, run)
    _, header, rows = read_csv(run / "workers.csv")
    event = next((name for name in header if f"{name}:enabled" in header and rows[0][name]), None)
    if event is None:
        set_cell(run / "workers.csv", 1, "rows_written", "1")
    else:
        set_cell(run / "workers.csv", 1, event, str(int(rows[0][event]) + 1))
    seal(run, record=True)
    assert len(differences(run)) == 1


@pytest.mark.parametrize("name", ["summary.csv", "samples.csv"])
def test_swapped_and_removed_rows_are_found(run, name):
    text = (run / name).read_text()
    lines = text.split("\n")
    header = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    for other in (lines[:header + 1] + [lines[header + 2], lines[header + 1]] + lines[header + 3:],
                  lines[:header + 1] + lines[header + 2:], lines[:-2] + [""]):
        (run / name).write_text("\n".join(other))
        (answer,), done = verified(run)
        assert done.returncode in (1, 5)
        assert name in {each["file"] for each in answer["differences"]}
        (run / name).write_text(text)
    assert call("verify", run).returncode == 0


def test_added_and_missing_files_are_found(run):
    (run / "notes\n.txt").write_text("mine")
    (run / "folder").mkdir()
    (run / "report.md").unlink()
    (run / "ENVIRONMENT.md").unlink()
    os.mkfifo(run / "ENVIRONMENT.md")
    done = call("verify", run)
    assert done.returncode == 1
    for line in (f"notes\\n.txt: SHA-256: published nothing, derived {hashlib.sha256(b'mine').hexdigest()} (SHA256SUMS does not list it)",
                 "folder: SHA-256: published nothing, derived nothing (it is a directory, not a file)",
                 f"report.md: SHA-256: published {sha256_in(run, 'report.md')}, derived nothing (the file is missing)",
                 f"ENVIRONMENT.md: SHA-256: published {sha256_in(run, 'ENVIRONMENT.md')}, derived nothing (it is a FIFO, not a file)"):
        assert f"{run}/{line}" in done.stdout.splitlines()


def sha256_in(run, name):
    return next(line[:64] for line in (run / "SHA256SUMS").read_text().splitlines() if line.endswith("  " + name))


def test_a_file_that_is_removed_from_the_sums_too_is_missing_still(run):
    (run / "report.html").unlink()
    seal(run)
    found = differences(run)
    assert found[("report.html", "the file")][0] is None
    assert ("run.json", "/files/report.html/sha256") in found


def test_a_complete_run_that_is_not_sealed_differs(run):
    (run / "SHA256SUMS").unlink()
    assert differences(run) == {("SHA256SUMS", "the file"): (None, None)}


def test_a_seal_that_cannot_be_read_verifies_nothing(run):
    (run / "SHA256SUMS").unlink()
    (run / "SHA256SUMS").mkdir()
    done = call("verify", run)
    assert done.returncode == 5 and done.stdout == ""
    assert done.stderr == (f"bytebound: error: verify {run}: SHA256SUMS cannot be read: it is a directory, not a file; make it a readable file, "
                           "or remove it\n")


@pytest.mark.parametrize("line", ["", "x\n", f"{'0' * 64}  ../run.json\n", f"{'0' * 64}  run.json\n"])
def test_sums_that_are_malformed_are_shown_by_line(run, line):
    text = (run / "SHA256SUMS").read_text()
    (run / "SHA256SUMS").write_text(text + line if line else text.replace("  run.json", "run.json"))
    assert {file for file, _ in differences(run)} == {"SHA256SUMS"}


def test_leftovers_of_a_killed_process_are_a_warning(run):
    (run / ".bytebound-0123456789abcdef.tmp").write_text("half")
    done = call("verify", run)
    assert done.returncode == 0
    assert done.stderr == (f"bytebound: warning: {run}: left by a process that was killed, and not a part of the run: "
                           ".bytebound-0123456789abcdef.tmp\n")


def test_differences_of_another_version_say_so(run):
    version = json.loads((run / "run.json").read_text())["version"]
    change(run / "run.json", f'"version": "{version}"', '"version": "0.0.9"')
    done = call("verify", run)
    assert done.returncode == 1
    assert f"{run}: its reports were written by bytebound 0.0.9" in done.stderr


# ------------------------------------------------------------------------------------------------- what is refused


def refused(done, line):
    assert (done.returncode, done.stdout, done.stderr) == (5, "", f"bytebound: error: {line}\n")


def test_what_is_not_a_run_is_refused(tmp_path):
    remedy = "the file is missing or unreadable (ENOENT); give a run directory that bytebound run wrote"
    refused(call("verify", tmp_path), f"read {tmp_path}/run.json: {remedy}")
    refused(call("verify", tmp_path / "no"), f"read {tmp_path}/no/run.json: {remedy}")


def test_another_schema_version_is_refused_by_name(run):
    change(run / "run.json", "bytebound.run/1", "bytebound.run/2")
    refused(call("verify", run), f'read {run}/run.json: its schema is "bytebound.run/2", not "bytebound.run/1"; give a '
                                 "run directory that bytebound run wrote")


@pytest.mark.parametrize("measured", [False, True])
def test_a_run_in_progress_is_refused(run, measured):
    change(run / "run.json", '"status": "complete"', '"status": "running"')
    if not measured:
        change(run / "run.json", '"measured": true', '"measured": false')
        refused(call("verify", run), f"verify {run}: run.json says that the run is running: it goes on, or its process was killed or could not record its end; "
                                     "wait until it ends; of a killed run bytebound report shows the finished phases")
    else:
        refused(call("verify", run), f"verify {run}: the run was measured, but its reports are missing, and it is not sealed; "
                                     f"complete it: bytebound report {run}")


def test_a_failed_run_without_a_seal_is_refused(tmp_path):
    process = start_and_wait_for_phases(tmp_path / "run", 3, *UNSIMULATED)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    (tmp_path / "run/SHA256SUMS").unlink()
    refused(call("verify", tmp_path / "run"),
            f"verify {tmp_path}/run: the run failed and is not sealed, so nothing says what its files were; measure again, or "
            "see its finished phases with bytebound report")


def test_a_directory_that_a_process_writes_to_is_refused(run):
    directory = os.open(run, os.O_RDONLY)
    fcntl.flock(directory, fcntl.LOCK_EX)
    refused(call("verify", run), f"verify {run}: another bytebound is writing to the directory; try again when it has ended")
    os.close(directory)
    assert call("verify", run).returncode == 0


def test_steps_that_cannot_be_read_are_refused_and_the_hashes_compared_all_the_same(run):
    text = (run / "samples.csv").read_text()
    (run / "samples.csv").write_text(text[:-5])
    done = call("verify", run)
    assert done.returncode == 5
    assert re.fullmatch(rf"{run}/samples.csv: SHA-256: published \w+, derived \w+ \(by SHA256SUMS\)\n", done.stdout)
    assert re.fullmatch(rf"bytebound: error: read {run}/samples.csv:\d+: the last line is cut off; restore the file from the run, "
                        r"or measure again\n", done.stderr)


def test_of_several_runs_the_worst_decides(run, finished, tmp_path):
    (run / "report.md").write_text("432x faster\n")
    done = call("verify", finished, run)
    assert done.returncode == 1 and f"{finished}: verified" in done.stdout
    assert call("verify", finished, tmp_path / "no", run).returncode == 5
    answers, done = verified(finished, tmp_path / "no", run)
    assert [each["verdict"] for each in answers] == ["verified", "refused", "different"] and done.returncode == 5
