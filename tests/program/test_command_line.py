"""Arguments, options and mistakes: exact texts and exit codes."""
import json
import os
import pty
import re
import subprocess

import pytest

from conftest import ROOT, TINY, binary, call, commands, schema

COMMANDS = commands()
PLANNED = ["sweep", "e2e", "numa", "autotune", "compare", "merge", "verify", "import", "history"]
NOT_BUILT = [name for name in PLANNED if name not in COMMANDS]
LOOPS = schema("run")["$defs"]["loop"]["anyOf"][0]["enum"]
COLLECTORS = re.search(r"--collector NAME,\.\.\.\s+(auto\|[a-z|]+\|sim\|none) ", call("run", "--help").stdout)[1].split("|")
LINE = re.compile(r"(?:bytebound: warning: .+\n)*bytebound: error: (.+: .+)\n")


def complaint(done, code):
    """The one line of error of a command that failed with `code`; warnings may precede it."""
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    line = LINE.fullmatch(done.stderr)
    assert line, done.stderr
    return line[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_has_an_example(command):
    done = call(command, "--help")
    assert done.returncode == 0 and done.stderr == ""
    assert f"Usage: bytebound {command}" in done.stdout
    assert re.search(rf"Example:\n  bytebound {command}\b", done.stdout)
    assert call(command, "-h").stdout == done.stdout


def test_help_lists_exactly_the_commands_that_exist():
    done = call("--help")
    assert done.returncode == 0
    page = (ROOT / "docs" / "commands.md").read_text()
    assert COMMANDS == re.findall(r"^## bytebound (\S+)$", page, re.M)
    assert {"doctor", "run", "report"} <= set(COMMANDS)
    assert "Example:" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_help_prints_the_help_of_a_command(command):
    done = call("help", command)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == call(command, "--help").stdout


def test_the_command_help_alone_prints_the_help_of_the_program():
    done = call("help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == call("--help").stdout


@pytest.mark.parametrize("command", NOT_BUILT)
def test_commands_that_are_not_built_are_unknown(command):
    assert re.fullmatch(rf"parse command {command}: unknown command; (did you mean \w+\? )?see bytebound --help",
                        complaint(call(command), 2))


def test_version_names_the_optional_parts():
    done = call("--version")
    assert done.returncode == 0
    assert re.match(r"bytebound \d+\.\d+\.\d+", done.stdout)
    assert "torch" in done.stdout and "valgrind" in done.stdout
    assert call("-V").stdout == done.stdout


WORDS = [
    ([], "parse command line: no command given; see bytebound --help"),
    (["rum"], "parse command rum: unknown command; did you mean run? see bytebound --help"),
    (["reprot"], "parse command reprot: unknown command; did you mean report? see bytebound --help"),
    (["help", "rum"], "parse command rum: unknown command; did you mean run? see bytebound --help"),
    (["help", "run", "report"], "parse argument 'report': not expected here; see bytebound help --help"),
    (["--verison"], "parse option --verison: unknown option; see bytebound --help"),
    (["run", "--stps-per-k", "5"],
     "parse option --stps-per-k: unknown option; did you mean --steps-per-k? see bytebound run --help"),
    (["run", "--zzzzzzzz"], "parse option --zzzzzzzz: unknown option; see bytebound run --help"),
    (["run", "-N", "5"], "parse option -N: short options are not used; see bytebound run --help"),
    (["run", "somewhere"], "parse argument 'somewhere': not expected here; see bytebound run --help"),
    (["run", "--ks"], "parse option --ks: its value is missing; write --ks K,..."),
    (["run", "--strict=yes"], "parse option --strict: takes no value; write --strict alone"),
    (["report"], "parse argument RUN: it is missing; write bytebound report RUN"),
]


@pytest.mark.parametrize("words, text", WORDS)
def test_wrong_words_get_a_suggestion(words, text):
    assert complaint(call(*words), 2) == text


VALUES = [
    (["--loops", "pared"], "option --loops: unknown loop 'pared'; did you mean 'paired'? "
     f"known: {', '.join(LOOPS)}"),
    (["--loops", "paired,indx"], "option --loops: unknown loop 'indx'; did you mean 'index'? "
     f"known: {', '.join(LOOPS)}"),
    (["--loops", "index,,mask"], "option --loops: an entry of 'index,,mask' is empty; separate names by one comma"),
    (["--pattern", "random:3"], "option --pattern: random takes no parameters; give --pattern random"),
    (["--dtype", "f33"], "option --dtype: unknown type 'f33'; did you mean 'f32'? known: f32, f16, bf16, i8"),
    (["--between", "evit"], "option --between: unknown gap 'evit'; did you mean 'evict'? known: none, use, evict"),
    (["--copy", "prefetch:0x8"], "option --copy: 'prefetch:0x8' is not prefetch:WxL; give W from 1 to 64 rows and L from 1 to "
                                 "65536 lines, as in prefetch:4x8"),
    (["--copy", "memcopy"], "option --copy: unknown copy method 'memcopy'; did you mean 'memcpy'? "
     "known: memcpy, movsb, avx2, avx512, nt, prefetch"),
    (["--collector", "per"], "option --collector: unknown collector 'per'; did you mean 'perf'? "
     f"known: {', '.join(COLLECTORS)}"),
    (["--collector", "none,sim"], "option --collector: 'none' excludes every other collector; give it alone"),
    (["--ks", "16,-4"], "option --ks: '-4' is negative; give a whole number from 0 to 4294967295"),
    (["--ks", "-1"], "option --ks: '-1' is negative; give a whole number from 0 to 4294967295"),
    (["--ks", "16,many"], "option --ks: 'many' is not a whole number; give a whole number from 0 to 4294967295"),
    (["--ks", ""], "option --ks: '' is not a whole number; give a whole number from 0 to 4294967295"),
    (["--N", "0"], "option --N: 0 is out of range; give a whole number from 1 to 4294967295"),
    (["--m", "1.5"], "option --m: '1.5' is not a whole number; give a whole number from 0 to 4294967295"),
    (["--repeats", "0"], "option --repeats: 0 is out of range; give a whole number from 1 to 100000, or auto"),
    (["--steps-per-k", "0"], "option --steps-per-k: 0 is out of range; give a whole number from 1 to 4294967295"),
    (["--warmup", "atuo"], "option --warmup: 'atuo' is not a whole number; give a whole number from 0 to 4294967295"),
    (["--tau", "nan"], "option --tau: 'nan' is not accepted; give a number from 0 to 1e+09, or adaptive"),
    (["--ks", "16", "--add", "2"], "option --add: --ks is also given; give either --ks or --add/--remove"),
    (["--remove", "2", "--ks", "16"], "option --remove: --ks is also given; give either --ks or --add/--remove"),
    (["--events", "cycles,,instructions"], "option --events: a name is empty; separate names by one comma"),
]


def test_the_loops_of_the_contract_are_among_those_that_run_json_may_name():
    assert LOOPS[:6] == ["paired", "index", "mask", "hybrid", "oracle", "torch"]


@pytest.mark.parametrize("words, text", VALUES)
def test_wrong_values_are_reported_with_the_accepted_ones(words, text, tmp_path):
    out = tmp_path / "run"
    assert complaint(call("run", *words, "--dry-run", "--out", out), 2) == "parse " + text
    assert not out.exists()


def test_an_unknown_pattern_is_reported_with_those_that_the_help_lists():
    names = re.search(r"^  --pattern .*?([a-z|]+): how rows are chosen \((\w+)\)", call("run", "--help").stdout, re.M | re.S)
    known = names[1].split("|")
    assert {"random", "block"} <= set(known) and names[2] == known[0] == "random"
    assert complaint(call("run", "--pattern", "randm", "--dry-run"), 2) == (
        "parse option --pattern: unknown pattern 'randm'; did you mean 'random'? known: " + ", ".join(known))


# Errors after parsing, before anything is allocated or measured: (words, code, pattern of the whole line).
PLANS = [
    (["--N", "100", "--m", "101"], 2, r"plan --m 101: the pool has only N = 100 rows; give m <= N"),
    (["--hidden-dim", "0", "--up-cols", "0"], 2,
     r"plan rows: S = 0: a row has no columns; give --hidden-dim, --up-cols or --gate-cols"),
    (["--N", "1000000000", "--hidden-dim", "1048576"], 2,
     r"plan memory: the run needs [\d.]+ [KMGTPE]iB \(arena [\d.]+ [KMGTPE]iB, sweep [\d.]+ [KMGTPE]?i?B, simulation "
     r"[\d.]+ [KMGTPE]?i?B, figures of all steps [\d.]+ [KMGTPE]?i?B, samples [\d.]+ [KMGTPE]?i?B, program 48 MiB\), but the machine has "
     r"[\d.]+ GiB available; give a smaller --N, shorter rows, fewer steps \(also of --warmup\) or fewer repeats"),
    (["--tau", "adaptive", "--calibration", "none"], 3, r"plan --tau adaptive: --calibration none; run bytebound calibrate"),
    (["--add", "40", "--remove", "40"], 2,
     r"plan --add 40 --remove 40: step 0 starts with 8 of 64 rows active: neither this change nor its exchange fits; .+"),
    (["--llc", "100:3"], 2, r"use cache geometry 100:3: the size is not divisible by 64-byte lines times 3 ways; "
     r"the nearest possible size: 192:3"),
    (["--llc", "1MiB"], 2, r"use cache geometry 1MiB: not SIZE:WAYS; give SIZE:WAYS, as in 32MiB:16"),
    (["--llc", "1MiB:0"], 2, r"use cache geometry 1048576:0: the number of ways must be from 1 to 65536; .+"),
    (["--cpus", "99999"], 2, r"place CPU 99999: this machine has no such CPU; choose among [\d,-]+"),
    (["--cpus", "core:99999"], 2, r"place core 99999: this machine has no such core; choose among [\d,-]+"),
    (["--cpus", "cor:0"], 2,
     r"place --cpus cor:0: neither a CPU list nor auto, core:LIST or package:LIST; did you mean core:0\?"),
    (["--mem", "999"], 2, r"place node 999: .*; .+"),
    (["--mem", "lokal"], 2, r"place --mem lokal: .*; did you mean local\?"),
    (["--events", "cyclse"], 2, r".*cyclse.*did you mean '?cycles'?\?.*"),
    (["--bw-preset", "no-such-preset"], 2,
     r"choose preset no-such-preset: there is no preset of this name; give one of: auto, none, .+"),
    (["--bw-preset", "intel-spx"], 2, r"choose preset intel-spx: there is no preset of this name; did you mean intel-s..\?"),
    (["--loops", "torch"], 3, r"select loop torch: it is not part of this build; .+"),
    (["--collector", "resctrl"], 3, r".*resctrl.*; .+"),
    (["--events", "PAPI_TOT_INS"], 2,
     r"plan --events PAPI_TOT_INS: only collector papi has this name; add --collector papi"),
    (["--events", "skx::"], 2, r"resolve event skx::: there is no event after '::'; write PMU::EVENT"),
    (["--bw-preset", "./no-such-file.toml"], 5, r".*no-such-file\.toml.*\(ENOENT\).*"),
]
SMALL = ["--N", "64", "--m", "8", "--hidden-dim", "16", "--up-cols", "16", "--repeats", "1", "--steps-per-k", "2"]


@pytest.mark.parametrize("words, code, pattern", PLANS)
def test_impossible_plans_end_before_anything_is_written(words, code, pattern, tmp_path):
    out = tmp_path / "run"
    line = complaint(call("run", *SMALL, *words, "--out", out, cwd=tmp_path), code)
    assert re.fullmatch(pattern, line), line
    assert not out.exists()


def test_a_cpu_that_exists_but_is_not_allowed_is_not_possible_here(tmp_path):
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        pytest.skip("one CPU allowed: none to take away")
    done = subprocess.run(["taskset", "-c", str(allowed[0]), str(binary()), "run", *SMALL, "--cpus", str(allowed[1]),
                           "--out", str(tmp_path / "run")], text=True, capture_output=True, timeout=60)
    assert complaint(done, 3) == (f"place CPU {allowed[1]}: this process may not run there (cpuset or taskset); "
                                  f"choose among {allowed[0]}")


def test_more_workers_than_cpus_are_not_possible_here(tmp_path):
    complaint(call("run", *SMALL, "--threads", "4096", "--out", tmp_path / "run"), 3)


@pytest.mark.parametrize("where", ["below a file", "/proc"])
def test_an_unwritable_out_ends_before_the_long_part(where, tmp_path):
    (tmp_path / "file").write_text("")
    # Permissions do not stop root, but paths below a regular file and in /proc fail for all users.
    out, errno = (tmp_path / "file" / "run", "ENOTDIR") if where == "below a file" else ("/proc/bytebound-run", "E[A-Z]+")
    assert re.fullmatch(rf"create {out}: .+ \({errno}\); .+", complaint(call("run", *SMALL, "--out", out), 2))


def test_a_full_out_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("dear reader")
    line = complaint(call("run", *SMALL, "--out", tmp_path), 2)
    assert str(tmp_path) in line and "not empty" in line and "--force" in line


def test_strict_exits_with_3_if_a_requested_figure_cannot_be_counted(tmp_path):
    out = tmp_path / "run"
    line = complaint(call("run", *SMALL, "--strict", "--events", "task-clock,nosuchpmu/event=0x1/", "--out", out), 3)
    assert "nosuchpmu/event=0x1/" in line and "; " in line
    assert not out.exists()


def test_strict_accepts_figures_that_can_be_counted(tmp_path):
    done = call("run", *SMALL, "--strict", "--events", "task-clock", "--quiet", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr


# ------------------------------------------------------------------------------------------------- reports of bad runs


def damaged(tiny, tmp_path, damage):
    import shutil
    copy = tmp_path / "run"
    shutil.copytree(tiny.path, copy)
    damage(copy)
    return copy


def truncate_row(folder):
    text = (folder / "samples.csv").read_text()
    (folder / "samples.csv").write_text(text + "paired,16,0\n")


def change_cell(folder):
    text = (folder / "samples.csv").read_text()
    (folder / "samples.csv").write_text(text.replace("\npaired,16,", "\npaired,sixteen,", 1))


DAMAGE = {
    "no run.json": lambda folder: (folder / "run.json").unlink(),
    "no samples.csv": lambda folder: (folder / "samples.csv").unlink(),
    "half a run.json": lambda folder: (folder / "run.json").write_text((folder / "run.json").read_text()[:500]),
    "an array": lambda folder: (folder / "run.json").write_text("[]"),
    "another schema": lambda folder: (folder / "run.json").write_text('{"schema": "bytebound.run/99"}'),
    "an empty samples.csv": lambda folder: (folder / "samples.csv").write_text(""),
    "a short row": truncate_row,
    "a word for a number": change_cell,
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_run_directory_is_bad_data(kind, tiny, tmp_path):
    folder = damaged(tiny, tmp_path, DAMAGE[kind])
    line = complaint(call("report", folder), 5)
    assert ("samples.csv" if "samples" in kind or "row" in kind or "number" in kind else "run.json") in line


def test_a_missing_run_directory_is_bad_data(tmp_path):
    line = complaint(call("report", tmp_path / "nowhere"), 5)
    assert "nowhere" in line and "(ENOENT)" in line


# ------------------------------------------------------------------------------------------------- terminals


def on_terminal(words, env=None):
    """Runs bytebound with stdout and stderr on one pseudo-terminal; returns (exit code, output)."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([str(binary()), *words], stdin=subprocess.DEVNULL, stdout=follower, stderr=follower,
                               env={**os.environ, "TERM": "xterm-256color", **(env or {})})
    os.close(follower)
    shown = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # EIO: the last writer is gone
            break
        if not part:
            break
        shown += part
    os.close(leader)
    return process.wait(timeout=60), shown.decode().replace("\r\n", "\n")


def test_progress_appears_only_on_a_terminal_and_quiet_silences_it(tmp_path):
    words = ["run", *TINY, "--ks", "16", "--loops", "paired,index"]
    code, shown = on_terminal([*words, "--out", str(tmp_path / "a")])
    assert code == 0 and "\r" in shown
    code, shown = on_terminal([*words, "--quiet", "--out", str(tmp_path / "b")])
    assert code == 0 and "\r" not in shown


def test_no_color_is_honoured(tmp_path):
    words = ["run", *TINY, "--ks", "16", "--loops", "paired,index", "--quiet"]
    code, shown = on_terminal([*words, "--out", str(tmp_path / "run")], {"NO_COLOR": "1"})
    assert code == 0
    assert not re.search(r"\x1b\[[0-9;]*m", shown)


def test_a_full_disk_behind_stdout_is_an_error():
    with open("/dev/full", "w") as full:
        done = subprocess.run([str(binary()), "--help"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1
    assert LINE.fullmatch(done.stderr) and "(ENOSPC)" in done.stderr


def test_papi_counts_or_says_in_its_own_words_why_not(tmp_path):
    built = re.search(r"collector papi +(yes|no)", call("--version").stdout)[1] == "yes"
    done = call("run", *SMALL, "--collector", "papi", "--events", "page-faults", "--quiet", "--out", tmp_path / "run")
    if done.returncode == 0:
        event = json.loads((tmp_path / "run/run.json").read_text())["events"][0]
        assert built and event["source"] == "papi" and event["origin"] == "PAPI perf::PERF_COUNT_SW_PAGE_FAULTS"
        return
    line = complaint(done, 3)
    # PAPI's components must not print to our output when they start.
    assert done.stdout == ""
    assert ("PAPI" in line) if built else ("it is not part of this build" in line)
