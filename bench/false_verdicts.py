#!/usr/bin/env python3
"""How often the program itself calls two loops that do the same different: a table of docs/statistics.md.

    bench/false_verdicts.py BYTEBOUND [RUNS]

Each of RUNS (60) runs per kind of repeats measures `--loops index,index` on a tiny workload. The true ratio of the two is
1: an interval of the time ratio without 1 is wrong, and `better` or `worse` is a false verdict.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

OPTIONS = ("--N 1024 --m 256 --up-cols 64 --hidden-dim 64 --ks 16,64 --loops index,index --collector none --steps-per-k 20 "
           "--warmup 20 --max-time 1s --quiet").split()


def comparisons(program, repeats, seed):
    """The comparisons of time_ns of one run."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "run"
        subprocess.run([program, "run", *OPTIONS, "--repeats", repeats, "--seed", str(seed), "--out", out], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        summary = json.loads((out / "summary.json").read_text())
    return [each for each in summary["comparisons"] if each["metric"] == "time_ns"]


def main():
    program, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60
    print("| repeats | comparisons | interval without 1 | false verdicts | mean half width |\n|---|---|---|---|---|")
    for repeats in ("2", "3", "6", "10", "20", "auto"):
        found = [each for seed in range(1, runs + 1) for each in comparisons(program, repeats, seed)]
        wrong = sum(not each["ci_low"] <= 1 <= each["ci_high"] for each in found)
        false = sum(each["verdict"] in ("better", "worse") for each in found)
        width = sum((each["ci_high"] - each["ci_low"]) / 2 for each in found) / len(found)
        print(f"| {repeats} | {len(found)} | {wrong} ({wrong / len(found):.1%}) | {false} ({false / len(found):.1%}) | "
              f"{width:.1%} |", flush=True)


if __name__ == "__main__":
    main()
