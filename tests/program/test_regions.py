"""Regions of a program that is built against the installed library: what each pass leaves in the files."""
import json
import signal
import subprocess
import sys
from types import SimpleNamespace

import jsonschema
import pytest

from conftest import call, read_csv, schema
from test_library import PARTS, build, flags, installed, must  # noqa: F401 (installed is a fixture)

sys.path.insert(0, str(PARTS))
import region_file  # noqa: E402

EVENTS = "page-faults,task-clock,PAPI_TOT_INS"


@pytest.fixture(scope="session")
def program(installed, tmp_path_factory):
    out = tmp_path_factory.mktemp("regions") / "regions"
    return build(installed, PARTS / "regions.cpp", out, "-std=c++17", "-O1", "-DBYTEBOUND_REGIONS", "-pthread", compiler="g++")


@pytest.fixture
def record(installed, program, tmp_path):
    """Runs the program as exec does: its files, in the order of process and thread."""

    def run(*words, status=0, command=(program,), limit=None, events=EVENTS):
        folder = tmp_path / "files"
        folder.mkdir()
        environment = {**installed.env, "BYTEBOUND_REGIONS_DIRECTORY": str(folder), "BYTEBOUND_REGIONS_EVENTS": events}
        done = subprocess.run([*map(str, command), *map(str, words)], env=environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, preexec_fn=limit)
        assert done.returncode == status, done.stderr
        run.output = done.stdout
        return [region_file.read(path) for path in sorted(folder.iterdir())]

    return run


def missing(log):
    return {name: getattr(log, name) for name in ("dropped", "unmatched", "unfinished", "interrupted", "open_passes", "error")
            if getattr(log, name)}


def test_passes_are_nested_and_have_the_page_faults_that_they_made(record):
    (log,) = record("nested")
    assert [(p.name, p.depth, p.counts[0][0]) for p in log.passes[3:]] == [
        ("inner", 1, 5), ("inner", 1, 5), ("outer", 0, 3 + 2 * 5)]
    inner, second, outer = log.passes[3:]
    assert outer.begin <= inner.begin <= inner.end <= second.begin <= second.end <= outer.end
    assert all(p.counts[0][1] == p.counts[0][2] > 0 and p.flags == 0 for p in log.passes)  # counted the whole time
    assert log.closed_ns >= outer.end and missing(log) == {}
    assert log.described == [
        ("page-faults", "", 1, ""), ("task-clock", "ns", 1, ""),
        ("PAPI_TOT_INS", "", 0, "only collector papi counts it, which this library does not include")]
    assert log.empty.counts[0][0] == 0 and 0 < log.empty.counts[1][0] < 1_000_000


def test_each_thread_has_a_file_of_its_own_passes(record):
    logs = record("threads")
    assert len({log.process for log in logs}) == 1 and len({log.thread for log in logs}) == 2
    for log in logs:
        assert [p.name for p in log.passes] == ["work"] * 10
        assert [p.counts[0][0] for p in log.passes[1:]] == [2] * 9
        assert log.closed_ns > 0 and log.thread != log.process


def test_what_does_not_match_is_counted_and_never_recorded(record):
    (log,) = record("faults")
    names = [p.name for p in log.passes]
    # The names of 256 bytes, and of the 70 levels those beyond 64: two others are open.
    assert missing(log) == {"dropped": 1 + 70 - 62, "unmatched": 2, "unfinished": 1, "open_passes": 3}
    assert names == ["inside", "outer"] + ["deep"] * 62 + ["thrown", "errno"]
    assert [p.depth for p in log.passes][:2] == [2, 2]


def test_a_fork_records_its_own_passes_in_its_own_file(record):
    parent, child = record("forks")
    assert [p.name for p in parent.passes] == ["parent"] and [p.name for p in child.passes] == ["child"]
    assert parent.process < child.process and missing(parent) == missing(child) == {}


@pytest.mark.parametrize("how, status, closed", [
    ("exit", 0, True), ("_exit", 0, False), ("abort", -signal.SIGABRT, False), ("kill", -signal.SIGKILL, False),
    ("exec", 0, False)])
def test_an_end_of_the_process_loses_only_the_pass_that_was_open(record, how, status, closed):
    (log,) = record("ends", how, status=status)
    assert [p.name for p in log.passes] == ["before the end"] * 3
    assert missing(log) == {"open_passes": 1} and (log.closed_ns > 0) == closed


def test_a_thread_that_outlives_main_leaves_an_open_file(record):
    main, other = record("ends", "thread")
    assert main.closed_ns > 0 and other.closed_ns == 0
    assert missing(other) == {"open_passes": 1} and other.passes == []


def test_a_full_buffer_extends_the_file_and_marks_the_passes_around(record):
    (log,) = record("many", 20_000)
    assert [p.name for p in log.passes] == ["one"] * 20_000 + ["all"]
    assert log.windows == 2 and log.passes[-1].flags == 2 and {p.flags for p in log.passes[:-1]} == {0}
    # Storing the records makes no page faults in passes, but where the file is extended.
    assert sum(p.counts[0][0] for p in log.passes[:-1]) < 10 and 256 <= log.passes[-1].counts[0][0] < 300


def test_a_thread_has_1024_regions_and_counts_the_passes_of_others(record):
    (log,) = record("names")
    assert log.names == [f"region {i}" for i in range(1024)]
    assert [p.name for p in log.passes] == log.names * 2
    assert missing(log) == {"dropped": 2 * 6}


def test_a_full_disk_ends_recording_and_not_the_program(record):
    import resource
    (log,) = record("many", 40_000, limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_100_000, 1_100_000)))
    kept = len(log.passes)
    assert 10_000 < kept < 40_000 and missing(log) == {"dropped": 40_001 - kept, "error": 27}  # EFBIG


@pytest.mark.parametrize("environment, line", [
    ({}, "4 regions are not recorded: the environment has no BYTEBOUND_REGIONS_DIRECTORY; run bytebound exec --regions"),
    ({"BYTEBOUND_REGIONS_DIRECTORY": "/nowhere/at/all"}, "3 record regions in /nowhere/at/all: no file can be created there "
     "(ENOENT); check the directory that the environment names"),
])
def test_a_program_runs_without_recording_and_can_say_why(installed, program, environment, line):
    assert must(program, "status", env={**installed.env, **environment}) == line + "\n"


def test_events_that_cannot_be_opened_leave_the_times_and_the_reason(record):
    (log,) = record("status", events="cylces")
    assert [p.name for p in log.passes] == ["one"] and log.passes[0].counts == []
    assert log.described == [("cylces", "", 0, "resolve event cylces: no event has this name; did you mean cycles?")]


def test_regions_compile_to_nothing_without_the_define(installed, tmp_path):
    source = tmp_path / "nothing.cpp"
    source.write_text('#include <bytebound/bytebound.hpp>\nint calls;\nconst char* name() { ++calls; return "a"; }\n'
                      'int main() {\n    BYTEBOUND_REGION("a");\n    bytebound_region_begin(name());\n'
                      '    bytebound_region_end(name());\n    return calls;\n}\n')
    out = tmp_path / "nothing"
    must("g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", source, "-o", out, *flags(installed, "--cflags"))  # links no library
    assert "bytebound" not in must("nm", "-D", out)
    must(out)


def test_python_records_regions(record, installed):
    folder = next(installed.root.rglob("bytebound.py")).parent
    (log,) = record(PARTS / "steps.py", command=["/usr/bin/env", f"PYTHONPATH={folder}", "/usr/bin/python3"])
    assert [(p.name, p.depth) for p in log.passes] == [("step", 0)] * 3 + [("inner", 1), ("outer", 0), ("é", 0)]
    assert record.output == "7\n"


@pytest.fixture(scope="module")
def run_of_regions(installed, program, tmp_path_factory):
    """A run directory of the nested regions, 6 blocks."""
    out = tmp_path_factory.mktemp("exec") / "run"
    done = call("exec", "--quiet", "--regions", "--repeats", 6, "--warmup", 0, "--events", "page-faults,cycles,task-clock", "--out",
                out, "--", program, "nested", env=installed.env)
    assert done.returncode == 0, done.stderr
    return SimpleNamespace(out=out, done=done, record=json.loads((out / "run.json").read_text()),
                           summary=json.loads((out / "summary.json").read_text()))


def test_every_pass_of_a_region_is_a_step_of_a_run_directory(run_of_regions):
    out, summary = run_of_regions.out, run_of_regions.summary
    jsonschema.validate(run_of_regions.record, schema("run"))
    jsonschema.validate(summary, schema("summary"))
    for command in ("verify", "report"):
        again = call(command, out)
        assert again.returncode == 0, again.stderr
    _, _, rows = read_csv(out / "samples.csv")
    assert {(row["loop"], row["k"]) for row in rows} == {("warm", ""), ("outer", ""), ("inner", "")}
    of = lambda loop: [row for row in rows if row["loop"] == loop]
    assert [(row["repeat"], row["step"]) for row in of("inner")] == [(str(r), str(s)) for r in range(6) for s in range(2)]
    assert [row["page-faults"] for row in of("inner")] == ["5"] * 12 and [row["page-faults"] for row in of("outer")] == ["13"] * 6
    assert run_of_regions.record["subject"]["regions"]["passes"] == [12, 6, 18]  # inner, outer, warm


def test_figures_of_regions_have_tiers_intervals_and_reasons(run_of_regions):
    rows = {row["loop"]: row for row in run_of_regions.summary["rows"]}
    faults = rows["outer"]["metrics"]["page_faults"]
    assert (faults["value"], faults["tier"], faults["source"], faults["n"], faults["blocks"]) == (13, "counted", "perf", 6, 6)
    assert rows["outer"]["metrics"]["time_ns"]["tier"] == "timed" and rows["outer"]["k"] is None
    assert rows["outer"]["metrics"]["cycles"] or rows["outer"]["unavailable"]["cycles"]
    assert rows["outer"]["unavailable"]["bound_bytes" if "bound_bytes" in rows["outer"]["unavailable"] else "amplification"]


def test_a_region_may_have_other_numbers_of_passes_in_each_block(installed, program, tmp_path):
    script = tmp_path / "grow"
    script.write_text(f'#!/bin/sh\necho x >> {tmp_path}/count\nexec {program} many $(wc -l < {tmp_path}/count)\n')
    script.chmod(0o755)
    done = call("exec", "--quiet", "--regions", "--repeats", 3, "--warmup", 0, "--events", "page-faults", "--out", tmp_path / "run",
                "--", script, env=installed.env)
    assert done.returncode == 0, done.stderr
    _, _, rows = read_csv(tmp_path / "run" / "samples.csv")
    assert [sum(row["loop"] == "one" and row["repeat"] == str(r) for row in rows) for r in range(3)] == [1, 2, 3]
    assert call("verify", tmp_path / "run").returncode == 0


def test_passes_of_all_threads_are_steps_and_outliers_are_flagged(installed, program, tmp_path):
    done = call("exec", "--quiet", "--regions", "--repeats", 2, "--warmup", 0, "--events", "page-faults", "--out", tmp_path / "run",
                "--", program, "threads", env=installed.env)
    assert done.returncode == 0, done.stderr
    _, _, rows = read_csv(tmp_path / "run" / "samples.csv")
    assert [(row["repeat"], row["step"]) for row in rows] == [(str(r), str(s)) for r in range(2) for s in range(20)]
    assert call("verify", tmp_path / "run").returncode == 0  # derives the outliers
    regions = json.loads((tmp_path / "run/run.json").read_text())["subject"]["regions"]
    assert (regions["names"], regions["passes"], regions["threads"]) == (["work"], [40], 2)


def test_missing_passes_are_a_warning_and_a_program_without_regions_is_refused(installed, program, tmp_path):
    done = call("exec", "--regions", "--quiet", "--repeats", 2, "--warmup", 0, "--out", tmp_path / "run", "--", program, "faults",
                env=installed.env)
    assert done.returncode == 0, done.stderr
    (warning,) = [w for w in json.loads((tmp_path / "run/run.json").read_text())["warnings"] if w["code"] == "passes_missing"]
    assert "18 beyond the limits of a thread or its space, 4 ends without a begin, 2 begins without an end" in warning["text"]
    done = call("exec", "--regions", "--quiet", "--out", tmp_path / "none", "--", "true")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == ("bytebound: error: measure regions of true: it recorded no pass of a region; compile "
                                            "it with -DBYTEBOUND_REGIONS, and link it with bytebound-counters")
    assert call("report", tmp_path / "none").returncode == 0
    done = call("exec", "--regions", "--vs", "true", "--", "true")
    assert done.returncode == 2
    assert done.stderr == ("bytebound: error: parse option --regions: it measures the regions of one command; give it without "
                           "--vs\n")
    done = call("exec", "--regions", "--collector", "callgrind", "--", "true")
    assert (done.returncode, done.stderr) == (3, "bytebound: error: count with --collector callgrind: it counts whole commands, and "
                                                 "--regions their parts; give --collector auto or perf\n")
