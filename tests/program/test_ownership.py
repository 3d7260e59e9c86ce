"""One process owns a run directory; what it measured is on the disk before anything is said; a machine's refusal is not a
bug."""
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import tempfile
import time

import jsonschema
import pytest

from conftest import TINY, binary, call, load, row_of, run_tiny, schema

FAST = [*TINY, "--ks", "16", "--loops", "index", "--collector", "none", "--quiet"]
LONG = [*TINY, "--ks", "16", "--loops", "paired,index", "--collector", "none", "--quiet", "--repeats", "auto", "--precision",
        "0.01%", "--max-time", "60s"]


def start(out, words=LONG, **options):
    return subprocess.Popen([str(binary()), "run", *words, "--out", str(out)], stdin=subprocess.DEVNULL,
                            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options})


def wait_for(condition, process):
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        if condition():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.kill()
    pytest.fail("it did not happen within 40 s")


def measuring(out):
    return lambda: (out / "samples.csv").exists() and (out / "samples.csv").read_text().count("\n") > 30


def status(out):
    run = json.loads((out / "run.json").read_text())
    jsonschema.validate(run, schema("run"))
    return run["status"]


def sealed(out):
    return subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=out, capture_output=True).returncode == 0


def leftovers(out):
    return [path.name for path in out.iterdir() if path.name.startswith(".")]


def test_a_second_run_is_shown_the_process_and_host_of_the_first(tmp_path):
    out = tmp_path / "run"
    first = start(out)
    wait_for(measuring(out), first)
    second = call("run", *FAST, "--out", out, "--force")
    owner = f"process {first.pid} on host {platform.node()}"
    assert second.returncode == 2
    assert second.stderr.endswith(f"bytebound: error: create {out}: {owner} is writing to the directory; give another --out, "
                                  "or wait until it ends\n")
    before = {path.name for path in out.iterdir()}
    shown = call("report", out)
    assert shown.returncode == 0
    assert f"bytebound: warning: {out}: {owner} is writing to the directory, so no file was written\n" in shown.stderr
    assert "only finished phases are shown" in shown.stdout
    assert {path.name for path in out.iterdir()} == before
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)
    assert (first.returncode, status(out), sealed(out), leftovers(out)) == (130, "failed", True, [])


def test_two_runs_started_at_once_into_one_directory_leave_the_steps_of_one(tmp_path):
    for attempt in range(4):
        out = tmp_path / str(attempt)
        sizes = {"32": "16", "64": "8"}
        runs = {m: start(out, [*FAST, "--m", m, "--ks", k]) for m, k in sizes.items()}
        codes = {m: (run.communicate(timeout=60), run.returncode)[1] for m, run in runs.items()}
        assert sorted(codes.values()) == [0, 2], codes
        winners = [m for m, code in codes.items() if code == 0]
        assert sealed(out) and leftovers(out) == []
        loaded = load(out)
        assert loaded.run["workload"]["m"] == int(winners[0])
        assert {sample["rows_written"] for sample in loaded.samples} == {winners[0]}


def test_reports_beside_a_run_change_nothing(tmp_path):
    for attempt in range(4):
        out = tmp_path / str(attempt)
        run = start(out, [*FAST, "--repeats", "20"])
        shown = 0
        while run.poll() is None:
            if (out / "run.json").exists():
                shown += call("report", out).returncode == 0
        run.communicate()
        assert run.returncode == 0
        assert (status(out), sealed(out), leftovers(out)) == ("complete", True, [])


def test_force_replaces_a_run_and_nothing_else(tmp_path):
    (tmp_path / "report.md").write_text("my thesis")
    for text, cause in ((None, "it has no run.json"), ("{}", "its run.json is not one of bytebound run")):
        if text:
            (tmp_path / "run.json").write_text(text)
        done = call("run", *FAST, "--out", tmp_path, "--force")
        assert done.returncode == 2
        assert done.stderr == (f"bytebound: error: create {tmp_path}: --force replaces a run, but the directory contains other "
                               f"files: {cause}; give another --out, or an empty directory\n")
        assert (tmp_path / "report.md").read_text() == "my thesis"


@pytest.mark.parametrize("kind", ["device", "fifo", "socket", "link"])
def test_an_output_that_is_no_directory_is_refused(tmp_path, kind):
    out = tmp_path / "out"
    if kind == "fifo":
        os.mkfifo(out)
    elif kind == "socket":
        import socket
        socket.socket(socket.AF_UNIX).bind(str(out))
    elif kind == "link":
        out.symlink_to("/dev/null")
    else:
        out = pathlib.Path("/dev/null")
    done = call("run", *FAST, "--out", out, "--force")
    assert done.returncode == 2
    assert done.stderr == f"bytebound: error: create {out}: it exists and is not a directory; give a writable --out\n"


@pytest.mark.parametrize("closed", ["stderr", "stdout"])
def test_a_closed_pipe_does_not_end_a_measurement(tmp_path, closed):
    out = tmp_path / "run"
    read, write = os.pipe()
    os.close(read)
    run = start(out, [*FAST, "--ks", "16,300"], **{closed: write})  # k 300 is clipped with a warning
    os.close(write)
    run.communicate(timeout=60)
    assert run.returncode == (1 if closed == "stdout" else 0)
    assert (status(out), sealed(out), leftovers(out)) == ("complete", True, [])


def test_a_hang_up_ends_the_run_like_sigterm(tmp_path):
    out = tmp_path / "run"
    run = start(out, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))  # the tests may run under nohup
    wait_for(measuring(out), run)
    run.send_signal(signal.SIGHUP)
    run.send_signal(signal.SIGHUP)  # a terminal that closes sends more than one
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 143
    assert f"bytebound: error: run {out}: terminated by SIGHUP; finished phases are kept" in errors
    assert (status(out), sealed(out), leftovers(out)) == ("failed", True, [])


def test_a_limit_of_cpu_time_ends_the_run_like_sigterm(tmp_path):
    out = tmp_path / "run"
    run = start(out)
    wait_for(measuring(out), run)
    run.send_signal(signal.SIGXCPU)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 143
    assert f"bytebound: error: run {out}: the limit of CPU time is reached (SIGXCPU); finished phases are kept" in errors
    assert (status(out), sealed(out), leftovers(out)) == ("failed", True, [])


def test_a_run_under_nohup_ignores_the_hang_up(tmp_path):
    out = tmp_path / "run"
    run = start(out, [*FAST, "--repeats", "100"], preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    wait_for(measuring(out), run)
    run.send_signal(signal.SIGHUP)
    run.communicate(timeout=60)
    assert run.returncode == 0
    assert (status(out), sealed(out)) == ("complete", True)


def test_a_run_whose_reports_could_not_be_written_is_completed_by_report(tmp_path):
    out = tmp_path / "run"
    run = start(out, [*FAST, "--repeats", "100"])
    wait_for(measuring(out), run)
    (out / "report.html").mkdir()
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 2 and "report.html" in errors
    assert status(out) == "failed" and not (out / "SHA256SUMS").exists()
    assert call("report", out).returncode == 2  # still in the way
    (out / "report.html").rmdir()
    done = call("report", out)
    assert done.returncode == 0
    assert done.stderr == (f"bytebound: warning: {out}: all steps were measured, but its reports were missing; they are "
                           "written, and the run is complete and sealed now\n")
    assert (status(out), sealed(out), leftovers(out)) == ("complete", True, [])
    assert json.loads((out / "summary.json").read_text())["status"] == "complete"
    assert call("report", out).stderr == ""


def test_killed_runs_leave_nothing_that_the_next_command_does_not_remove(tmp_path):
    out = tmp_path / "run"
    run = start(out)
    wait_for(measuring(out), run)
    run.kill()
    run.communicate()
    assert leftovers(out)
    assert call("report", out).returncode == 0
    assert leftovers(out) == []


@pytest.fixture
def restricted():
    """Runs bytebound as another user, whose limits hold."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("limits of threads need another user: not root, or no setpriv")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        program = shutil.copy(binary(), folder)
        os.chmod(program, 0o755)

        def run(limit, *words):
            return subprocess.run(["setpriv", "--reuid", "61234", "--regid", "61234", "--clear-groups", "bash", "-c",
                                   f'{limit}; exec "$@"', "bash", program, *map(str, words)], cwd=folder, text=True,
                                  env={**os.environ, "HOME": folder, "XDG_CACHE_HOME": folder}, capture_output=True, timeout=60)
        yield pathlib.Path(folder), run


def test_a_user_without_more_threads_runs_on_one(restricted):
    folder, run = restricted
    done = run("ulimit -u 1", "run", *FAST[:-3], "--collector", "sim", "--llc", "64KiB:16", "--out", folder / "one")
    assert done.returncode == 0, done.stderr
    assert status(folder / "one") == "complete"


@pytest.mark.parametrize("limit, error", [
    ("ulimit -u 1", "bytebound: error: plan threads: 2 workers need 1 more threads, and ulimit -u allows 1 for all processes "
                    "of this user; raise ulimit -u, or give fewer --threads\n"),
    ("ulimit -s 64", "bytebound: error: start bytebound: it needs 256 KiB of stack, and ulimit -s allows 64 KiB; raise ulimit "
                     "-s\n"),
    ("ulimit -f 100", "bytebound: error: plan files: the largest file of the run has about 128 KiB, and ulimit -f allows 100 "
                      "KiB; raise ulimit -f, or give fewer steps, repeats or --threads\n")])
def test_a_limit_of_the_process_is_refused_at_planning_with_the_number_needed(restricted, limit, error):
    folder, run = restricted
    done = run(limit, "run", *FAST, "--threads", "2", "--out", folder / "out")
    assert (done.returncode, done.stderr, done.stdout) == (3, error, "")
    assert not (folder / "out").exists()


def test_an_address_space_that_is_too_small_is_refused_at_planning(restricted):
    folder, run = restricted
    done = run("ulimit -v 200000", "run", *FAST, "--N", "65536", "--up-cols", "2048", "--out", folder / "out")
    assert done.returncode == 2
    assert "but ulimit -v allows " in done.stderr and not (folder / "out").exists()


def test_a_run_of_more_than_ten_minutes_needs_yes_and_a_dry_run_says_how_long(tmp_path):
    words = ["run", *FAST, "--repeats", "auto", "--precision", "0.01%", "--max-time", "20min", "--out", tmp_path / "out"]
    refused = call(*words)
    assert refused.returncode == 2
    assert refused.stderr == ("bytebound: error: plan run: the run takes about 20 min: at most 20 min to measure; give --yes, or "
                              "smaller --ks, --repeats, --steps-per-k or --max-time\n")
    assert not (tmp_path / "out").exists()
    planned = call(*words, "--dry-run")
    assert planned.returncode == 0 and "time       about 20 min: at most 20 min to measure\n" in planned.stdout
    run = start(tmp_path / "out", [*words[1:-2], "--yes"])
    wait_for(measuring(tmp_path / "out"), run)
    run.terminate()
    assert (run.communicate(timeout=60), run.returncode)[1] == 143
