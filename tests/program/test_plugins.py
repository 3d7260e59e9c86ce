"""Loops of the user's own: shared libraries that behave, and many that do not. Each fails alone, and says where."""
import hashlib
import json
import os
import re
import signal
import subprocess
import time

import pytest

import jsonschema
from conftest import ROOT, TINY, binary, call, load, read_csv, row_of, samples_of, schema

FAULTY = ROOT / "tests" / "program" / "plug_ins" / "faulty.c"
# Of the one repeat of one pass: 4 steps of warm-up, 8 measured ones. The slab has 63 rows of 64 bytes per group: 4032.
RUN = [*TINY, "--m", "63", "--ks", "16", "--repeats", "1", "--loops", "index", "--calibration", "none", "--qualify", "off",
       "--loop-timeout", "2s"]


def compile_library(target, source, *words, compiler="cc"):
    done = subprocess.run([compiler, "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-pthread", f"-I{ROOT / 'include'}",
                           "-o", str(target), str(source), *words], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    """The examples, as strictly as the header promises, and the one that misbehaves as its arguments say."""
    folder = tmp_path_factory.mktemp("libraries")
    compile_library(folder / "libpairs.so", ROOT / "examples" / "plug_in.c", "-std=c99", "-pedantic", "-Wextra")
    compile_library(folder / "libgather.so", ROOT / "examples" / "plug_in.cpp", "-std=c++11", "-pedantic", "-Wextra",
                    compiler="c++")
    compile_library(folder / "libfaulty.so", FAULTY)
    return folder


@pytest.fixture(scope="module")
def examples(libraries, tmp_path_factory):
    out = tmp_path_factory.mktemp("examples") / "run"
    done = call("run", *TINY, "--ks", "3,16", "--loops", "paired,mask", "--loop", "./libpairs.so:with=words",
                "--loop", "./libgather.so", "--calibration", "none", "--qualify", "off", "--out", out, cwd=libraries,
                timeout=300)
    assert done.returncode == 0, done.stderr
    return load(out, done)


def errors_of(done):
    return [line for line in done.stderr.splitlines() if line.startswith("bytebound: error: ")]


def plug_in(run, loop):
    return next(each for each in run["plug_ins"] if each["loop"] == loop)


def test_the_header_is_short_and_clean_in_c99_and_cpp11(tmp_path):
    header = ROOT / "include" / "bytebound" / "loop.h"
    assert len(header.read_text().splitlines()) < 100
    (tmp_path / "use.c").write_text("#include <bytebound/loop.h>\n")
    for words in (["cc", "-std=c99"], ["c++", "-x", "c++", "-std=c++11"]):
        subprocess.run([*words, "-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{ROOT / 'include'}",
                        tmp_path / "use.c"], check=True)


def test_a_plug_in_has_the_figures_of_any_loop(examples):
    for loop in ("pairs", "gather"):
        for k in (3, 16):
            row = row_of(examples, loop, k)
            assert row["metrics"]["time_ns"]["tier"] == "timed" and row["metrics"]["time_ns"]["n"] == 16
            assert row["metrics"]["task_clock_ns"]["value"] > 0
            assert len(samples_of(examples, loop, k)) == 16
    compared = {(each["loop"], each["vs"]) for each in examples.summary["comparisons"] if each["metric"] == "time_ns"}
    assert {("pairs", "paired"), ("gather", "paired")} <= {tuple(reversed(pair)) for pair in compared} | compared


def test_what_it_says_of_its_steps_is_published_as_computed(examples):
    # Paired replacement stores what bytebound's own loop stores; a gather stores all rows.
    for mine, own in (("pairs", "paired"), ("gather", "mask")):
        for k in (3, 16):
            ours, theirs = row_of(examples, mine, k)["metrics"], row_of(examples, own, k)["metrics"]
            assert ours["rows_written"]["value"] == theirs["rows_written"]["value"]
            assert ours["requested_bytes"]["tier"] == "computed"
    # With k = 16, A = R = 8 rows of 128 bytes; with k = 3 every other step removes two and adds one.
    assert row_of(examples, "pairs", 16)["metrics"]["min_bytes"]["value"] == 8 * 128
    assert row_of(examples, "pairs", 3)["metrics"]["min_bytes"] is None
    assert row_of(examples, "gather", 16)["metrics"]["metadata_bytes"] is None
    assert row_of(examples, "gather", 16)["unavailable"]["metadata_bytes"] == "plug-in: its traffic() does not say"


def test_models_have_no_figures_of_it_and_say_why(examples):
    row = row_of(examples, "pairs", 16)
    assert row["metrics"]["dram_bytes"] is None and row["by_buffer"] is None and row["ledger"] is None
    assert row["unavailable"]["by_buffer"] == row["unavailable"]["dram_bytes"] == "plug-in"
    assert row["unavailable"]["expected"] == "plug-in; compare with a built-in loop"


def test_its_library_is_recorded(examples, libraries):
    jsonschema.validate(examples.run, schema("run"))
    jsonschema.validate(examples.summary, schema("summary"))
    record = plug_in(examples.run, "pairs")
    assert record["library"] == str(libraries / "libpairs.so") and record["arguments"] == "with=words"
    assert record["sha256"] == hashlib.sha256((libraries / "libpairs.so").read_bytes()).hexdigest()
    assert record["about"] == "paired replacement in C" and record["failure"] is None
    assert [cost["pass"] for cost in record["read_cost"]] == list(range(examples.run["passes"]))
    assert record["read_cost"][0]["reading_ns"]["n"] == 1000
    report = (examples.path / "report.md").read_text()
    assert "\n## Plug-ins\n" in report and record["sha256"] in report
    assert "pairs: plug-in " in examples.done.stdout


def test_readers_of_runs_treat_it_as_a_loop(examples, tmp_path):
    assert call("verify", examples.path).returncode == 0
    gated = call("compare", examples.path, examples.path, "--gate", "requested_bytes@pairs/16 <= 1x")
    assert gated.returncode == 0, gated.stderr
    added = call("history", "--db", tmp_path / "history.db", "add", examples.path)
    assert added.returncode == 0, added.stderr
    trend = call("history", "--db", tmp_path / "history.db", "trend", "rows_written", "--loop", "gather", "--k", "16", cwd=tmp_path)
    assert trend.returncode == 0 and "gather" in trend.stdout, trend.stderr


# What the library does in step 5 -> (cause, step). Every one is a loop of one run.
IN_STEPS = {
    "crash": ("it died of SIGSEGV in step 5", 5),
    "hang": ("it hung in step 5: no call returned within 2 s", 5),
    "exit": ("its process exited with status 0 in step 5", 5),
    "fork and exit": ("its results are those of another process, which it started", None),
    "close": ("the kernel refused at reading 1 of worker 0 (EBADF) in step 5", 5),
    "affinity": ("it changed its CPUs from 0 to ALL", None),
    "thread": ("it has 2 threads, and the counters follow one", None),
    "above": ("it died of SIGSEGV in step 5", 5),
    "below": ("it died of SIGSEGV in step 5", 5),
    "slack": ("it wrote behind the end of the slab", None),
    "pool": ("it died of SIGSEGV in step 5", 5),
    "return": ("step() returned 7 in step 5", 5),
}
ELSEWHERE = {
    "flip": r"refused in the proof: slab slot 5: id \d+, group down, byte 3: slab holds 0x.., pool 0x..",
    "one less": r"refused in the proof: slab: active id \d+ is in no slot",
    "too many": "its results are damaged",
    "beyond ids": r"it died of SIGSEGV in placed\(\)",
    "boast": r"traffic\(\) says 1073741824 rows_written of step 5, more than 256",
    "destroy dies": r"it died of SIGILL in destroy\(\)",
    "refuse": r"create\(\) failed: 256 rows are odd",
}
# Strange, and without an effect on the figures.
HARMLESS = ["signals", "print", "unlock pool", "silent"]


@pytest.fixture(scope="module")
def misbehaving(libraries, tmp_path_factory):
    """One run of index and all of them: (loop names by kind, the loaded run)."""
    out = tmp_path_factory.mktemp("misbehaving") / "run"
    kinds = [*IN_STEPS, *ELSEWHERE, *HARMLESS]
    loops = [word for kind in kinds for word in ("--loop", f"./libfaulty.so:{kind}@5")]
    done = call("run", *RUN, *loops, "--cpus", "0", "--out", out, cwd=libraries, timeout=300)
    names = {kind: "faulty" if i == 0 else f"faulty-{i + 1}" for i, kind in enumerate(kinds)}
    return names, load(out, done)


@pytest.mark.parametrize("kind", IN_STEPS)
def test_a_step_that_misbehaves_ends_its_own_loop_and_says_where(misbehaving, kind):
    names, loaded = misbehaving
    failure = plug_in(loaded.run, names[kind])["failure"]
    cause, step = IN_STEPS[kind]
    everything = ",".join(map(str, sorted(os.sched_getaffinity(0))))
    expected = cause.replace("ALL", re.sub(r"^0,1$", "0-1", everything)) if "ALL" in cause else cause
    if kind == "affinity" and everything == "0":
        pytest.skip("one CPU: there is no other one to move to")
    assert (failure["cause"], failure["step"]) == (expected, step)
    assert (failure["k"], failure["repeat"], failure["pass"], failure["exit_code"]) == (16, 0, 0, 1)


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_so_does_one_that_fails_outside_of_its_steps(misbehaving, kind):
    names, loaded = misbehaving
    failure = plug_in(loaded.run, names[kind])["failure"]
    assert re.fullmatch(ELSEWHERE[kind], failure["cause"]), failure["cause"]
    assert failure["step"] is None and failure["exit_code"] == 1


def test_the_rest_of_the_run_is_kept(misbehaving):
    names, loaded = misbehaving
    assert loaded.run["status"] == "complete" and loaded.done.returncode == 1
    failed = [names[kind] for kind in [*IN_STEPS, *ELSEWHERE]]
    measured = ["index", *(names[kind] for kind in HARMLESS)]
    assert [row["loop"] for row in loaded.summary["rows"]] == measured
    for loop in measured:
        assert len(samples_of(loaded, loop, 16)) == 8
    assert {s["loop"] for s in loaded.samples} == set(measured)
    assert loaded.summary["missing"] == [f"{loop} k=16" for loop in failed]
    assert call("verify", loaded.path).returncode == 0
    jsonschema.validate(loaded.run, schema("run"))
    lines = errors_of(loaded.done)
    assert len(lines) == len(failed)
    library = plug_in(loaded.run, "faulty")["library"]
    assert lines[0] == (f"bytebound: error: measure loop faulty of {library}, k 16, repeat 0: it died of SIGSEGV in step 5; "
                        "correct the plug-in; the other loops' figures are kept")
    assert loaded.done.stdout.splitlines()[-1] == str(loaded.path / "report.md")


def test_what_it_prints_goes_to_stderr(misbehaving):
    _, loaded = misbehaving
    assert "hello" not in loaded.done.stdout
    assert "plug-in says hello on stdout\n" in loaded.done.stderr and "plug-in says hello on stderr\n" in loaded.done.stderr


def test_what_it_does_not_say_is_not_0(misbehaving):
    names, loaded = misbehaving
    row = row_of(loaded, names["silent"], 16)  # step 5 is the second measured one
    assert row["metrics"]["rows_written"] is None and row["requested_bytes"] is None
    assert row["unavailable"]["requested_bytes"] == "plug-in: its traffic() does not say"
    assert {s["rows_written"] for s in samples_of(loaded, names["silent"], 16)} == {""}
    assert {s["rows_written"] for s in samples_of(loaded, names["print"], 16)} == {"7"}


def test_only_a_plug_in_may_leave_it_open(examples, tmp_path):
    for name in ("run.json", "samples.csv"):
        (tmp_path / name).write_bytes((examples.path / name).read_bytes())
    text = (tmp_path / "samples.csv").read_text()
    (tmp_path / "samples.csv").write_text(re.sub(r"^(mask,16,1,3,1,0,8,8),\d+,", r"\1,,", text, flags=re.M))
    refused = call("report", tmp_path)
    assert refused.returncode == 5
    assert "(loop mask, k 16, repeat 1, pass 0, step 3): column rows_written: it is empty" in refused.stderr


REFUSED = {
    "missing": ([], 5, "the file is missing or unreadable (ENOENT)"),
    "text": ([], 5, "it is not a shared library"),
    "folder": ([], 5, "the file cannot be read (EISDIR)"),
    "other": ([], 3, "it is for POWER, bytebound for HERE"),
    "abi7": (["-DABI=7u"], 3, "it is for version 7 of the interface, bytebound has 1"),
    "refuses": (["-DREFUSES"], 3, "it does not know version 1 of the interface"),
    "nosymbol": (["-DNO_SYMBOL", "-Wno-unused-function"], 5, "it does not export bytebound_loop_entry"),
    "small": (["-DSIZE=16"], 5, "its bytebound_loop has 16 bytes, version 1 needs 48"),
    "unnamed": (['-DNAME="a,b"'], 5, "its name is not 1 to 32 letters, digits, '_', '-' or '.'"),
    "taken": (['-DNAME="index"'], 5, "its name is that of the built-in loop index"),
    "dies": (["-DDIES_LOADING"], 1, "it died of SIGFPE while its library was loaded"),
}


@pytest.fixture(scope="module")
def refused(libraries, tmp_path_factory):
    folder = tmp_path_factory.mktemp("refused")
    for name, (words, _, _) in REFUSED.items():
        if words:
            compile_library(folder / f"lib{name}.so", FAULTY, *words)
    (folder / "libtext.so").write_text("not a library\n" * 100)
    (folder / "libfolder.so").mkdir()
    other = bytearray((libraries / "libfaulty.so").read_bytes())
    other[18:20] = (21).to_bytes(2, "little")  # e_machine: EM_PPC64
    (folder / "libother.so").write_bytes(other)
    out = folder / "run"
    loops = [word for name in REFUSED for word in ("--loop", f"./lib{name}.so")]
    return load(out, call("run", *RUN, *loops, "--out", out, cwd=folder, timeout=300))


@pytest.mark.parametrize("name", REFUSED)
def test_a_library_that_cannot_be_used_is_refused_before_the_run(refused, name):
    _, code, cause = REFUSED[name]
    failure = plug_in(refused.run, name)["failure"]
    here = {"x86_64": "x86-64", "aarch64": "arm64"}.get(os.uname().machine, "this architecture")
    assert (failure["cause"], failure["exit_code"]) == (cause.replace("HERE", here), code)
    assert failure["k"] is None and failure["step"] is None
    assert plug_in(refused.run, name)["sha256"] is None or name not in ("missing", "folder")


def test_its_exit_code_is_the_run_s(refused):
    assert refused.done.returncode == 5 and refused.run["status"] == "complete"
    assert len(samples_of(refused, "index", 16)) == 8


@pytest.mark.parametrize("words, code, line", [
    (["--loops", "index,./libpairs.so"], 2,
     "parse option --loops: './libpairs.so' is a path, not a loop's name; give a library of your own with --loop ./libpairs.so"),
    (["--loop", ":args"], 2, "parse option --loop: the path is empty; give a shared library, as in ./libmine.so"),
    (["--loop", "./libpairs.so", "--threads", "2"], 3,
     "plan --loop ./libpairs.so: a loop of your own runs on one worker, and there are 2; give --threads 1, or remove --loop"),
])
def test_wrong_options_are_one_line(libraries, tmp_path, words, code, line):
    done = call("run", *TINY, "--ks", "16", *words, "--out", tmp_path / "run", cwd=libraries)
    assert (done.returncode, errors_of(done)) == (code, [f"bytebound: error: {line}"])
    assert not (tmp_path / "run").exists()


def test_its_process_has_no_privileges_and_no_files_of_the_run(libraries, tmp_path):
    done = call("run", *RUN, "--loop", "./libfaulty.so:capabilities@4", "--events", "task-clock", "--out", tmp_path / "run",
                cwd=libraries, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "CapEff:\t0000000000000000\n" in done.stderr and "NoNewPrivs:\t1\n" in done.stderr
    targets = re.findall(r"^fd (\d+) (\S+)", done.stderr, re.M)
    beyond = {target for fd, target in targets if int(fd) > 3}
    assert ("3", next(target for fd, target in targets if fd == "3")) in targets and beyond <= {"anon_inode:[perf_event]"}


def test_an_interrupted_run_leaves_no_process_behind(libraries, tmp_path):
    with subprocess.Popen([binary(), "run", *RUN, "--loop-timeout", "60s", "--loop", "./libfaulty.so:hang@5", "--out",
                           tmp_path / "run"], cwd=libraries, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        def children():
            return [pid for pid in os.listdir("/proc") if pid.isdigit() and parent_of(pid) == run.pid]
        while not (waiting := [pid for pid in children() if pauses(pid)]):
            assert run.poll() is None
            time.sleep(0.05)
        run.terminate()
        assert run.wait(timeout=30) == 143
        assert not any(os.path.exists(f"/proc/{pid}") for pid in waiting)


def parent_of(pid):
    try:
        return int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return None


def pauses(pid):
    """The library is loaded, and has blocked SIGTERM."""
    try:
        blocked = re.search(r"^SigBlk:\s*(\w+)", open(f"/proc/{pid}/status").read(), re.M)[1]
        return bool(int(blocked, 16) >> (signal.SIGTERM - 1) & 1)
    except (OSError, TypeError):
        return False
