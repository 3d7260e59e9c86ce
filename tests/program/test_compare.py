"""Two runs compared: rows, verdicts, gates, exit codes, every form of the answer, and inputs that are no runs."""
import csv
import json
import math
import os
import shutil
import xml.etree.ElementTree as xml

import jsonschema
import pytest

from conftest import ROOT, TINY, call, run_tiny, schema

# A simulated cache smaller than the block (64 rows of 128 bytes): all loops read from memory.
SIM = ["--ks", "4", "--loops", "paired,index", "--collector", "sim", "--llc", "4KiB:4:64", "--calibration", "none", "--quiet"]


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two runs of one workload."""
    folder = tmp_path_factory.mktemp("pair")
    for name in ("base", "head"):
        run_tiny(folder / name, *SIM)
    return folder


@pytest.fixture
def copied(pair, tmp_path):
    """The same two, to be changed."""
    for name in ("base", "head"):
        shutil.copytree(pair / name, tmp_path / name)
    return tmp_path


def compare(folder, *words, **options):
    return call("compare", "base", "head", *words, cwd=folder, **options)


def validate(document):
    folder = ROOT / "reports" / "schema"
    resolver = jsonschema.RefResolver(f"{folder.as_uri()}/compare.schema.json", schema("compare"))
    jsonschema.Draft7Validator(schema("compare"), resolver=resolver).validate(document)


def answer(folder, *words, code=0):
    done = compare(folder, *words, "--json")
    assert done.returncode == code, done.stderr
    document = json.loads(done.stdout)
    validate(document)
    return document


def row_of(document, loop, metric):
    return next(row for row in document["rows"] if (row["loop"], row["metric"]) == (loop, metric))


def refused(done, code, line):
    assert (done.returncode, done.stdout, done.stderr) == (code, "", f"bytebound: error: {line}\n")


def edit(path, change):
    """Changes run.json; SHA256SUMS then no longer fits."""
    file = path / "run.json"
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))


def test_an_unchanged_program_has_the_same_bytes_exactly(pair):
    document = answer(pair)
    assert document["base"]["path"] == "base" and document["head"]["path"] == "head"
    for loop in ("paired", "index"):
        for metric in ("dram_bytes", "dram_read_bytes", "dram_write_bytes", "requested_bytes"):
            row = row_of(document, loop, metric)
            assert (row["verdict"], row["ratio"], row["exact"], row["p_value"]) == ("same", 1, True, None), row
    assert document["passed"] and document["gates"] == []
    assert any("not interleaved" in note for note in document["notes"])


def test_time_is_welch_s_test_on_the_raw_steps(pair):
    """The figures come from samples.csv: here they are computed once more from it."""
    stats = pytest.importorskip("scipy.stats")

    def blocks(name, loop):
        by_repeat = {}
        with open(pair / name / "samples.csv", newline="") as file:
            for row in csv.DictReader(line for line in file if not line.startswith("#")):
                if row["loop"] == loop and row["pass"] == "0":
                    by_repeat.setdefault(row["repeat"], []).append(int(row["time_ns"]))
        medians = [sorted(v)[len(v) // 2 - 1:len(v) // 2 + 1] for v in by_repeat.values()]
        assert {len(v) for v in by_repeat.values()} == {8}
        cost = json.loads((pair / name / "run.json").read_text())["read_cost"][0]["clock_ns"]["median"]
        return [math.log(sum(m) / 2 - cost) for m in medians]

    document = answer(pair, "--metrics", "time_ns")
    for loop in ("paired", "index"):
        row = row_of(document, loop, "time_ns")
        base, head = blocks("base", loop), blocks("head", loop)
        if row["p_value"] is None or row["base"]["value"] < 1000:
            continue  # the cost of reading is not small: its uncertainty is part of the test
        expected = stats.ttest_ind(head, base, equal_var=False).pvalue
        assert row["p_value"] == pytest.approx(expected, rel=0.05, abs=0.02)


def test_a_row_of_the_terminal_and_a_verdict_per_row(pair):
    done = compare(pair)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("base  base  (") and lines[1].startswith("head  head  (")
    assert lines[2].startswith("note: the runs were not interleaved")
    assert any(line.startswith("paired  4  dram_bytes") and line.endswith("same") for line in lines), done.stdout
    assert len(lines) <= 24


@pytest.mark.parametrize("columns", [60, 80])
def test_the_answer_fits_a_terminal(pair, columns):
    done = compare(pair, "--metrics", "all", "--gate", "dram_bytes <= 1x", env={"COLUMNS": str(columns)})
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= columns and len(lines) <= 24, done.stdout
    assert f"not shown in {columns} columns: " in done.stdout


def test_gates_that_hold_pass(pair):
    document = answer(pair, "--gate", "dram_bytes <= 1x", "--gate", "requested_bytes@paired/4 <= 1KiB")
    assert document["passed"]
    assert [(g["loop"], g["result"], g["exact"]) for g in document["gates"]] == \
        [("paired", "pass", True), ("index", "pass", True), ("paired", "pass", True)]
    assert document["gates"][2]["limit"] == 1024 and document["gates"][2]["value"] == 512


def test_a_gate_that_fails_is_exit_4_with_its_figures(pair):
    done = compare(pair, "--gate", "requested_bytes@paired <= 0.5x", "--gate", "dram_bytes <= 1x")
    assert done.returncode == 4
    assert done.stderr == (
        "bytebound: error: compare head: gates: 1 failed, 2 passed: requested_bytes@paired <= 0.5x, paired k=4: 1.000x, exact; "
        "base 512 B, head 512 B (computed); see the rows that are worse, or change the limit if it was meant\n")
    assert "fail: requested_bytes@paired <= 0.5x: paired k=4: 1.000x, exact" in done.stdout


def test_an_unresolved_gate_is_a_warning_or_exit_4(pair):
    gate = ["--gate", "cpi <= 1x"]
    done = compare(pair, *gate, env={})
    document = answer(pair, *gate)
    if document["gates"][0]["result"] != "unresolved":
        pytest.skip("this machine has a PMU")
    assert done.returncode == 0
    assert done.stderr.startswith("bytebound: warning: gates: 2 unresolved: cpi <= 1x, paired k=4: null in both: ")
    assert compare(pair, *gate, "--unresolved", "fail").returncode == 4
    assert document["passed"] and not answer(pair, *gate, "--unresolved", "fail", code=4)["passed"]


def test_gates_of_a_file(pair, tmp_path):
    file = tmp_path / "gates.toml"
    file.write_text('unresolved = "fail"\ngates = [\n  "dram_bytes <= 1x", # exact\n  "cpi@paired <= 1x",\n]\n')
    document = answer(pair, "--gates", file, "--unresolved", "pass")
    assert [gate["expr"] for gate in document["gates"]] == ["dram_bytes <= 1x", "dram_bytes <= 1x", "cpi@paired <= 1x"]
    assert document["unresolved"] == "pass"
    refused(compare(pair, "--gates", tmp_path / "none.toml"), 5,
            f"read gates {tmp_path}/none.toml: the file is missing or unreadable (ENOENT); give a TOML file of gates")


@pytest.mark.parametrize("gate, cause", [
    ("time_ns <= 3KiB", "gate 'time_ns <= 3KiB': time_ns is not measured in KiB; known for time_ns: x, %, ns, us, ms, s"),
    ("time_ns <= 1e400x", "gate 'time_ns <= 1e400x': the limit is not a number that can be represented; give a number of "
                          "ordinary size"),
    ("time_ns <= 1\nx", "gate 'time_ns <= 1\\nx'"),
])
def test_a_gate_that_makes_no_sense_is_exit_2(pair, gate, cause):
    done = compare(pair, "--gate", gate)
    if "\n" in gate:  # white space before a unit
        assert done.returncode in (0, 2) and done.stderr.count("\n") <= 1
        return
    refused(done, 2, "parse option --gate: " + cause)


def test_a_gate_over_what_no_run_has_is_exit_2(pair):
    refused(compare(pair, "--gate", "dram_byte <= 1x"), 2,
            "parse gate 'dram_byte <= 1x': unknown metric 'dram_byte'; did you mean 'dram_bytes'? see docs/figures.md for the "
            "metrics")
    refused(compare(pair, "--gate", "dram_bytes@pared <= 1x"), 2,
            "parse gate 'dram_bytes@pared <= 1x': neither run has loop 'pared'; did you mean 'paired'? known: paired, index")
    refused(compare(pair, "--gate", "dram_bytes@paired/16 <= 1x"), 2,
            "parse gate 'dram_bytes@paired/16 <= 1x': neither run has k=16 of loop 'paired'; known ks: 4")
    done = compare(pair, "--metrics", "dram_byte")
    assert done.returncode == 2 and "did you mean 'dram_bytes'?" in done.stderr


def test_metrics_can_be_chosen(pair):
    assert {row["metric"] for row in answer(pair, "--metrics", "min_bytes,dram_bytes")["rows"]} == {"min_bytes", "dram_bytes"}
    every = answer(pair, "--metrics", "all")
    assert len({row["metric"] for row in every["rows"]} | {each["metric"] for each in every["absent"]}) > 15


def test_a_run_of_another_workload_is_refused_with_the_fields(pair, tmp_path):
    other = run_tiny(tmp_path / "other", *SIM, "--seed", "2", "--m", "32").path
    refused(call("compare", pair / "base", other), 5,
            f"compare {other}: it has another workload: m (64 and 32), seed (1 and 2); measure with equal options, or give "
            "--allow-different-workload")
    done = call("compare", pair / "base", other, "--allow-different-workload", "--json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    validate(document)
    assert "the runs have unlike workloads: m (64 and 32), seed (1 and 2)" in document["notes"]
    assert not row_of(document, "paired", "dram_bytes")["exact"]


def test_a_run_of_another_host_is_refused(copied):
    edit(copied / "head", lambda run: run.update(host="=cmd()\n::error::x"))
    done = compare(copied)
    assert done.returncode == 5 and done.stdout == ""
    host = json.loads((copied / "base/run.json").read_text())["host"]
    assert done.stderr == (f"bytebound: error: compare head: it is of another host: host ({host} and =cmd()\\n::error::x); "
                           "compare runs of one host, or give --allow-different-host\n")
    done = compare(copied, "--allow-different-host", "--github", "--markdown", "c.md", "--junit", "c.xml", "--prometheus", "c.prom")
    assert done.returncode == 0
    assert "the run's files" in done.stderr or "SHA256SUMS" in done.stderr or "not those" in done.stderr, done.stderr
    assert not [line for line in done.stdout.splitlines() if line.startswith("::error")]
    assert "::error" not in [line[:7] for line in (copied / "c.md").read_text().splitlines()]
    xml.parse(copied / "c.xml")


def test_runs_that_are_not_complete_are_refused(copied):
    edit(copied / "head", lambda run: run.update(status="running", measured=False))
    refused(compare(copied), 5, "read head: the run is still being written, or its process was killed; wait for its end, or "
                                "measure again")
    edit(copied / "head", lambda run: run.update(
        status="failed", failure={"operation": "copy", "object": "x", "cause": "the slab is wrong", "remedy": "", "exit_code": 1}))
    refused(compare(copied), 5, "read head: the run failed: the slab is wrong; measure again")


def test_what_is_no_run_is_refused(copied):
    done = call("compare", "base", "nothing", cwd=copied)
    assert (done.returncode, done.stderr.count("\n")) == (5, 1) and "nothing/run.json" in done.stderr
    edit(copied / "head", lambda run: run.update(schema="bytebound.run/2"))
    done = compare(copied)
    assert (done.returncode, done.stderr.count("\n")) == (5, 1) and "bytebound.run/2" in done.stderr
    (copied / "head/run.json").write_text("{")
    assert compare(copied).returncode == 5
    samples = (copied / "base/samples.csv").read_text()
    (copied / "base/samples.csv").write_text(samples[:len(samples) // 2])
    done = call("compare", "base", "base", cwd=copied)
    assert (done.returncode, done.stderr.count("\n")) == (5, 1) and "base/samples.csv" in done.stderr


def test_files_that_were_changed_are_said(copied):
    edit(copied / "head", lambda run: run.update(version="9"))
    done = compare(copied, "--json")
    assert done.returncode == 0 and done.stderr.startswith("bytebound: warning: head: ")
    document = json.loads(done.stdout)
    validate(document)
    assert document["head"]["files_caveat"]


def test_a_comparison_writes_nothing_into_the_runs(copied):
    before = {path: path.stat().st_mtime_ns for path in copied.rglob("*")}
    for path in copied.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert compare(copied).returncode == 0
    finally:
        for path in copied.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert {path: path.stat().st_mtime_ns for path in copied.rglob("*")} == before


def test_junit_markdown_and_prometheus_files(pair, tmp_path):
    names = {form: tmp_path / f"c.{form}" for form in ("markdown", "junit", "prometheus")}
    done = compare(pair, "--gate", "dram_bytes <= 0.5x", "--gate", "requested_bytes <= 1x",
                   *[word for form, path in names.items() for word in (f"--{form}", path)])
    assert done.returncode == 4
    suites = xml.parse(names["junit"]).getroot()
    assert suites.attrib["tests"] == "4" and suites.attrib["failures"] == "2"
    cases = suites.findall("testsuite/testcase")
    assert [case.attrib["name"] for case in cases][:2] == ["dram_bytes <= 0.5x (paired k=4)", "dram_bytes <= 0.5x (index k=4)"]
    assert "1.000x, exact" in cases[0].find("failure").attrib["message"]
    markdown = names["markdown"].read_text()
    assert markdown.startswith("# Comparison of two runs\n") and "| dram_bytes &lt;= 0.5x " in markdown
    families = pytest.importorskip("prometheus_client.parser").text_string_to_metric_families(names["prometheus"].read_text())
    samples = {(s.name, s.labels.get("metric"), s.labels.get("loop")): s for f in families for s in f.samples}
    assert samples["bytebound_compare_ratio", "dram_bytes", "paired"].value == 1
    assert samples["bytebound_compare_passed", None, None].value == 0


def test_an_output_that_cannot_be_written_is_exit_2_before_anything_is_read(pair, tmp_path):
    for name, cause in ((tmp_path, "it is a directory"), ("/dev/null", "it is a device")):
        refused(call("compare", "nothing", "nothing", "--junit", name), 2,
                f"parse option --junit: '{name}' cannot be written: {cause}; give the name of a file")
    done = compare(pair, "--markdown", tmp_path / "none" / "x.md")
    assert done.returncode == 2 and "(ENOENT)" in done.stderr


def test_a_metric_listed_twice_is_compared_and_tested_once(pair):
    once, twice = answer(pair, "--metrics", "time_ns"), answer(pair, "--metrics", "time_ns,time_ns")
    assert twice["rows"] == once["rows"]


def test_two_forms_into_one_file_are_refused(pair, tmp_path):
    (tmp_path / "link").symlink_to("x")
    (tmp_path / "x").write_text("old")
    for other in (tmp_path / "x", tmp_path / "link", tmp_path / "." / "x"):
        refused(compare(pair, "--markdown", tmp_path / "x", "--junit", other), 2,
                f"parse option --junit: '{other}' is the file of --markdown, too; give each form a file of its own")
    assert (tmp_path / "x").read_text() == "old"


def test_an_output_in_a_run_directory_is_refused(copied):
    before = (copied / "head/run.json").read_bytes()
    for name in ("head/run.json", "head/new.md", "base/../head/new.md"):
        refused(compare(copied, "--markdown", name), 2,
                f"parse option --markdown: '{name}' is in the directory of a run; give a file outside of it")
    name = "head/folder/new.md"
    (copied / "head/folder").mkdir()
    refused(compare(copied, "--markdown", name), 2,
            f"parse option --markdown: '{name}' is in the run directory head; give a file outside of both runs")
    (copied / "head/folder").rmdir()
    assert (copied / "head/run.json").read_bytes() == before and not (copied / "head/new.md").exists()
    assert compare(copied, "--markdown", "new.md").returncode == 0


def test_a_run_compared_with_itself_says_so(copied):
    shutil.copytree(copied / "base", copied / "again")
    document = json.loads(call("compare", "base", "again", "--json", cwd=copied).stdout)
    assert document["notes"][-1] == "base and head are the same run: nothing is compared"


def test_an_unresolved_gate_over_what_was_not_measured_does_not_ask_for_repeats(pair):
    done = compare(pair, "--gate", "cpi <= 1x")
    assert done.returncode == 0
    assert done.stderr.endswith("; measure both runs with options that give this figure, or gate another one\n")


def test_github_annotations_follow_the_answer(pair):
    done = compare(pair, "--gate", "dram_bytes@paired <= 0.5x", "--github")
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert commands[0].startswith("::error title=gate failed::dram_bytes@paired <= 0.5x: paired k=4: 1.000x, exact")
    assert commands[1].startswith("::notice title=bytebound compare::gates: 1 failed; rows: ")
    assert compare(pair, "--json", "--github").returncode == 2
