"""bytebound calibrate, and how a run uses the calibration."""
import json
import os
import signal
import subprocess
import time

import jsonschema
import pytest

from conftest import ROW_BYTES, binary, call, row_of, run_tiny, schema

GROUP_BYTES = ROW_BYTES // 2  # TINY's rows have two groups of one size
# A few seconds: one worker, one row size, the fewest rounds that have an interval.
SHORT = ["--threads", "1", "--row-bytes", str(GROUP_BYTES), "--repeats", "3", "--quiet"]


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    """(the cache directory of its own, the finished command, the file as data)."""
    cache = tmp_path_factory.mktemp("calibrated")
    done = call("calibrate", *SHORT, env={"XDG_CACHE_HOME": str(cache)})
    assert done.returncode == 0, done.stderr
    path = done.stdout.splitlines()[-1]
    with open(path) as file:
        return cache, done, path, json.load(file)


def changed(calibrated, tmp_path, **host):
    """A copy of the calibration whose host differs."""
    data = json.loads(json.dumps(calibrated[3]))
    data["host"].update(host)
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(data))
    return path


def test_the_file_satisfies_its_schema_and_spoiled_copies_do_not(calibrated):
    data = calibrated[3]
    validator = jsonschema.Draft202012Validator(schema("calibration"))
    validator.check_schema(schema("calibration"))
    assert [error.message for error in validator.iter_errors(data)] == []

    def spoil(change):
        copy = json.loads(json.dumps(data))
        change(copy)
        return copy

    for change in [lambda d: d.pop("host"), lambda d: d["ceilings"]["bandwidth"][0].pop("n"),
                   lambda d: d["ceilings"]["bandwidth"][0].update(bytes_per_second=0),
                   lambda d: d["ceilings"]["bandwidth"][0].update(level="L4"),
                   lambda d: d["ceilings"]["bandwidth"][0].update(row_bytes=64),
                   lambda d: d["ceilings"]["write_allocate"][0].update(measured=True, ci_low=None),
                   lambda d: d.update(rounds=1), lambda d: d.update(extra=1)]:
        assert not validator.is_valid(spoil(change))


def test_every_ceiling_has_an_interval_and_n_and_the_memory_ones_exceed_the_caches(calibrated):
    data = calibrated[3]
    bandwidth = data["ceilings"]["bandwidth"]
    assert {"read", "write", "copy", "row-copy"} <= {each["kernel"] for each in bandwidth if each["level"] == "memory"}
    caches = [cache for cache in data["caches"] if cache["level"] == max(c["level"] for c in data["caches"])]
    for each in bandwidth:
        assert each["n"] == 3
        assert 0 < each["ci_low"] <= each["bytes_per_second"] <= each["ci_high"]
        if each["level"] == "memory":
            assert each["buffer_bytes"] > 4 * sum(cache["size_bytes"] for cache in caches)
    assert [each["dtype"] for each in data["ceilings"]["compute"]] == ["f32", "f64"]
    for each in data["ceilings"]["write_allocate"]:
        assert each["source"]
        assert each["measured"] or each["factor"] == (0 if each["kernel"].startswith("nt-") else 1)


def test_the_table_ends_with_the_path_and_shows_the_verdict_on_the_counters(calibrated):
    cache, done, path, _ = calibrated
    assert path.startswith(str(cache / "bytebound" / "calibration"))
    assert os.listdir(cache / "bytebound" / "calibration") == [os.path.basename(path)]
    assert "counter qualification:" in done.stdout or "counters not qualified:" in done.stdout
    assert "row-copy" in done.stdout and "GB/s" in done.stdout


def test_a_run_finds_it_and_shows_every_bandwidth_as_a_percentage_of_its_own_ceiling(calibrated, tmp_path):
    cache, _, path, data = calibrated
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired,index", env={"XDG_CACHE_HOME": str(cache)})
    jsonschema.validate(run.run, schema("run"))
    jsonschema.validate(run.summary, schema("summary"))
    assert run.run["calibration"]["file"] == path and run.run["calibration_reason"] is None
    ceiling = {(each["kernel"], each["level"]): each for each in data["ceilings"]["bandwidth"]}
    for loop in ("paired", "index"):
        row = row_of(run, loop, 16)
        llc, memory, dram = row["ceilings"]
        if ("row-copy", "LLC") in ceiling:
            assert llc["percent"] == pytest.approx(
                100e9 * row["metrics"]["requested_gbps"]["value"] / ceiling["row-copy", "LLC"]["bytes_per_second"])
        rate = ceiling["row-copy", "memory"]["bytes_per_second"]
        assert memory["percent"] == pytest.approx(100e9 * row["metrics"]["requested_gbps"]["value"] / rate)
        factor = dram["write_allocate"]["factor"]
        assert dram["percent"] == pytest.approx(
            100e9 * row["metrics"]["dram_gbps"]["value"] / (rate * (2 + factor) / 2))
    assert "## Bandwidth compared with this host's ceilings" in (run.path / "report.md").read_text()
    roofline = run.summary["roofline"]
    assert {(point["loop"], point["k"]) for point in roofline["points"]} == {("paired", 16), ("index", 16)}
    assert [level["level"] for level in roofline["levels"]][-1] == "memory"
    plot = json.loads((run.path / "roofline.vl.json").read_text())
    assert plot["$schema"].startswith("https://vega.github.io/schema/vega-lite/v5")
    assert len(plot["vconcat"]) == 2 and plot["datasets"]["points"] and plot["datasets"]["ceilings_by_row"]
    assert "roofline.vl.json" in run.run["files"]
    # The report depends only on the run directory: without the calibration file it is the same, byte for byte.
    before = (run.path / "summary.json").read_bytes(), (run.path / "roofline.vl.json").read_bytes()
    again = call("report", run.path, env={"XDG_CACHE_HOME": str(tmp_path / "none")})
    assert again.returncode == 0
    assert ((run.path / "summary.json").read_bytes(), (run.path / "roofline.vl.json").read_bytes()) == before


def test_without_a_calibration_the_run_says_so_and_what_to_do(tmp_path):
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", env={"XDG_CACHE_HOME": str(tmp_path / "none")})
    assert run.run["calibration"] is None
    row = row_of(run, "paired", 16)
    assert row["ceilings"] is None
    assert row["unavailable"]["ceilings"] == ("no calibration is saved for this host; bytebound calibrate measures the "
                                              "ceilings")
    assert "calibration" not in run.done.stderr


def test_a_stale_calibration_is_not_used_and_the_warning_says_what_changed(calibrated, tmp_path):
    kernel = calibrated[3]["host"]["kernel"]
    path = changed(calibrated, tmp_path, kernel="1.0")
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", "--calibration", path)
    assert run.run["calibration"] is None
    warning = (f"the calibration {path} is not used: the kernel was 1.0, is {kernel}; measure it again with bytebound "
               "calibrate")
    assert f"bytebound: warning: {warning}\n" in run.done.stderr
    assert warning in [each["text"] for each in run.run["warnings"]]


@pytest.mark.parametrize("what", ["missing", "malformed", "other host"])
def test_an_unusable_calibration_file_is_bad_data_and_nothing_is_written(calibrated, tmp_path, what):
    path = tmp_path / "c.json"
    host = calibrated[3]["host"]["host"]
    if what == "malformed":
        path.write_text('{"schema": "bytebound.calibration/1"}')
    if what == "other host":
        path = changed(calibrated, tmp_path, host="elsewhere")
    done = call("run", "--quick", "--calibration", path, "--out", tmp_path / "run")
    assert done.returncode == 5
    assert done.stdout == "" and done.stderr.count("\n") == 1
    expected = {"missing": f"read calibration {path}: the file is missing or unreadable (ENOENT); give a file that",
                "malformed": f"read calibration {path}: [json.exception.out_of_range.403]",
                "other host": f"use calibration {path}: it is from host elsewhere, this is {host}; run bytebound"}
    assert done.stderr.startswith("bytebound: error: " + expected[what])
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("kind, change, fault", [
    ("bandwidth", {"ci_low": 1e18}, "ci_low: it is above ci_high"),
    ("bandwidth", {"threads": -1}, "threads: it is not a whole number from 1 on"),
    ("write_allocate", {"measured": True, "ci_low": None, "ci_high": None},
     "ci_low: a measured factor must have an interval")])
def test_impossible_figures_are_bad_data_with_their_path(calibrated, tmp_path, kind, change, fault):
    data = json.loads(json.dumps(calibrated[3]))
    data["ceilings"][kind][0].update(change)
    path = tmp_path / "c.json"
    path.write_text(json.dumps(data))
    done = call("run", "--quick", "--calibration", path, "--out", tmp_path / "run")
    assert done.returncode == 5
    assert done.stderr == (f"bytebound: error: read calibration {path}: /ceilings/{kind}/0/{fault}; give a file that "
                           "bytebound calibrate wrote\n")


def test_an_existing_file_is_replaced_only_with_force(tmp_path):
    path = tmp_path / "c.json"
    path.write_text("mine")
    done = call("calibrate", *SHORT, "--out", path)
    assert done.returncode == 2
    assert done.stderr == (f"bytebound: error: write calibration {path}: the file exists; give another --out, or "
                           "--force to replace it\n")
    assert path.read_text() == "mine"
    done = call("calibrate", *SHORT, "--out", path, "--force", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == json.loads(path.read_text())


@pytest.mark.parametrize("words, code, line", [
    (["--repeats", "2"], 2, "plan --repeats 2: fewer than 3 samples give no interval; give 3 or more"),
    (["--row-bytes", "8x"], 2, "parse option --row-bytes: '8x' is not a size; give bytes, or sizes such as 8KiB"),
    (["--collector", "perv"], 2, "plan --collector perv: there is no collector of this name; did you mean perf?"),
    (["--bw-preset", "none-such"], 2, "choose preset none-such: there is no preset of this name; give one of: auto, "),
    (["--row-bytes", "32"], 2, "plan --row-bytes 32: it is smaller than a line of 64 bytes; give 64 or more"),
    (["--collector", "callgrind"], 3, "count with --collector callgrind: it models a cache and does not count on this"),
    (["--collector", "perf,sim", "--dry-run"], 3, "count with --collector sim: it models a cache and does not count on this machine"),
    (["--json", "--dry-run"], 2, "parse option --json: the plan of --dry-run is text; leave one of the two out"),
    (["--out", "none/c.json"], 2, "write calibration none/c.json: the file cannot be written (ENOENT); give a"),
])
def test_wrong_usage_is_one_line_and_measures_nothing(words, code, line, tmp_path):
    done = call("calibrate", *words, cwd=tmp_path)
    assert done.returncode == code
    assert done.stdout == "" and done.stderr.count("\n") == 1
    assert done.stderr.startswith("bytebound: error: " + line)


def test_the_dry_run_prints_the_file_and_writes_nothing(tmp_path):
    done = call("calibrate", "--threads", "1", "--dry-run", env={"XDG_CACHE_HOME": str(tmp_path)})
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith(str(tmp_path / "bytebound" / "calibration"))
    assert not (tmp_path / "bytebound").exists()


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_and_leaves_no_file(tmp_path, number, code):
    process = subprocess.Popen([str(binary()), "calibrate", "--threads", "1", "--repeats", "10000", "--out",
                                str(tmp_path / "c.json")], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    time.sleep(2)
    process.send_signal(number)
    out, error = process.communicate(timeout=60)
    assert process.returncode == code
    assert out == "" and error.startswith("bytebound: error: calibrate this host: ")
    assert error.endswith("nothing was written; run it again\n")
    assert os.listdir(tmp_path) == []
