#!/usr/bin/env python3
"""How often `bytebound compare` calls two runs of one program different: a table of docs/statistics.md.

    bench/unchanged_pairs.py BYTEBOUND [PAIRS]

Each of PAIRS (100) pairs are two independent runs of a tiny workload with the same options. Their bytes are equal, and the
true ratio of their times is 1 unless the machine changed between them. A pair is resolved if any of its rows is `better` or
`worse`.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

OPTIONS = ("--N 1024 --m 256 --up-cols 64 --hidden-dim 64 --ks 16,64 --loops paired,index --collector sim --llc 64KiB:16 "
           "--calibration none --steps-per-k 20 --warmup 20 --repeats 6 --quiet").split()


def call(*words):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return done.stdout


def compared(program):
    """The rows of one pair."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [pathlib.Path(folder) / name for name in ("base", "head")]
        for run in runs:
            call(program, "run", *OPTIONS, "--out", run)
        return json.loads(call(program, "compare", *runs, "--json"))["rows"]


def kind_of(row):
    return "time" if row["metric"] == "time_ns" else "bytes and misses, exact" if row["exact"] else "other"


def main():
    program, pairs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100
    rows, without, resolved, hit = (collections.Counter() for _ in range(4))
    for _ in range(pairs):
        of_pair = compared(program)
        for row in of_pair:
            rows[kind_of(row)] += 1
            without[kind_of(row)] += row["ci_low"] is not None and not row["ci_low"] <= 1 <= row["ci_high"]
            resolved[kind_of(row)] += row["verdict"] in ("better", "worse")
        hit.update({kind_of(row) for row in of_pair if row["verdict"] in ("better", "worse")})
    print("| figure | rows | interval without 1 | resolved rows | pairs with a resolved row |\n|---|---|---|---|---|")
    for kind in rows:
        outside = "–" if "exact" in kind else without[kind]
        print(f"| {kind} | {rows[kind]} | {outside} | {resolved[kind]} | {hit[kind]} of {pairs} |")


if __name__ == "__main__":
    main()
