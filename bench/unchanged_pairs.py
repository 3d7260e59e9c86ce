#!/usr/bin/env python3
"""How often `bytebound compare` calls two runs of one program different: a table of docs/statistics.md.

    bench/unchanged_pairs.py BYTEBOUND [PAIRS] [--history RUNS]

Each of PAIRS (100) pairs are two independent runs of a tiny workload with the same options. Their bytes are equal, and the
true ratio of their times is 1 unless the machine changed between them. A pair is resolved if any of its rows is `better` or
`worse`. With --history, RUNS earlier runs make a history first, and every pair is compared without a history, with that one, and
with one to which every pair is added after its comparison, as CI would.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import tempfile

OPTIONS = ("--N 1024 --m 256 --up-cols 64 --hidden-dim 64 --ks 16,64 --loops paired,index --collector sim --llc 64KiB:16 "
           "--calibration none --steps-per-k 20 --warmup 20 --repeats 6 --quiet").split()


def call(*words):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return done.stdout


def measured(program, folder, name):
    call(program, "run", *OPTIONS, "--out", folder / name)
    return folder / name


def kind_of(row):
    return "time" if row["metric"] == "time_ns" else "bytes and misses, exact" if row["exact"] else "other"


class Tally:
    """Rows and pairs, by kind of figure."""

    def __init__(self):
        self.rows, self.without, self.resolved, self.hit, self.width = (collections.Counter() for _ in range(5))
        self.pairs = 0

    def add(self, rows):
        self.pairs += 1
        for row in rows:
            kind = kind_of(row)
            self.rows[kind] += 1
            self.without[kind] += row["ci_low"] is not None and not row["ci_low"] <= 1 <= row["ci_high"]
            self.resolved[kind] += row["verdict"] in ("better", "worse")
            if row["ci_low"] is not None:
                self.width[kind] += (row["ci_high"] - row["ci_low"]) / row["ratio"] / 2
        self.hit.update({kind_of(row) for row in rows if row["verdict"] in ("better", "worse")})

    def lines(self, history):
        for kind, rows in self.rows.items():
            exact = "exact" in kind
            yield (f"| {kind} | {history} | {rows} | {'–' if exact else self.without[kind]} | "
                   f"{'–' if exact else f'{100 * self.width[kind] / rows:.1f} %'} | {self.resolved[kind]} | "
                   f"{self.hit[kind]} of {self.pairs} |")


def judge(program, pair, cases, tallies):
    for name, database in cases.items():
        tallies[name].add(json.loads(call(program, "compare", *pair, "--json", "--history", database))["rows"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("pairs", type=int, nargs="?", default=100)
    parser.add_argument("--history", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        fixed, growing = folder / "fixed.db", folder / "growing.db"
        cases = {"none": "none"}
        for i in range(asked.history):
            earlier = measured(asked.program, folder, f"earlier-{i}")
            for database in (fixed, growing):
                call(asked.program, "history", "add", earlier, "--db", database)
        if asked.history:
            cases |= {f"{asked.history} runs before": fixed, f"{asked.history} runs before, and the pairs": growing}
        tallies = {name: Tally() for name in cases}
        for i in range(asked.pairs):
            pair = [measured(asked.program, folder, f"{name}-{i}") for name in ("base", "head")]
            judge(asked.program, pair, cases, tallies)
            if asked.history:
                call(asked.program, "history", "add", *pair, "--db", growing)
    print("| figure | history | rows | interval without 1 | half width, mean | resolved rows | pairs with a resolved row |")
    print("|---|---|---|---|---|---|---|")
    for name, tally in tallies.items():
        print("\n".join(tally.lines(name)))


if __name__ == "__main__":
    main()
