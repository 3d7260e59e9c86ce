#!/usr/bin/env python3
"""Start to exit of `true` as `bytebound exec` and as `perf stat` time it: a line of docs/exec.md.

    bench/start_to_exit.py BYTEBOUND [ROUNDS]

In each of ROUNDS (20) rounds 5 runs by each, in turns; both count the four software events of perf_event_open(2). Needs perf.
"""
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

EVENTS = "task-clock,page-faults,context-switches,cpu-migrations"
RUNS = 5


def by_bytebound(program, out):
    subprocess.run([program, "exec", "--quiet", "--force", "--repeats", str(RUNS), "--events", EVENTS, "--out", out, "--", "true"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    lines = [line for line in (out / "samples.csv").read_text().splitlines() if not line.startswith("#")]
    return [int(row["time_ns"]) / 1e3 for row in csv.DictReader(lines)]


def by_perf():
    times = []
    for _ in range(RUNS):
        done = subprocess.run(["perf", "stat", "-j", "-e", f"duration_time,{EVENTS}", "true"], stderr=subprocess.PIPE, text=True, check=True)
        each = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        times += [float(line["counter-value"]) / 1e3 for line in each if line["event"] == "duration_time"]
    return times


def main():
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(rounds):
            for side in (0, 1) if i % 2 == 0 else (1, 0):
                if side == 0:
                    ours += by_bytebound(program, pathlib.Path(folder) / "run")
                else:
                    theirs += by_perf()
    for name, times in (("bytebound exec", ours), ("perf stat", theirs)):
        quarters = statistics.quantiles(times, n=4)
        print(f"{name}: median {quarters[1]:.0f} us, quartiles {quarters[0]:.0f} to {quarters[2]:.0f} us, {len(times)} runs")


if __name__ == "__main__":
    main()
