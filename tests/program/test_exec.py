"""bytebound exec: whole programs, alone and in turns."""
import json
import os
import signal
import subprocess
import sys
import time

import jsonschema
import pytest

from conftest import ROOT, binary, call, read_csv, schema

# Touches 2000 pages and uses some milliseconds of CPU time; `2` for twice of both.
WORK = "import mmap,sys; m = mmap.mmap(-1, 2000 * 4096 * int(sys.argv[1])); [m.__setitem__(i, 1) for i in range(0, len(m), 4096)]"


def work(size):
    return [sys.executable, "-I", "-S", "-c", WORK, str(size)]


def execute(out, *words, rc=0):
    done = call("exec", "--quiet", "--out", out, *words)
    assert done.returncode == rc, done.stderr
    return done


def errors(done):
    return [line for line in done.stderr.splitlines() if line.startswith("bytebound: error: ")]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    out = tmp_path_factory.mktemp("exec") / "run"
    done = execute(out, "--repeats", 4, "--name", "small", "--name", "large", "--cpus", "0", "--vs",
                   " ".join(f"'{word}'" for word in work(3)), "--", *work(1))
    return out, done, json.loads((out / "run.json").read_text()), json.loads((out / "summary.json").read_text())


def test_the_files_have_their_schemas_and_follow_from_the_raw_runs(two):
    out, done, record, summary = two
    jsonschema.validate(record, schema("run"))
    jsonschema.validate(summary, schema("summary"))
    assert call("verify", out).returncode == 0
    assert call("report", out).returncode == 0
    assert done.stdout.splitlines()[-1] == str(out / "report.md")
    assert not (out / "roofline.vl.json").exists()


def test_page_faults_of_the_whole_command_are_counted_and_differ_by_the_pages_that_it_touches(two):
    _, _, _, summary = two
    faults = [row["metrics"]["page_faults"]["value"] for row in summary["rows"]]
    assert [row["loop"] for row in summary["rows"]] == ["small", "large"]
    assert abs(faults[1] - faults[0] - 4000) < 100  # 3 and 1 times 2000 pages


def test_blocks_are_abba_or_baab_and_every_run_is_a_row(two):
    out, _, record, _ = two
    order = record["subject"]["commands"]["order"].split()
    assert len(order) == 4 and set(order) <= {"ABBA", "BAAB"}
    _, _, rows = read_csv(out / "samples.csv")
    assert len(rows) == 16
    assert {(row["k"], row["A"], row["trace:min_rows"]) for row in rows} == {("", "", "")}


def test_the_commands_ran_on_the_cpu_that_was_asked_for_as_the_kernel_says_of_them(two):
    _, _, record, _ = two
    assert [each["cpus_seen"] for each in record["subject"]["commands"]["commands"]] == [["0"], ["0"]]


def test_compare_gates_history_and_merge_take_a_run_of_commands(two, tmp_path):
    out, _, _, summary = two
    gated = call("compare", out, out, "--gate", "page_faults@small <= 1.01x", "--metrics", "page_faults", "--json")
    assert gated.returncode == 0, gated.stderr
    document = json.loads(gated.stdout)
    folder = ROOT / "reports" / "schema"
    resolver = jsonschema.RefResolver(f"{folder.as_uri()}/compare.schema.json", schema("compare"))
    jsonschema.Draft7Validator(schema("compare"), resolver=resolver).validate(document)
    assert [gate["result"] for gate in document["gates"]] == ["pass"] and document["rows"][0]["k"] is None
    assert call("compare", out, out, "--gate", "page_faults@small <= 100").returncode == 4
    database = tmp_path / "history.db"
    assert call("history", "--db", database, "add", out).returncode == 0
    trend = json.loads(call("history", "--db", database, "trend", "page_faults", "--svg", "none", "--json").stdout)
    assert sorted((series["loop"], series["k"]) for series in trend["series"]) == [("large", None), ("small", None)]
    merged = call("merge", out, "--out", tmp_path / "merged")
    assert merged.returncode == 0, merged.stderr


def test_json_is_the_only_text_on_stdout_though_the_command_writes_there(tmp_path):
    done = execute(tmp_path / "run", "--repeats", 2, "--json", "--", "echo", "not json")
    assert json.loads(done.stdout)["rows"][0]["loop"] == "A"
    said = execute(tmp_path / "said", "--repeats", 2, "--json", "--command-output", tmp_path / "log", "--", "echo", "x")
    assert json.loads(said.stdout)
    assert (tmp_path / "log").read_text() == "x\n" * 3  # a warm-up run and two blocks


@pytest.mark.parametrize("words, code, cause", [
    (["--", "no-such-program"], 2, "find command A no-such-program: there is no such program in PATH"),
    (["--", "/etc/passwd"], 2, "find command A /etc/passwd: it is not executable (EACCES)"),
    (["--", "/tmp"], 2, "find command A /tmp: it is not a file"),
    ([], 2, "parse command line: there is no command"),
    (["--vs", "'a", "--", "true"], 2, "parse option --vs: a quote is not closed in ''a'"),
    (["--name", "a/b", "--", "true"], 2, "parse option --name: 'a/b' is empty, or has one of / and @"),
    (["--name", "x", "--name", "x", "--vs", "true", "--", "true"], 2, "parse option --name: both commands are called 'x'"),
    (["--collector", "sim", "--", "true"], 3, "count with --collector sim: a command has no row trace to simulate"),
    (["--shell", "--", "true", "x" * 90_000, "y" * 90_000], 2, "start command A: its arguments and the environment are too long (E2BIG)"),
    (["--", "false"], 1, "measure command A: it exited with 1"),
    (["--shell", "--", "kill -SEGV $$"], 1, "measure command A: it died of SIGSEGV"),
    (["--timeout", "30ms", "--", "sleep", "9"], 1, "measure command A: it ran longer than --timeout (0.03 s) and was killed"),
    (["--prepare", "exit 3", "--", "true"], 1, "prepare exit 3: it exited with 3"),
])
def test_what_cannot_be_measured_is_one_line(words, code, cause, tmp_path):
    done = execute(tmp_path / "run", *words, rc=code)
    assert len(errors(done)) == 1
    assert errors(done)[0].startswith(f"bytebound: error: {cause}; ")
    assert done.stdout == ""


def test_unequal_exit_codes_are_measured_but_not_compared(tmp_path):
    done = execute(tmp_path / "run", "--repeats", 2, "--ignore-failure", "--vs", "false", "--", "true")
    assert "not compared, because the exit codes are unequal: A 0, B 1" in done.stdout
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["comparisons"] == [] and len(summary["rows"]) == 2


def test_children_left_running_are_said_and_killed(tmp_path):
    mark = f"sleep 7.{os.getpid()}"
    done = execute(tmp_path / "run", "--repeats", 2, "--shell", "--", f"setsid {mark} & true")
    assert "A left children running in 2 of 2 runs" in done.stdout
    assert subprocess.run(["pgrep", "-f", mark], capture_output=True).stdout == b""


def test_a_program_that_closes_all_descriptors_is_measured(tmp_path):
    close = "import os; os.closerange(0, 4096)"
    execute(tmp_path / "run", "--repeats", 2, "--", sys.executable, "-I", "-S", "-c", close)


def test_a_program_that_forks_without_end_is_ended_by_the_timeout(tmp_path):
    bomb = "import os\nfor i in range(60): os.fork() if i % 10 == 0 else None\nimport time\ntime.sleep(50)"
    begin = time.monotonic()
    execute(tmp_path / "run", "--timeout", "500ms", "--", sys.executable, "-I", "-S", "-c", bomb, f"bomb{os.getpid()}", rc=1)
    assert time.monotonic() - begin < 30
    assert subprocess.run(["pgrep", "-f", f"bomb{os.getpid()}"], capture_output=True).stdout == b""


def test_an_interrupted_run_keeps_its_finished_blocks_and_leaves_no_process(tmp_path):
    mark = f"0.2{os.getpid()}"
    with subprocess.Popen([binary(), "exec", "--quiet", "--warmup", "0", "--repeats", "1000", "--out", tmp_path / "run", "--",
                           "sleep", mark], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 30
        samples = tmp_path / "run" / "samples.csv"
        while not (samples.exists() and samples.read_text().count("\nA,") >= 2) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "finished blocks are kept" in stderr
    assert subprocess.run(["pgrep", "-f", f"sleep {mark}"], capture_output=True).stdout == b""
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["status"] == "failed" and record["workload"]["repeats"] >= 2
    assert call("verify", tmp_path / "run").returncode == 0


COPIES = """
#include <stdlib.h>
#include <string.h>
int main(void) {
    size_t n = 1u << 20;
    char *a = malloc(n), *b = malloc(n), *c = malloc(n);
    memset(a, 1, n);
    for (int i = 0; i < COUNT; ++i) memcpy(i == 0 ? b : c, a, n);
    return b[5] + (COUNT > 1 ? c[7] : 0) == 77;
}
"""


def emulate(folder, out, *words):
    return execute(folder / out, "--collector", "callgrind", "--llc", "64KiB:16", "--warmup", "0", "--repeats", 2, *words)


@pytest.mark.skipif(subprocess.run(["sh", "-c", "command -v valgrind && command -v cc"], capture_output=True).returncode != 0,
                    reason="needs valgrind and a C compiler")
def test_a_byte_gate_passes_an_equal_program_and_fails_one_that_copies_a_buffer_more(tmp_path):
    def build(copies):
        subprocess.run(["cc", "-O1", "-x", "c", f"-DCOUNT={copies}", "-o", tmp_path / "work", "-"], input=COPIES, text=True,
                       check=True)

    def gate(head):
        return call("compare", tmp_path / "base", tmp_path / head, "--gate", "dram_bytes@A <= 1x", "--gate",
                    "instructions@A <= 1x").returncode

    build(1)
    for name in ("base", "head"):
        emulate(tmp_path, name, "--", tmp_path / "work")
    assert gate("head") == 0
    build(2)
    emulate(tmp_path, "more", "--", tmp_path / "work")
    assert gate("more") == 4
    bytes_of = [json.loads((tmp_path / name / "summary.json").read_text())["rows"][0]["metrics"]["dram_bytes"] for name in
                ("base", "more")]
    assert [each["tier"] for each in bytes_of] == ["emulated", "emulated"]
    # Source and destination are fetched, and the destination is written back: 3 MiB, but for what stays in 64 KiB.
    assert abs(bytes_of[1]["value"] - bytes_of[0]["value"] - 3 * 2**20) < 2 * 65536
    assert call("verify", tmp_path / "base").returncode == 0
    jsonschema.validate(json.loads((tmp_path / "base" / "run.json").read_text()), schema("run"))


@pytest.mark.skipif(subprocess.run(["sh", "-c", "command -v valgrind"], capture_output=True).returncode != 0,
                    reason="needs valgrind")
def test_a_command_that_ends_otherwise_under_valgrind_is_refused_with_its_code(tmp_path):
    unlike = "import os; os._exit(5 if 'vgpreload' in open('/proc/self/maps').read() else 0)"
    done = execute(tmp_path / "run", "--collector", "callgrind", "--llc", "64KiB:16", "--repeats", 2, "--ignore-failure", "--",
                   sys.executable, "-I", "-S", "-c", unlike, rc=3)
    assert errors(done)[0].startswith("bytebound: error: emulate A: callgrind ended with exit code 5")
