"""bytebound merge: runs of many hosts as one table, or one line that says why not."""
import fcntl
import hashlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import time

import jsonschema
import pytest

from conftest import binary, call, read_csv, run_tiny, schema

SMALL = ["--ks", "4,16", "--loops", "paired,index", "--collector", "sim", "--llc", "16KiB:4", "--calibration", "none"]
FILES = ["SHA256SUMS", "across.csv", "merged.csv", "merged.html", "merged.json", "merged.md", "runs.csv"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    return run_tiny(tmp_path_factory.mktemp("measured") / "run", *SMALL).path


def seal(run):
    names = sorted(path.name for path in run.iterdir() if path.name != "SHA256SUMS")
    (run / "SHA256SUMS").write_text("".join(f"{hashlib.sha256((run / name).read_bytes()).hexdigest()}  {name}\n"
                                            for name in names))


def edit_cells(run, edit):
    """Applies edit(row) to each row of summary.csv, whose cells have no commas here."""
    path = run / "summary.csv"
    lines = path.read_text().split("\n")
    at = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    titles = lines[at].split(",")
    for i in range(at + 1, len(lines) - 1):
        row = dict(zip(titles, lines[i].split(",")))
        edit(row)
        lines[i] = ",".join(row.values())
    path.write_text("\n".join(lines))


def on_host(measured, out, name, factor=1.0):
    """A sealed copy of a run under another host's name, with other raw steps and its times multiplied."""
    shutil.copytree(measured, out)
    record = json.loads((out / "run.json").read_text())
    record["host"] = record["host_facts"]["host"] = name
    (out / "run.json").write_text(json.dumps(record, indent=2) + "\n")
    with open(out / "samples.csv", "a") as file:
        file.write(f"# {name!r} {factor}\n")

    def scale(row):
        for column in ("time_ns", "time_ns_ci_low", "time_ns_ci_high"):
            row[column] = repr(float(row[column]) * factor)

    edit_cells(out, scale)
    seal(out)
    return out


def merged(*words, **options):
    done = call("merge", *words, "--json", **options)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    jsonschema.validate(answer, schema("merge"))
    return answer


def refused(code, *words, **options):
    done = call("merge", *words, **options)
    assert (done.returncode, done.stdout) == (code, ""), done
    assert done.stderr.startswith("bytebound: error: ") and done.stderr.count("\n") == 1, done.stderr
    return done.stderr


# ------------------------------------------------------------------------------------------------- what it writes


@pytest.fixture(scope="module")
def seven(measured, tmp_path_factory):
    """Seven hosts, of which n6 takes twice the time; and their merge."""
    folder = tmp_path_factory.mktemp("seven")
    factors = [1, 1.01, 0.99, 1.02, 0.98, 1.005, 2]
    runs = [on_host(measured, folder / f"run{i}", f"n{i}", factor) for i, factor in enumerate(factors)]
    return folder, runs, merged(*(run.name for run in runs), "--out", "out", cwd=folder)


def test_the_answer_is_csv_markdown_html_and_json_with_its_hashes(seven):
    folder, runs, answer = seven
    assert sorted(path.name for path in (folder / "out").iterdir()) == FILES
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder / "out", check=True)
    assert json.loads((folder / "out" / "merged.json").read_text()) == answer
    page = (folder / "out" / "merged.html").read_text()
    assert page.count("<details>") == len(runs) and "<script" not in page and "http" not in page
    text = (folder / "out" / "merged.md").read_text()
    assert text.startswith("# 7 runs of 7 hosts\n") and "## Per host" in text and text.count("\n### n") == 7


def test_every_figure_of_every_run_is_a_line_of_merged_csv(seven):
    folder, runs, _ = seven
    comments, header, lines = read_csv(folder / "out" / "merged.csv")
    assert comments[0] == "# schema: bytebound.merge/1"
    by_key = {(line["run"], line["loop"], line["k"], line["metric"]): line for line in lines}
    assert len(by_key) == len(lines)
    for run in runs:
        for row in read_csv(run / "summary.csv")[2]:
            for metric in [name.removesuffix("_tier") for name in row if name.endswith("_tier")]:
                line = by_key.pop((run.name, row["loop"], row["k"], metric))
                if row[metric]:
                    assert float(line["value"]) == float(row[metric])
                for column in ("ci_low", "ci_high"):
                    assert (line[column] == row[f"{metric}_{column}"]
                            or float(line[column]) == float(row[f"{metric}_{column}"]))
                for column in ("n", "blocks", "tier", "source", "reason"):
                    assert line[column] == row[f"{metric}_{column}"]
    assert {key[3] for key in by_key} == {"speedup"} and len(by_key) == 7 * 2


def test_the_table_across_hosts_is_that_of_pythons_statistics(seven):
    folder, _, answer = seven
    values = {}
    for line in read_csv(folder / "out" / "merged.csv")[2]:
        if line["value"]:
            values.setdefault((line["loop"], int(line["k"]), line["metric"]), []).append(float(line["value"]))
    assert len(values) == len(answer["across"])
    for row in answer["across"]:
        own = values[row["loop"], row["k"], row["metric"]]
        middle = statistics.median(own)
        deviations = [abs(value - middle) for value in own]
        assert (row["hosts"], row["median"], row["lowest"], row["highest"]) == (7, middle, min(own), max(own))
        assert row["mad"] == pytest.approx(statistics.median(deviations), abs=1e-9)
        if row["metric"] == "time_ns":
            (outlier,) = row["outliers"]
            assert outlier["host"] == "n6"
            assert outlier["z"] == pytest.approx(0.6745 * (own[6] - middle) / row["mad"])
        else:
            assert row["outliers"] == []  # both loops are slower alike
    assert [run["outlier_figures"] for run in answer["runs"]] == [0] * 6 + [4]


def test_the_terminal_names_the_outlier_hosts_and_the_report(seven, tmp_path):
    folder, runs, _ = seven
    done = call("merge", *runs, "--out", tmp_path / "out")
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0] == "7 runs of 7 hosts"
    assert lines[-2:] == ["outlier hosts: n6 (4 figures)", str(tmp_path / "out" / "merged.md")]
    assert len(lines) <= 24


def test_equal_runs_give_equal_bytes(seven, tmp_path):
    folder, runs, _ = seven
    for file in FILES:
        if (text := (folder / "out" / file).read_text()) and file != "SHA256SUMS":
            assert "--json" in text or file in ("merged.md", "merged.html")
    for _ in range(2):
        call("merge", *(run.name for run in runs), "--json", "--out", "again", "--force", cwd=folder)
        for file in ("merged.md", "merged.html"):
            assert (folder / "again" / file).read_bytes() == (folder / "out" / file).read_bytes()


def test_two_runs_of_one_host_count_as_one_host(measured, tmp_path):
    runs = [on_host(measured, tmp_path / f"run{i}", "n1", factor) for i, factor in enumerate([1, 3])]
    answer = merged(*runs, "--out", tmp_path / "out")
    assert answer["hosts"] == 1 and len(answer["runs"]) == 2
    first = float(read_csv(runs[0] / "summary.csv")[2][0]["time_ns"])
    assert answer["across"][0]["median"] == pytest.approx(2 * first) and answer["across"][0]["hosts"] == 1
    assert answer["across"][0]["no_outliers"] == "1 host: no outlier is named among fewer than 6"


def test_another_workload_is_merged_apart_on_request(measured, tmp_path):
    other = run_tiny(tmp_path / "other", *SMALL, "--seed", "2", "--N", "128").path
    message = refused(5, measured, other, "--out", tmp_path / "out")
    assert "another workload than the first run: N (256 and 128), seed (1 and 2)" in message
    assert not (tmp_path / "out").exists()
    answer = merged(measured, other, "--out", tmp_path / "out", "--allow-different-workload")
    assert [each["N"] for each in answer["workloads"]] == [256, 128]
    assert {row["hosts"] for row in answer["across"]} == {1}


# ------------------------------------------------------------------------------------------------- hostile names


def test_no_name_becomes_markup_a_formula_or_a_command_of_the_terminal(measured, tmp_path):
    name = "=cmd|'x'!A1<script>alert(1)</script>|`# \x1b[31m\n![x](y)\u202e"
    run = on_host(measured, tmp_path / "run", name)
    done = call("merge", run, "--out", tmp_path / "out")
    assert done.returncode == 0 and "\x1b" not in done.stdout
    page, text = ((tmp_path / "out" / f"merged.{kind}").read_text() for kind in ("html", "md"))
    assert "<script" not in page and "\x1b" not in page + text and "\u202e" not in page + text
    assert "<script" not in text and "![x](y)" not in text
    for file in ("merged.csv", "runs.csv"):
        for line in read_csv(tmp_path / "out" / file)[2]:
            assert line["host"].startswith("'=cmd|") and "\n" not in line["host"]
    assert json.loads((tmp_path / "out" / "merged.json").read_text())["runs"][0]["host"] == name


def test_a_run_whose_name_is_no_text_is_merged(measured, tmp_path):
    folder = os.fsencode(tmp_path) + b"/\xe9 =1+1"
    shutil.copytree(os.fsencode(measured), folder)
    done = call("merge", os.fsdecode(folder), "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\xe9 =1+1" in read_csv(tmp_path / "out" / "runs.csv")[2][0]["run"]


# ------------------------------------------------------------------------------------------------- bad input


def altered(measured, tmp_path, change):
    run = tmp_path / "run"
    shutil.copytree(measured, run)
    change(run)
    return run


def rewrite(name, change):
    return lambda run: (run / name).write_text(change((run / name).read_text()))


@pytest.mark.parametrize("change, words", [
    (lambda run: (run / "run.json").unlink(), "run.json: the file is missing or unreadable (ENOENT)"),
    (lambda run: (run / "summary.csv").unlink(), "summary.csv: the file is missing or unreadable (ENOENT); write it again: bytebound report"),
    (rewrite("run.json", lambda text: text.replace("bytebound.run/1", "bytebound.run/2", 1)),
     'its schema is "bytebound.run/2", not "bytebound.run/1"'),
    (rewrite("run.json", lambda text: text.replace('"complete"', '"running"', 1)),
     "the run is still being written, or its process was killed"),
    (rewrite("run.json", lambda text: text[:200]), "run.json: it is not complete JSON: it ends too early"),
    (rewrite("run.json", lambda text: text.replace('"N": 256', '"N": -1', 1)), "run.json: /workload/N: "),
    (rewrite("run.json", lambda text: text.replace('"N": 256', '"N": 256, "N": 128', 1)), "/N: the key occurs twice"),
    (rewrite("summary.csv", lambda text: text.replace("summary/1", "summary/2", 1)),
     'summary.csv:1: it does not say "# schema: bytebound.summary/1"'),
    (rewrite("summary.csv", lambda text: text[:-10]), "the last line is cut off"),
    (rewrite("summary.csv", lambda text: text.replace("\npaired,4,", "\npaired,16,", 1)),
     "its loop and k are those of a row before"),
    (rewrite("summary.csv", lambda text: text.replace("\nindex,4,", "\nindex,4,4,", 1)), " cells, the header has "),
])
def test_a_bad_run_is_one_line_with_exit_5_and_nothing_is_written(measured, tmp_path, change, words):
    run = altered(measured, tmp_path, change)
    good = on_host(measured, tmp_path / "good", "n1")
    assert words in refused(5, good, run, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("change, words", [
    (lambda run: (run / "SHA256SUMS").unlink(), "SHA256SUMS is missing"),
    (rewrite("SHA256SUMS", lambda text: text[5:]), "SHA256SUMS is malformed"),
    (lambda run: (run / "samples.csv").unlink(), "samples.csv (missing)"),
    (lambda run: edit_cells(run, lambda row: row.update(time_ns_n="7")), "by SHA256SUMS: summary.csv"),
    (rewrite("SHA256SUMS", lambda text: text + "0" * 64 + "  workers.csv\n"), "workers.csv (missing)"),
])
def test_a_run_that_is_not_as_it_was_sealed_is_marked(measured, tmp_path, change, words):
    run = altered(measured, tmp_path, change)
    done = call("merge", run, "--out", tmp_path / "out")
    assert done.returncode == 0
    assert done.stderr.startswith(f"bytebound: warning: {run}: ") and words in done.stderr
    answer = json.loads((tmp_path / "out" / "merged.json").read_text())
    assert words in answer["runs"][0]["files_caveat"]
    assert "without intact seals" in (tmp_path / "out" / "merged.md").read_text().split("\n")[0]


def test_rows_and_columns_in_another_order_give_the_same_table(measured, tmp_path):
    run = on_host(measured, tmp_path / "run", "n1")
    expected = merged(run, "--out", tmp_path / "expected")["across"]
    path = run / "summary.csv"
    comments, header, rows = read_csv(path)
    order = sorted(header)
    path.write_text("\n".join([*comments, ",".join(order), *(",".join(row[column] for column in order)
                                                             for row in reversed(rows))]) + "\n")
    seal(run)
    key = lambda row: (row["loop"], row["k"], row["metric"])
    assert sorted(merged(run, "--out", tmp_path / "out")["across"], key=key) == sorted(expected, key=key)


def test_a_run_that_another_process_writes_is_refused(measured, tmp_path):
    run = altered(measured, tmp_path, lambda run: (run / ".bytebound-owner").write_text("71 n1\n"))
    descriptor = os.open(run, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    assert "process 71 on host n1 is writing to the directory" in refused(5, run, "--out", tmp_path / "out")
    os.close(descriptor)


def test_a_run_or_its_copy_is_not_merged_twice(measured, tmp_path):
    shutil.copytree(measured, tmp_path / "copy")
    for twin in (measured, tmp_path / "copy"):
        assert f"merge {twin}: it is the same run as {measured}" in refused(5, measured, twin, "--out", tmp_path / "out")


# ------------------------------------------------------------------------------------------------- --out


def test_out_follows_the_rules_of_run(measured, tmp_path):
    assert "--out: it is missing" in refused(2, measured)
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine")
    for words in ([], ["--force"]):
        assert "create" in refused(2, measured, "--out", taken, *words)
    assert [path.name for path in taken.iterdir()] == ["mine.txt"]
    assert "it exists and is not a directory" in refused(2, measured, "--out", taken / "mine.txt")
    assert "is in the run directory" in refused(2, measured, "--out", measured)
    assert "is in the run directory" in refused(2, measured, "--out", measured / "merged", "--force")
    shutil.copytree(measured, tmp_path / "run")
    assert "--force replaces a merge" in refused(2, measured, "--out", tmp_path / "run", "--force")
    assert call("verify", measured).returncode == 0


def test_force_replaces_a_merge_and_a_failure_leaves_it_as_it_was(measured, tmp_path):
    out, other = tmp_path / "out", on_host(measured, tmp_path / "other", "n1")
    merged(measured, "--out", out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    refused(2, other, "--out", out)
    broken = altered(measured, tmp_path, lambda run: (run / "summary.csv").unlink())
    refused(5, other, broken, "--out", out, "--force")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert merged(other, "--out", out, "--force")["runs"][0]["host"] == "n1"
    assert sorted(path.name for path in out.iterdir()) == FILES


def test_an_interrupted_merge_leaves_nothing(measured, tmp_path):
    runs, out = [on_host(measured, tmp_path / f"run{i}", f"n{i}") for i in range(60)], tmp_path / "out"
    process = subprocess.Popen([binary(), "merge", *runs, "--out", out], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not out.exists() and process.poll() is None:
        time.sleep(0.0005)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    # Else it was done before the signal.
    assert (process.returncode, out.exists()) in ((130, False), (0, True))


def test_a_full_disk_leaves_nothing(measured, tmp_path):
    done = subprocess.run(["bash", "-c", f"ulimit -f 8; exec {binary()} merge {measured} --out {tmp_path / 'out'}"],
                          capture_output=True, text=True)
    assert done.returncode == 1 and "EFBIG" in done.stderr, done
    assert not (tmp_path / "out").exists()
