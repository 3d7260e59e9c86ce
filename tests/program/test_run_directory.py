"""The files of a run that is complete, interrupted, killed or moved."""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time

import jsonschema
import pytest

from conftest import TINY, binary, call, load, read_csv, row_of, run_tiny, samples_of, schema

DERIVED = ["summary.csv", "summary.json", "ENVIRONMENT.md", "report.html", "report.md"]


def texts(folder, names=DERIVED):
    return {name: (folder / name).read_bytes() for name in names}


def test_a_run_leaves_the_documented_files(tiny):
    names = {path.name for path in tiny.path.iterdir()}
    assert {"run.json", "samples.csv", *DERIVED} <= names
    assert "workers.csv" not in names
    assert not [name for name in names if name.endswith(("~", ".tmp", ".part"))]


def test_hashes_in_run_json_are_those_of_the_files(tiny):
    assert "samples.csv" in tiny.run["files"]
    for name, entry in tiny.run["files"].items():
        content = (tiny.path / name).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest(), name
        assert entry["bytes"] == len(content)


def test_placement_is_proven_page_by_page(tiny):
    placement = tiny.run["placement"]
    if not placement["pages_before"]:
        assert placement["pages_reason"]
        pytest.skip("no page proof here: " + placement["pages_reason"])
    for proof in placement["pages_before"] + placement["pages_after"]:
        assert proof["pages"] == sum(proof["on_node"].values()) + proof["not_present"]
        assert proof["in_place"] == proof["pages"]


def test_stdout_ends_with_the_path_of_the_report_and_progress_needs_a_terminal(tiny):
    last = tiny.done.stdout.rstrip("\n").split("\n")[-1]
    assert os.path.samefile(last, tiny.path / "report.md")
    for loop in ("paired", "index", "mask", "hybrid", "oracle"):
        assert loop in tiny.done.stdout
    assert "\x1b" not in tiny.done.stdout and "\r" not in tiny.done.stderr and "\x1b" not in tiny.done.stderr
    for line in tiny.done.stderr.splitlines():
        assert line.startswith("bytebound: "), line


SMALL = [*TINY, "--ks", "16", "--loops", "index", "--quiet"]
NO_SCHEDULER = {name: "" for name in ("SLURM_JOB_ID", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK",
                                      "MV2_COMM_WORLD_RANK")}


def test_default_directory_is_named_after_the_time(tmp_path):
    done = call("run", *SMALL, cwd=tmp_path, env=NO_SCHEDULER)
    assert done.returncode == 0, done.stderr
    made = list(tmp_path.iterdir())
    assert len(made) == 1
    time.strptime(made[0].name, "bytebound-%Y%m%d-%H%M%S")
    assert os.path.samefile(tmp_path / done.stdout.rstrip("\n").split("\n")[-1], made[0] / "report.md")


def test_default_names_of_simultaneous_runs_differ(tmp_path):
    runs = [subprocess.Popen([str(binary()), "run", *SMALL], cwd=tmp_path, stdin=subprocess.DEVNULL, text=True,
                             env={**os.environ, **NO_SCHEDULER}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(4)]
    reports = set()
    for run in runs:
        text, errors = run.communicate(timeout=120)
        assert run.returncode == 0, errors
        reports.add(text.rstrip("\n").split("\n")[-1])
    assert len(reports) == 4
    assert {(tmp_path / report).parent for report in reports} == set(tmp_path.iterdir())


def test_the_default_name_of_a_job_array_contains_job_index_node_and_rank(tmp_path):
    job = {"SLURM_JOB_ID": "1002", "SLURM_ARRAY_JOB_ID": "1000", "SLURM_ARRAY_TASK_ID": "7", "SLURMD_NODENAME": "n3",
           "SLURM_PROCID": "1"}
    done = call("run", *SMALL, cwd=tmp_path, env=job)
    assert done.returncode == 0, done.stderr
    (made,) = tmp_path.iterdir()
    time.strptime(made.name, "bytebound-%Y%m%d-%H%M%S-job1000_7-noden3-rank1")


def test_sha256sum_accepts_the_seal_of_a_run(tiny):
    listed = {line.split("  ")[1] for line in (tiny.path / "SHA256SUMS").read_text().splitlines()}
    assert listed == {path.name for path in tiny.path.iterdir()} - {"SHA256SUMS"}
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=tiny.path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_report_of_edited_raw_steps_says_so_on_stderr_and_first_in_every_report(tiny, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny.path, run)
    samples = (run / "samples.csv").read_text().split("\n")
    header = next(i for i, line in enumerate(samples) if not line.startswith("#"))
    column = samples[header].split(",").index("time_ns")
    for i in range(header + 1, len(samples) - 1):
        cells = samples[i].split(",")
        if cells[0] == "paired":
            cells[column] = "7"
        samples[i] = ",".join(cells)
    (run / "samples.csv").write_text("\n".join(samples))
    done = call("report", run)
    caveat = "not the files that the run wrote, by SHA256SUMS: samples.csv; these figures are not those of the run"
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"bytebound: warning: {run}: {caveat}\n"
    assert done.stdout.startswith(f"Caveat: {caveat}.\n")
    assert (run / "report.md").read_text().startswith(f"> **Caveat: {caveat}.**\n")
    assert f'<header><p class="failure">Caveat: {caveat}.</p>' in (run / "report.html").read_text()
    summary = json.loads((run / "summary.json").read_text())
    jsonschema.validate(summary, schema("summary"))
    assert summary["files_caveat"] == caveat
    # Nothing that `report` does seals the edited steps.
    assert (run / "SHA256SUMS").read_bytes() == (tiny.path / "SHA256SUMS").read_bytes()


def test_report_writes_an_edited_report_again_and_says_so(tiny, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny.path, run)
    (run / "report.md").write_text("432x faster\n")
    done = call("report", run)
    assert (done.returncode, done.stderr) == (0, f"bytebound: warning: {run}: changed after the run, and written again: report.md\n")
    assert (run / "report.md").read_bytes() == (tiny.path / "report.md").read_bytes()


def test_report_of_a_run_without_its_seal_says_so(tiny, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny.path, run)
    (run / "SHA256SUMS").unlink()
    done = call("report", run)
    assert done.returncode == 0
    assert "SHA256SUMS is missing" in done.stderr and "SHA256SUMS is missing" in (run / "report.md").read_text().split("\n")[0]


@pytest.mark.parametrize("columns", [80, 60])
def test_the_table_fits_the_terminal(tiny, columns):
    import fcntl, pty, struct, termios
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"NO_COLOR": "1"}
    process = subprocess.Popen([str(binary()), "report", str(tiny.path)], stdin=subprocess.DEVNULL, stdout=follower,
                               stderr=subprocess.PIPE, env=environment)
    os.close(follower)
    text = b""
    try:
        while part := os.read(leader, 65536):
            text += part
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(leader)
    assert process.wait(timeout=60) == 0, process.stderr.read()
    lines = text.decode().replace("\r\n", "\n").rstrip("\n").split("\n")[:-1]  # without the path
    assert max(map(len, lines)) <= columns
    assert any(line.startswith(f"not shown in {columns} columns: min KiB, ") for line in lines)
    set_by_hand = call("report", tiny.path, env={"COLUMNS": str(columns)}).stdout.split("\n")
    assert set_by_hand[:len(lines)] == lines
    assert "not shown" not in call("report", tiny.path, env={"COLUMNS": ""}).stdout


def test_report_rebuilds_every_derived_file_byte_for_byte_also_elsewhere(tiny, tmp_path):
    before = texts(tiny.path)
    copy = tmp_path / "moved" / "elsewhere"
    shutil.copytree(tiny.path, copy)
    for name in DERIVED:
        (copy / name).unlink()
    done = call("report", copy, cwd="/")
    assert done.returncode == 0, done.stderr
    assert texts(copy) == before
    assert (copy / "run.json").read_bytes() == (tiny.path / "run.json").read_bytes()
    assert (copy / "samples.csv").read_bytes() == (tiny.path / "samples.csv").read_bytes()


def test_report_accepts_a_relative_path_with_a_trailing_slash(tiny, tmp_path):
    shutil.copytree(tiny.path, tmp_path / "run")
    (tmp_path / "run" / "report.md").unlink()
    done = call("report", "run/", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "report.md").read_bytes() == (tiny.path / "report.md").read_bytes()


def test_report_contains_what_the_contract_requires(tiny):
    text = (tiny.path / "report.md").read_text()
    for word in ("paired", "oracle", "timed", "simulated", "computed", "few_blocks", "microcode", "kernel",
                 "bytebound run"):
        assert word in text, word
    assert "nan" not in text.lower().split() and "inf" not in text.lower().split()


def test_a_metric_that_could_not_be_counted_has_its_reason_in_the_report(tiny):
    text = (tiny.path / "report.md").read_text()
    row = row_of(tiny, "paired", 16)
    missing = [metric for metric, figure in row["metrics"].items() if figure is None]
    if not missing:
        pytest.skip("everything can be counted here")
    assert "n/a" in text
    for metric in missing:
        assert metric in text


# ------------------------------------------------------------------------------------------------- ended early

LONG = ["--N", "256", "--m", "64", "--hidden-dim", "16", "--up-cols", "16", "--warmup", "4", "--repeats", "2000",
        "--steps-per-k", "8", "--batch", "1", "--ks", "16", "--loops", "paired,index", "--quiet", "--yes"]


def start_and_wait_for_phases(out, phases, *words):
    process = subprocess.Popen([str(binary()), "run", *LONG, *words, "--out", str(out)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        try:
            if (out / "samples.csv").read_text().count("\n") > 8 * phases + 10:
                return process
        except FileNotFoundError:
            pass
        time.sleep(0.02)
    process.kill()
    pytest.fail(f"no {phases} finished phases within 40 s: {process.communicate()}")


@pytest.mark.parametrize("number, code, word", [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")])
def test_a_signal_ends_the_run_and_keeps_its_finished_phases(tmp_path, number, code, word):
    out = tmp_path / "run"
    process = start_and_wait_for_phases(out, 3)
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == code
    complaints = [line for line in errors.splitlines() if line.startswith("bytebound: error: ")]
    assert len(complaints) == 1 and word in complaints[0]

    run = json.loads((out / "run.json").read_text())
    jsonschema.validate(run, schema("run"))
    assert run["status"] == "failed" and run["failure"]["exit_code"] == code
    _, _, samples = read_csv(out / "samples.csv")
    phases = {}
    for sample in samples:
        key = sample["loop"], sample["repeat"], sample["pass"]
        phases[key] = phases.get(key, 0) + 1
    whole = [steps for steps in phases.values() if steps == 8]
    assert len(whole) >= 3
    assert len(phases) - len(whole) <= 1, "only the phase that was cut short may lack steps"
    for sample in samples:
        if phases[sample["loop"], sample["repeat"], sample["pass"]] != 8:
            assert "interrupted" in sample["flags"].split()

    for derived in DERIVED:
        (out / derived).unlink(missing_ok=True)
    done = call("report", out)
    assert done.returncode == 0, done.stderr
    loaded = load(out)
    jsonschema.validate(loaded.summary, schema("summary"))
    assert row_of(loaded, "paired", 16)["metrics"]["time_ns"]["value"] > 0
    assert "failed" in (out / "report.md").read_text() or "interrupted" in (out / "report.md").read_text()


def test_a_killed_run_is_valid_and_says_that_it_was_running(tmp_path):
    out = tmp_path / "run"
    process = start_and_wait_for_phases(out, 3)
    process.kill()
    process.communicate(timeout=20)
    run = json.loads((out / "run.json").read_text())
    jsonschema.validate(run, schema("run"))
    assert run["status"] == "running"
    done = call("report", out)
    assert done.returncode == 0, done.stderr
    assert row_of(load(out), "index", 16)["metrics"]["time_ns"]["value"] > 0


# ------------------------------------------------------------------------------------------------- out and plan


def test_dry_run_prints_the_plan_and_writes_nothing(tmp_path):
    for out in ([], ["--out", str(tmp_path / "never")]):
        done = call("run", *TINY, "--ks", "3,16", *out, "--dry-run", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        for word in ("paired", "oracle", "16"):
            assert word in done.stdout
        assert list(tmp_path.iterdir()) == []


def test_an_existing_empty_directory_is_used_and_a_full_one_only_with_force(tmp_path):
    out = tmp_path / "run"
    out.mkdir()
    words = ["run", *TINY, "--ks", "16", "--loops", "index", "--collector", "none", "--out", str(out)]
    assert call(*words).returncode == 0
    first = json.loads((out / "run.json").read_text())
    refused = call(*words)
    assert refused.returncode == 2 and "--force" in refused.stderr
    assert json.loads((out / "run.json").read_text()) == first
    forced = call(*words, "--seed", "2", "--force")
    assert forced.returncode == 0, forced.stderr
    assert json.loads((out / "run.json").read_text())["workload"]["seed"] == 2



# ------------------------------------------------------------------------------------------------- options that show


def test_two_workers_have_their_own_file(tmp_path):
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one CPU allowed: no second worker can be pinned")
    run = run_tiny(tmp_path / "run", "--ks", "64", "--loops", "paired,index", "--threads", "2", "--par-threshold", "8")
    _, header, rows = read_csv(run.path / "workers.csv")
    fixed = ["loop", "k", "repeat", "step", "batch", "pass", "worker", "cpu", "A", "R", "rows_written", "cpu_before",
             "cpu_after", "flags", "time_ns"]
    assert header[:len(fixed)] == fixed
    assert {row["worker"] for row in rows} == {"0", "1"}
    assert len({row["cpu"] for row in rows}) == 2
    assert len(rows) == 2 * len(run.samples)
    event = next((e["name"] for e in run.run["events"] if e["name"] == "task-clock" and e["pass"] == 0), None)
    if event is None:
        pytest.skip("task-clock cannot be counted here")
    for sample in run.samples[:20]:
        key = [sample[c] for c in ("loop", "k", "repeat", "step", "pass")]
        parts = [row for row in rows if [row[c] for c in ("loop", "k", "repeat", "step", "pass")] == key]
        assert sum(int(part[event]) for part in parts) == int(sample[event])


@pytest.mark.parametrize("between", ["use", "evict"])
def test_gaps_between_steps_have_their_own_columns(tmp_path, between):
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired,index", "--between", between, "--steps-per-k", "5",
                   "--collector", "sim", "--llc", "64KiB:16")
    for name in ("gap_dram_read_bytes", "gap_dram_write_bytes"):
        assert "sim:" + name in run.header
        for row in run.summary["rows"]:
            assert row["metrics"][name]["value"] >= 0
    if between == "evict":
        for row in run.summary["rows"]:
            # 64 rows of 128 bytes: the sweep evicts a step's dirty slab lines and reads its footprint.
            assert row["metrics"]["gap_dram_write_bytes"]["value"] > 0
            assert row["metrics"]["gap_dram_read_bytes"]["value"] > 0
    jsonschema.validate(run.summary, schema("summary"))
    assert "gap_dram_read_bytes" in read_csv(run.path / "summary.csv")[1]


def test_without_between_there_are_no_gap_keys(tiny):
    assert not [name for name in tiny.header if "gap_" in name]
    assert not [name for row in tiny.summary["rows"] for name in row["metrics"] if name.startswith("gap_")]


def test_a_k_too_large_is_clipped_and_equal_ones_are_one_row(tmp_path):
    # N=256, m=64: at most 2*min(64, 192) = 128.
    run = run_tiny(tmp_path / "run", "--ks", "16,200,16,300,128", "--loops", "paired", "--collector", "none")
    assert [(row["k"], row["k_requested"]) for row in run.summary["rows"]] == [(16, 16), (128, 200)]
    warnings = [line for line in run.done.stderr.splitlines() if line.startswith("bytebound: warning: ")]
    clipped = [line for line in warnings if "128" in line and "200" in line and "300" in line]
    assert clipped, run.done.stderr
    assert "k_clipped" in [warning["code"] for warning in run.run["warnings"]]


def test_equal_seeds_simulate_equal_bytes_and_another_seed_does_not(tmp_path):
    runs = [run_tiny(tmp_path / name, "--ks", "16", "--loops", "paired,mask", "--collector", "sim", "--llc", "64KiB:16",
                     "--seed", seed) for name, seed in (("a", "7"), ("b", "7"), ("c", "8"))]
    columns = [name for name in runs[0].header if name.startswith(("sim:", "trace:"))]
    a, b, c = [[[sample[column] for column in columns] for sample in run.samples] for run in runs]
    assert a == b
    assert a != c
    assert runs[0].summary["rows"][0]["by_buffer"] == runs[1].summary["rows"][0]["by_buffer"]


def test_llc_sets_the_simulated_cache_and_is_recorded(tmp_path):
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "index", "--collector", "sim", "--llc", "1MiB:16")
    geometry = run.run["simulation"]["geometry"]
    assert (geometry["size_bytes"], geometry["ways"], geometry["line_bytes"]) == (1 << 20, 16, 64)
    assert run.run["simulation"]["geometry_source"] == "--llc"
    cache = run.run["workload"]["cache"]
    assert (cache["size_bytes"], cache["ways"], cache["line_bytes"], cache["origin"]) == (1 << 20, 16, 64, "--llc")


def test_options_accept_underscores_for_hyphens(tmp_path):
    out = tmp_path / "run"
    done = call("run", "--N", "256", "--m", "64", "--hidden_dim", "16", "--up_cols=16", "--steps_per_k", "5", "--repeats",
                "2", "--warmup", "4", "--ks", "16", "--loops", "index", "--collector", "none", "--dry_run", "--out", out)
    assert done.returncode == 0, done.stderr


def test_collector_none_leaves_the_clock_and_the_trace(tmp_path):
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", "--collector", "none")
    row = run.summary["rows"][0]
    had = {metric for metric, figure in row["metrics"].items() if figure is not None}
    assert had == {"time_ns", "bound_bytes", "min_bytes", "rows_written", "requested_bytes", "metadata_bytes",
                   "requested_ratio", "requested_gbps"}
    assert row["by_buffer"] is None and row["unavailable"]["by_buffer"]


def test_a_users_event_appears_under_its_own_name(tmp_path):
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", "--events", "task-clock,page-faults:u")
    assert [event["name"] for event in run.run["events"]] == ["task-clock", "page-faults:u"]
    assert "page-faults:u:running" in run.header
    assert set(run.summary["rows"][0]["metrics"]) >= {"page-faults:u"} or \
        run.summary["rows"][0]["metrics"]["page_faults"] is not None


def test_an_event_with_a_name_term_appears_under_that_name(tmp_path):
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", "--events",
                   "software/config=2,period=100003,name=FAULTS/,task-clock")
    assert [event["name"] for event in run.run["events"]] == ["FAULTS", "task-clock"]
    assert run.run["events"][0]["origin"].endswith("written software/config=2,period=100003,name=FAULTS/")
    assert {"FAULTS", "FAULTS:running"} <= set(run.header)
    assert "FAULTS" in run.summary["rows"][0]["metrics"]


def test_an_event_without_hardware_is_absent_with_a_reason(tmp_path):
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", "--events", "task-clock,nosuchpmu/event=0x1,umask=0x2/")
    # Commas between slashes are part of the name.
    assert [event["name"] for event in run.run["events"]] == ["task-clock", "nosuchpmu/event=0x1,umask=0x2/"]
    event = run.run["events"][1]
    assert event["pass"] is None or event["pass"] < 0
    assert "nosuchpmu" in event["reason"]
    assert {sample["nosuchpmu/event=0x1,umask=0x2/"] for sample in run.samples} == {""}
    row = run.summary["rows"][0]
    assert row["metrics"]["nosuchpmu/event=0x1,umask=0x2/"] is None
    assert "nosuchpmu" in row["unavailable"]["nosuchpmu/event=0x1,umask=0x2/"]


def test_the_seed_of_a_block_pattern_is_honoured(tmp_path):
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired,index", "--pattern", "block", "--collector", "none")
    assert run.summary["workload"]["pattern"] == "block"
    assert {s["rows_written"] for s in samples_of(run, "index", 16)} == {"64"}
