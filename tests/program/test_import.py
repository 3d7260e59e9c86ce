"""bytebound import: files of other tools as a run directory, or one line that says why not."""
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess

import jsonschema
import pytest

from conftest import binary, call, read_csv, schema

FORMATS = ["perf-stat", "likwid", "xctrace", "ncu", "google-benchmark"]


def imported(tmp_path, form, texts, *words):
    """A run directory of files with these texts; checked against the schemas, and verified."""
    files = []
    for number, text in enumerate(texts):
        files.append(tmp_path / f"file{number}")
        files[-1].write_text(text)
    out = tmp_path / "run"
    done = call("import", form, *files, "--out", out, *words)
    assert done.returncode == 0, done.stderr
    run, summary = (json.loads((out / name).read_text()) for name in ("run.json", "summary.json"))
    jsonschema.validate(run, schema("run"))
    jsonschema.validate(summary, schema("summary"))
    verified = call("verify", out)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    return out, run, summary, done


def rows_of(summary):
    return {row["loop"]: row for row in summary["rows"]}


def refused(tmp_path, form, text, code, *words):
    (tmp_path / "file").write_text(text) if isinstance(text, str) else (tmp_path / "file").write_bytes(text)
    done = call("import", form, "file", "--out", "out", *words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("bytebound: error: ") and done.stderr.count("\n") == 1, done.stderr
    assert done.stdout == "" and not (tmp_path / "out").exists()
    return done.stderr.removeprefix("bytebound: error: ").rstrip("\n")


def test_numbers_of_perf_stat_keep_their_tiers_and_files_are_blocks(tmp_path):
    texts = [f"{count},,instructions:u,9,100.00,,\n{2 * count},,cycles:u,9,50.00,,\n<not supported>,,LLC-load-misses,0,100.00,,\n"
             f"{count},ns,duration_time,9,100.00,,\n" for count in (100, 200, 400)]
    out, run, summary, done = imported(tmp_path, "perf-stat", texts, "--name", "prog")
    metrics = rows_of(summary)["prog"]["metrics"]
    assert metrics["instructions"]["value"] == pytest.approx(700 / 3)
    assert metrics["instructions"]["blocks"] == 3 and metrics["instructions"]["tier"] == "counted"
    assert metrics["instructions"]["ci_low"] < 700 / 3 < metrics["instructions"]["ci_high"]
    assert (metrics["cycles"]["tier"], metrics["time_ns"]["tier"], metrics["time_ns"]["value"]) == ("scaled", "timed", 200)
    assert metrics["cpi"]["value"] == 2 and metrics["cpi"]["tier"] == "scaled"
    assert rows_of(summary)["prog"]["unavailable"]["LLC-load-misses"] == "perf: not supported"
    assert metrics["dram_bytes"] is None
    assert rows_of(summary)["prog"]["unavailable"]["dram_bytes"] == "the files of perf-stat do not contain it"
    # The files are named with their hashes, and what was read of them is kept.
    for number, file in enumerate(run["subject"]["imported"]["files"]):
        assert file["sha256"] == hashlib.sha256(texts[number].encode()).hexdigest()
    rows = read_csv(out / "imported.csv")[2]
    assert [row["value"] for row in rows if row["metric"] == "instructions"] == ["100", "200", "400"]
    assert done.stdout.endswith(f"{out}/report.md\n")


def test_a_mean_of_the_source_has_no_interval_and_says_so(tmp_path):
    out, run, summary, done = imported(tmp_path, "perf-stat", ["200,,page-faults,0.50%,9,100.00,,\n"])
    figure = rows_of(summary)["program"]["metrics"]["page_faults"]
    assert (figure["value"], figure["ci_low"], figure["ci_high"]) == (200, None, None)
    assert any("have no interval" in note for note in run["subject"]["imported"]["notes"])
    assert "have no interval" in (out / "report.md").read_text() and "have no interval" in done.stderr
    row = read_csv(out / "imported.csv")[2][0]
    assert (row["stat"], row["n"], row["standard_error"]) == ("mean", "", "1")


def benchmark_json(times):
    return json.dumps({"context": {"host_name": "n1"}, "benchmarks": [
        {"name": "BM_copy/8", "run_name": "BM_copy/8", "run_type": "iteration", "repetition_index": i, "iterations": 100, "real_time": time,
         "cpu_time": time, "time_unit": "us"} for i, time in enumerate(times)]})


def test_two_files_of_google_benchmark_can_be_compared(tmp_path):
    for name, times in (("base", [10, 11, 10, 11, 10, 11]), ("head", [5, 5.5, 5, 5.5, 5, 5.5])):
        (tmp_path / name).mkdir()
        imported(tmp_path / name, "google-benchmark", [benchmark_json(times)])
    done = call("compare", tmp_path / "base/run", tmp_path / "head/run", "--json", "--gate", "time_ns@BM_copy/8 <= 0.6x")
    assert done.returncode == 0, done.stderr
    comparison = json.loads(done.stdout)
    time = next(row for row in comparison["rows"] if row["metric"] == "time_ns")
    assert time["ratio"] == pytest.approx(statistics.median([5, 5.5]) / statistics.median([10, 11]))
    assert time["verdict"] == "better" and time["base"]["blocks"] == 6 and time["base"]["n"] == 600
    assert [gate["result"] for gate in comparison["gates"]] == ["pass"]
    assert call("compare", tmp_path / "head/run", tmp_path / "base/run", "--gate", "time_ns <= 1.1x").returncode == 4


def test_other_commands_accept_an_imported_run(tmp_path):
    out, run, summary, _ = imported(tmp_path, "google-benchmark", [benchmark_json([10, 11, 12])])
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert call("report", out).returncode == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    merged = call("merge", out, "--out", tmp_path / "merged")
    assert merged.returncode == 0, merged.stderr
    rows = read_csv(tmp_path / "merged/merged.csv")[2]
    assert [row["value"] for row in rows if row["metric"] == "time_ns"] == ["11000"]
    database = tmp_path / "history.db"
    for _ in range(2):
        added = call("history", "--db", database, "add", out)
        assert added.returncode == 0, added.stderr
    assert call("history", "--db", database, "list", "--json").stdout.count('"n1"') == 1
    again = call("import", "google-benchmark", tmp_path / "file0", "--out", out)
    assert again.returncode == 2
    assert call("import", "google-benchmark", tmp_path / "file0", "--out", out, "--force", "--json").returncode == 0
    text = (out / "imported.csv").read_text()
    (out / "imported.csv").write_text(text.replace(",10000,", ",10001,"))
    verified = call("verify", out)
    assert verified.returncode == 1 and "summary.json" in verified.stdout


def test_two_recordings_of_xctrace_are_compared_as_json_and_markdown(tmp_path):
    if "XML of xctrace (pugixml)  no" in call("--version").stdout:
        pytest.skip("this build has no pugixml")

    def recording(cycles):
        return ("<?xml version=\"1.0\"?><trace-query-result><node><schema name=\"c\"><col><mnemonic>process</mnemonic>"
                "<engineering-type>process</engineering-type></col><col><mnemonic>cycles</mnemonic><engineering-type>uint64"
                f"</engineering-type></col></schema><row><process id=\"1\" fmt=\"bench (7)\"/><uint64 id=\"2\" fmt=\"x\">{cycles}</uint64></row>"
                "<row><process ref=\"1\"/><uint64 ref=\"2\"/></row></node></trace-query-result>\n")

    words = [word for name in ("index", "paired", "paired", "index") for word in ("--name", name)]
    out, run, summary, _ = imported(tmp_path, "xctrace", [recording(1000), recording(400), recording(420), recording(1100)], *words)
    assert rows_of(summary)["index (bench)"]["metrics"]["cycles"]["value"] == 2100
    (comparison,) = [each for each in summary["comparisons"] if each["metric"] == "cycles"]
    assert (comparison["loop"], comparison["vs"]) == ("paired (bench)", "index (bench)")
    assert comparison["ratio"] == pytest.approx(2100 / 820)
    assert "paired (bench)" in (out / "report.md").read_text()
    assert json.loads((out / "summary.json").read_text()) == summary


def test_errors_are_one_line_and_leave_nothing(tmp_path):
    assert refused(tmp_path, "perfstat", "x", 2).startswith("parse option FORMAT: unknown format 'perfstat'; did you mean 'perf-stat'?")
    for form in FORMATS:
        message = refused(tmp_path, form, "", 5)
        assert message.startswith("import file: ") or message.startswith("import file:1: "), message
        message = refused(tmp_path, form, b"\0" * 100_000, 5)
        assert message.startswith("import file"), message
    assert refused(tmp_path, "ncu", "==ERROR== ERR_NVGPUCTRPERM - no permission\n", 5).startswith(
        "import file: ncu was not permitted to count: ==ERROR== ERR_NVGPUCTRPERM")
    assert refused(tmp_path, "ncu", '"ID","Kernel Name","Metric Name","Metric Unit","Metric Value"\n"0","k","m.avg","","2.048"\n', 2).endswith(
        "say --decimal point or --decimal comma")
    done = call("import", "perf-stat", "missing", "--out", "out", cwd=tmp_path)
    assert done.returncode == 5 and "the file cannot be read (ENOENT); give a readable file" in done.stderr
    done = call("import", "perf-stat", tmp_path / "file", "--out", "")
    assert done.returncode == 2
    done = call("import", "perf-stat", "file", cwd=tmp_path)
    assert done.returncode == 2 and "--out" in done.stderr
    done = call("import", "perf-stat", "a", "b", "c", "--name", "x", "--name", "y", "--out", "out", cwd=tmp_path)
    assert done.returncode == 2 and "2 names for 3 files" in done.stderr


def test_a_line_of_two_gigabytes_is_refused_without_reading_it(tmp_path):
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(2 << 30)  # sparse
    for form in FORMATS:
        done = subprocess.run(["prlimit", "--as=1000000000", binary(), "import", form, "huge", "--out", "out"], cwd=tmp_path, text=True,
                              capture_output=True, timeout=60)
        assert done.returncode == 5 and done.stderr.count("\n") == 1, done.stderr


perf = shutil.which("perf")


@pytest.mark.skipif(perf is None, reason="perf is not installed")
@pytest.mark.parametrize("options", ["-x,", "-x;", "-j", "-x, -I100", "-j -I100", "-x, -r2", "-j -r2", "-x, -a -A", "-j -a --per-socket",
                                     "-x, -a --per-core"])
def test_real_output_of_perf_is_read(tmp_path, options):
    events = "task-clock,page-faults,context-switches,instructions"
    done = subprocess.run([perf, "stat", *options.split(), "-e", events, "-o", tmp_path / "perf", "--", "sleep", "0.25"],
                          capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        pytest.skip(f"perf stat {options}: {done.stderr.strip()[:200]}")
    text = (tmp_path / "perf").read_text()
    out, run, summary, _ = imported(tmp_path, "perf-stat", [text])
    rows = read_csv(out / "imported.csv")[2]
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(rows) == len(lines)
    for row in summary["rows"]:
        tiers = {row["metrics"][name]["tier"] for name in ("task_clock_ns", "page_faults") if row["metrics"][name]}
        assert tiers == ({"shared"} if "-a" in options.split() else {"counted"})
    # The same numbers, read by other means.
    for line, row in zip(lines, rows):
        if options.startswith("-j"):
            record = json.loads(line)
            value, event = record["counter-value"], record["event"]
        else:
            fields = [field.strip() for field in line.split(options[2])]
            at = fields.index(row["original"])
            value, event = fields[at - 2], fields[at]
        assert row["original"] == event
        if value.startswith("<"):
            assert row["value"] == "" and row["reason"] in ("perf: not counted", "perf: not supported")
        else:
            assert float(row["value"]) == pytest.approx(float(value) * (1e6 if event == "task-clock" else 1))


@pytest.mark.skipif(shutil.which("lua5.3") is None or not os.path.exists("/usr/share/lua/likwid.lua"), reason="LIKWID is not installed")
def test_what_likwids_own_code_prints_is_read(tmp_path):
    """LIKWID counts nothing on most machines of a CI, but its printing code is a script that runs with given counts."""
    script = pathlib.Path(__file__).parent / "likwid_output.lua"
    done = subprocess.run(["lua5.3", script], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        pytest.skip(f"LIKWID's library does not load: {done.stderr.strip()[:200]}")
    out, run, summary, _ = imported(tmp_path, "likwid", [done.stdout])
    rows = rows_of(summary)
    assert list(rows) == ["program (HWThread 0)", "program (HWThread 1)", "copy (HWThread 0)", "copy (HWThread 1)"]
    first, second = rows["copy (HWThread 0)"]["metrics"], rows["copy (HWThread 1)"]
    assert (first["instructions"]["value"], first["cycles"]["value"], first["cpi"]["value"]) == (1000, 2500, 2.5)
    assert (first["dram_read_bytes"]["value"], first["dram_read_bytes"]["tier"]) == (1e9, "shared")
    assert first["dram_bytes"]["value"] == 1.5e9 and first["time_ns"]["value"] == 5e8
    assert second["metrics"]["dram_bytes"] is None and "whole socket" in second["unavailable"]["dram_bytes"]


SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts" / "record-macos"


def test_the_recording_script_takes_turns_and_prints_the_import(tmp_path):
    """With a program in place of xctrace that writes what it exports: only its calls are tested, not Instruments."""
    assert subprocess.run(["bash", "-n", SCRIPT]).returncode == 0
    programs = tmp_path / "bin"
    programs.mkdir()
    fake = programs / "xctrace"
    fake.write_text("""#!/bin/bash
while [ $# -gt 0 ]; do
  case $1 in
  record | export) verb=$1 ;;
  --input) input=$2 ;;
  --output) output=$2 ;;
  --) shift; printf '%s ' "$@" > "$output"; exit ;;
  esac
  shift
done
printf 'Process,Cycles\\n%s,%s0\\n' bench "$(tr -cd 0-9 < "$input")" > "$output"
""")
    fake.chmod(0o755)
    env = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    words = [SCRIPT, "--name", "A", "--name", "B", "--blocks", "2", "--out", tmp_path / "out dir"]
    done = subprocess.run([*words, "--", "prog", "1", "--", "prog", "2"], env=env, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "out dir").glob("*.trace")) == ["0001-A.trace", "0002-B.trace", "0003-B.trace", "0004-A.trace"]
    command = done.stdout.replace("bytebound import", f"{binary()} import")
    imported_run = subprocess.run(["bash", "-c", command], cwd=tmp_path, text=True, capture_output=True)
    assert imported_run.returncode == 0, imported_run.stderr
    summary = json.loads((tmp_path / "imported/summary.json").read_text())
    assert {row["loop"]: (row["metrics"]["cycles"]["value"], row["metrics"]["cycles"]["blocks"]) for row in summary["rows"]} == {
        "A (bench)": (10, 2), "B (bench)": (20, 2)}
    again = subprocess.run([*words, "--", "prog", "--", "prog"], env=env, text=True, capture_output=True)
    assert again.returncode == 2 and "it is not empty; give another directory" in again.stderr
    bare = subprocess.run(words, env=env, text=True, capture_output=True)
    assert (bare.returncode, bare.stderr) == (2, "record-macos: error: parse command line: no program; give one after --\n")
