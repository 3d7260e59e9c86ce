"""bytebound watch: what it says where nothing can be counted, and its lines where the kernel's own events can be."""
import csv
import io
import json
import os
import pty
import select
import signal
import subprocess
import time

import jsonschema
import pytest

from conftest import binary, call, schema

SWITCHES = ["--events", "context-switches:uk", "--interval", "100ms"]


def core_pmu():
    return call("watch", "--count", "1", "--interval", "10ms").returncode == 0


def counts_switches():
    return call("watch", "--count", "1", *SWITCHES).returncode == 0


needs_switches = pytest.mark.skipif(not counts_switches(), reason="this user may not count whole CPUs")


def start(*words, **options):
    return subprocess.Popen([str(binary()), "watch", *SWITCHES, *words], stdin=subprocess.DEVNULL, text=True,
                            stderr=subprocess.PIPE, **{"stdout": subprocess.PIPE, **options})


def test_where_nothing_can_be_counted_it_exits_3_with_doctors_cause_and_remedy():
    if core_pmu():
        pytest.skip("this machine can count")
    done = call("watch", "--count", "1")
    doctor = {s["source"]: s for s in json.loads(call("doctor", "--json").stdout)["sources"]}
    assert done.returncode == 3 and done.stdout == ""
    core, memory = doctor["core PMU"], doctor["memory controller"]
    if core["available"] is False and memory["available"] is False:
        assert done.stderr == (f"bytebound: error: watch this machine: nothing can be counted: {core['cause']}; "
                               f"memory controller: {memory['cause']}; {core['remedy']}\n")


@pytest.mark.parametrize("words, said", [
    (["--interval", "0"], "parse option --interval: '0' is not accepted; give a time from 0.01s to 86400s, as in 20s, 500ms or 2min"),
    (["--count", "0"], "parse option --count: 0 is out of range; give a whole number from 1 to 4294967295"),
    (["--collector", "sim"], "parse option --collector: 'sim' cannot count the whole machine; give auto or perf"),
    (["--json", "--csv"], "parse option --json: --csv is given, too; leave one of the two out"),
    (["--events", "cycels"], "resolve event cycels: no event has this name; did you mean cycles?"),
    (["--bw-preset", "intel-icy"], "choose preset intel-icy: there is no preset of this name; did you mean intel-icx?"),
    (["--cpus", "4095"], None),
])
def test_wrong_values_are_refused_before_anything_is_counted(words, said):
    done = call("watch", "--count", "1", *words)
    assert done.returncode == 2 and done.stdout == ""
    if said:
        assert done.stderr == f"bytebound: error: {said}\n"


@needs_switches
def test_json_lines_follow_the_schema_and_rates_are_counts_per_measured_time():
    done = call("watch", *SWITCHES, "--json", "--count", "3")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 3
    for line in lines:
        jsonschema.validate(line, schema("watch"))
        (event,) = line["events"]
        assert event["name"] == "context-switches:uk" and event["state"] == "counted" and event["source"] == "perf"
        assert event["count"] > 0 and event["value"] == pytest.approx(event["count"] / line["interval_s"], rel=0.05)
        assert line["cpi"]["value"] is None and line["cpi"]["reason"] == "no event of --events counts cycles"
    assert sum(line["interval_s"] for line in lines) == pytest.approx(lines[-1]["elapsed_s"])


@needs_switches
def test_intervals_follow_an_absolute_clock_and_a_late_one_says_its_length():
    process = start("--json", "--count", "6")
    first = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.35)
    process.send_signal(signal.SIGCONT)
    lines = [first] + [json.loads(line) for line in process.stdout]
    assert process.wait(10) == 0
    late = max(lines, key=lambda line: line["interval_s"])
    assert late["late"] and late["interval_s"] > 0.3
    # Each ends just after a multiple of the interval; on a busy machine some do not.
    after = sorted(line["elapsed_s"] % 0.1 for line in lines if line is not late)
    assert after[0] < 0.05


@needs_switches
def test_csv_is_one_table_with_comments():
    done = call("watch", *SWITCHES, "--csv", "--count", "2")
    assert done.returncode == 0, done.stderr
    text = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(io.StringIO("\n".join(text))))
    assert len(rows) == 2 and done.stdout.startswith("# schema: bytebound.watch-csv/1\n")
    for row in rows:
        assert float(row["context-switches:uk_per_s"]) > 0 and row["context-switches:uk_per_s_state"] == "counted"
        assert row["cpi"] == "" and row["cpi_reason"] == "no event of --events counts cycles"


@needs_switches
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once_after_the_last_complete_line(number, code):
    process = start("--csv", "--interval", "10s" if code == 143 else "100ms")
    process.stdout.readline()
    if code == 130:
        while process.stdout.readline().startswith(("#", "time")):
            pass
    else:
        time.sleep(0.3)
    begun = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert process.returncode == code and time.monotonic() - begun < 3
    assert out == "" or out.endswith("\n")
    name = number.name
    cause = "interrupted" if number == signal.SIGINT else "terminated"
    assert err == f"bytebound: error: watch this machine: {cause} by {name}; every complete line is written\n"


@needs_switches
def test_a_closed_pipe_ends_it_quietly_even_between_two_lines():
    process = start("--interval", "1h")
    assert process.stdout.readline().startswith("# bytebound watch on ")
    process.stdout.close()
    assert process.wait(10) == 0 and process.stderr.read() == ""


@needs_switches
def test_a_full_disk_is_an_error():
    with open("/dev/full", "w") as full:
        process = start("--count", "1", stdout=full)
        assert process.wait(10) == 1
    assert "write stdout: the output could not be written completely (ENOSPC)" in process.stderr.read()


@needs_switches
def test_a_terminal_shows_one_table_again_and_again():
    primary, secondary = pty.openpty()
    process = start("--count", "3", stdout=secondary, env={**os.environ, "TERM": "xterm", "COLUMNS": "80"})
    os.close(secondary)
    shown = b""
    while select.select([primary], [], [], 10)[0]:
        try:
            shown += os.read(primary, 65536)
        except OSError:
            break
    assert process.wait(10) == 0
    screens = shown.decode().split("\x1b[J")
    assert len(screens) == 4
    lines = screens[1].count("\n")
    assert screens[1].endswith(f"\r\x1b[{lines}A")
    assert "context-switches:uk /s" in screens[3] and not any(len(line) > 80 for line in screens[3].splitlines())
