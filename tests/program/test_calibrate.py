"""bytebound calibrate, and how a run uses the calibration."""
import json
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import time

import jsonschema
import pytest

from conftest import ROW_BYTES, binary, call, row_of, run_tiny, schema

GROUP_BYTES = ROW_BYTES // 2  # TINY's rows have two groups of one size
# A few seconds: one worker, one row size, the fewest rounds that have an interval. Saved even if the machine is busy.
UNFORCED = ["--threads", "1", "--row-bytes", str(GROUP_BYTES), "--repeats", "3", "--quiet"]
SHORT = [*UNFORCED, "--force"]


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
        requested, dram = row["ceilings"][:4], row["ceilings"][4]
        kernel = {"paired": "row-copy", "index": "row-copy-ascending"}[loop]
        gbps = row["metrics"]["requested_gbps"]["value"]
        for share in requested:
            assert (share["metric"], share["kernel"]) == ("requested_gbps", kernel)
            measured = ceiling.get((kernel, share["level"]))
            if measured is None:
                assert share["percent"] is None and share["reason"].startswith("no ceiling of " + kernel)
                continue
            rate = measured["bytes_per_second"]
            if measured["ci_low"] < 0.8 * rate or measured["ci_high"] > 1.2 * rate:
                assert share["percent"] is None and "is wider than" in share["reason"]
            else:
                assert share["percent"] == pytest.approx(100e9 * gbps / rate)
        assert [share["level"] for share in requested] == ["L1", "L2", "LLC", "memory"]
        reached = next((share for share in reversed(requested) if (share["percent"] or 0) <= 100), None)
        level = reached["level"] if reached and reached["percent"] is not None else None
        for share in requested:
            assert share["served_from"] == (level if (share["percent"] or 0) > 100 else None)
        rate = ceiling[kernel, "memory"]["bytes_per_second"] * (2 + dram["write_allocate"]["factor"]) / 2
        assert dram["ceiling_gbps"] == pytest.approx(rate / 1e9)
        if dram["percent"] is not None:
            assert dram["percent"] == pytest.approx(100e9 * row["metrics"]["dram_gbps"]["value"] / rate)
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


def test_a_report_takes_a_calibration_that_was_made_after_the_run(calibrated, tmp_path):
    cache, _, path, data = calibrated
    none = {"XDG_CACHE_HOME": str(tmp_path / "none")}
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", env=none)
    assert run.run["calibration"] is None
    later = json.loads(json.dumps(data))
    later["measured"] = "2099-01-01T00:00:00Z"
    folder = tmp_path / "later" / "bytebound" / "calibration"
    folder.mkdir(parents=True)
    (folder / os.path.basename(path)).write_text(json.dumps(later))
    before = (run.path / "run.json").read_bytes()
    done = call("report", run.path, "--calibration", "none", env={"XDG_CACHE_HOME": str(tmp_path / "later")})
    assert (done.returncode, done.stderr) == (0, "")
    assert (run.path / "run.json").read_bytes() == before
    done = call("report", run.path, env={"XDG_CACHE_HOME": str(tmp_path / "later")})
    assert done.returncode == 0
    assert done.stderr == (f"bytebound: warning: {run.path}: the run had no calibration; the one of 2099-01-01T00:00:00Z "
                           "is used, and run.json contains it now\n")
    finished = run.run["finished"]
    when = f"Calibrated 2099-01-01T00:00:00Z ({data['isa']} kernels), after the run, which ended {finished}."
    assert when in (run.path / "report.md").read_text()
    assert subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=run.path).returncode == 0
    jsonschema.validate(json.loads((run.path / "run.json").read_text()), schema("run"))
    assert json.loads((run.path / "summary.json").read_text())["rows"][0]["ceilings"] is not None
    done = call("report", run.path, env=none)
    assert (done.returncode, done.stderr) == (0, "")


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
                "malformed": f"read calibration {path}: /version: it is missing; give a file that",
                "other host": f"use calibration {path}: it is from host elsewhere, this is {host}; run bytebound"}
    assert done.stderr.startswith("bytebound: error: " + expected[what])
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("kind, change, fault", [
    ("bandwidth", {"ci_low": 1e18}, "ci_low: it is above ci_high"),
    ("bandwidth", {"threads": -1}, "threads: it is not a whole number from 1 to 4294967295"),
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
    done = call("calibrate", *UNFORCED, "--out", path)
    assert done.returncode == 2
    assert done.stderr == (f"bytebound: error: write calibration {path}: the file exists; give another --out, or "
                           "--force to replace it\n")
    assert path.read_text() == "mine"
    done = call("calibrate", *SHORT, "--out", path, "--force", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == json.loads(path.read_text())


@pytest.mark.parametrize("kind, what", [("device", "a device"), ("fifo", "a FIFO"), ("link", "a FIFO")])
def test_an_out_that_is_no_regular_file_is_refused_at_once_and_stays(kind, what, tmp_path):
    path = tmp_path / kind
    if kind == "device" and os.geteuid() == 0:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    elif kind == "device":
        path = "/dev/null"
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/proc/self/fd/1")  # of the program: the pipe to this test
    before = os.lstat(path)
    done = call("calibrate", "--repeats", "10000", "--out", path, "--force", timeout=20)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (f"bytebound: error: write calibration {path}: it is {what}; give the name of a file; --json "
                           "prints to stdout\n")
    after = os.lstat(path)
    assert (after.st_mode, after.st_ino) == (before.st_mode, before.st_ino)


def test_a_link_to_a_file_stays_and_its_file_is_replaced(tmp_path):
    (tmp_path / "c.json").write_text("mine")
    (tmp_path / "link").symlink_to("c.json")
    done = call("calibrate", *SHORT, "--out", tmp_path / "link")
    assert done.returncode == 0, done.stderr
    assert os.readlink(tmp_path / "link") == "c.json"
    assert json.loads((tmp_path / "c.json").read_text())["schema"] == "bytebound.calibration/1"


def test_a_cache_that_cannot_be_written_is_found_before_anything_is_measured(tmp_path):
    (tmp_path / "file").write_text("")
    done = call("calibrate", "--repeats", "10000", env={"XDG_CACHE_HOME": str(tmp_path / "file")}, timeout=20)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"bytebound: error: write calibration {tmp_path}/file/bytebound/calibration/")
    assert done.stderr.endswith(": the file cannot be written (ENOTDIR); give a writable --out\n")


def test_a_second_calibration_keeps_the_narrower_figures_of_the_first(calibrated, tmp_path):
    first = json.loads(json.dumps(calibrated[3]))
    for each in first["ceilings"]["bandwidth"]:
        each.update(ci_low=each["bytes_per_second"], ci_high=each["bytes_per_second"])
    folder = tmp_path / "bytebound" / "calibration"
    folder.mkdir(parents=True)
    path = folder / os.path.basename(calibrated[2])
    path.write_text(json.dumps(first))
    done = call("calibrate", *SHORT, "--json", env={"XDG_CACHE_HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    now = json.loads(path.read_text())
    assert json.loads(done.stdout) == now
    jsonschema.validate(now, schema("calibration"))
    assert now["measured"] > first["measured"]
    kept = {(each["kernel"], each["level"], each["row_bytes"]): each for each in first["ceilings"]["bandwidth"]}
    for each in now["ceilings"]["bandwidth"]:
        before = kept[each["kernel"], each["level"], each["row_bytes"]]
        assert {**each, "date": None} == {**before, "date": None}
        assert each["date"] == first["measured"]
    assert [each["measured"] for each in now["kept"]] == [first["measured"]]


def test_a_file_size_limit_that_is_too_small_is_refused_before_measuring(tmp_path):
    small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    done = subprocess.run([str(binary()), "calibrate", *SHORT, "--out", str(tmp_path / "c.json")], capture_output=True, text=True,
                          preexec_fn=small, timeout=120)
    assert done.returncode == 3 and done.stdout == ""
    assert re.fullmatch(r"bytebound: error: plan files: the calibration has about [\d.]+ KiB, and ulimit -f allows 1000 B; raise "
                        r"ulimit -f, or give fewer --threads or --row-bytes\n", done.stderr)
    assert os.listdir(tmp_path) == []


def test_a_result_that_cannot_be_saved_is_shown_anyway(tmp_path):
    full = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=ENOSPC:when=1"]
    path = tmp_path / "c.json"
    if not shutil.which("strace") or subprocess.run([*full, "true"], capture_output=True).returncode != 0:
        pytest.skip("strace cannot trace here")
    done = subprocess.run([*full, str(binary()), "calibrate", *SHORT, "--out", str(path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "row-copy" in done.stdout and str(path) not in done.stdout
    assert done.stderr.endswith(f"bytebound: error: write calibration {path}: no space left on the device (ENOSPC); free space or "
                                "give another --out\n")
    assert os.listdir(tmp_path) == []


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
