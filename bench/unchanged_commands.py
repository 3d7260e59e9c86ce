#!/usr/bin/env python3
"""How often `bytebound exec` calls two equal commands different: a table of docs/exec.md.

    bench/unchanged_commands.py BYTEBOUND [EXPERIMENTS]

Each of EXPERIMENTS (60) runs one command against itself in 8 blocks of ABBA or BAAB: sha1sum of a file of 4 MiB, about 10 ms.
With intervals of 95 %, 3 of 60 may be resolved by chance in each metric. Then the same with a second command that reads 10 %
less, to show what 8 blocks find.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import tempfile

METRICS = ("time_ns", "task_clock_ns", "page_faults")


def verdicts(program, out, first, second, seed):
    subprocess.run([program, "exec", "--quiet", "--repeats", "8", "--seed", str(seed), "--force", "--out", out, "--vs", second, "--",
                    *first.split()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    summary = json.loads((out / "summary.json").read_text())
    return {each["metric"]: (each["verdict"], each["ratio"]) for each in summary["comparisons"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("experiments", type=int, nargs="?", default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, size in (("whole", 4 << 20), ("less", (4 << 20) * 9 // 10)):
            (folder / name).write_bytes(b"\x5a" * size)
        print("| commands | metric | resolved | widest ratio |\n|---|---|---:|---:|")
        for title, second in (("equal", "whole"), ("10 % less", "less")):
            resolved, widest = collections.Counter(), collections.defaultdict(float)
            for i in range(asked.experiments):
                found = verdicts(asked.program, folder / "run", f"sha1sum {folder}/whole", f"sha1sum {folder}/{second}", i)
                for metric in METRICS:
                    verdict, ratio = found.get(metric, ("", 1))
                    resolved[metric] += verdict in ("better", "worse")
                    widest[metric] = max(widest[metric], ratio, 1 / ratio)
            for metric in METRICS:
                print(f"| {title} | `{metric}` | {resolved[metric]} of {asked.experiments} | {widest[metric]:.3f} |", flush=True)


if __name__ == "__main__":
    main()
