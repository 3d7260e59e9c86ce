#!/usr/bin/env python3
"""Merges the runs of many synthetic hosts, and prints seconds and the largest memory of any process.

One real run of tiny rows gives the files: 200 rows of a loop and k, with every metric. Each host has its own name, its
own times and its own seal.

    bench/merge_hosts.py build/bytebound            # 1000 hosts, 200 rows
"""
import argparse
import hashlib
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

LOOPS = ["paired", "index", "mask", "hybrid", "oracle"]


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=200, help="loops times ks of each run")
    parser.add_argument("--repeats", type=int, default=1, help="merges, each of the same runs")
    parser.add_argument("--keep", type=pathlib.Path, help="an existing folder for the runs and the merge, which stay")
    return parser.parse_args()


def real_run(binary, folder, rows):
    ks = [2 * i + 2 for i in range(max(rows // len(LOOPS), 1))]
    words = ["--N", "512", "--m", "256", "--hidden-dim", "16", "--up-cols", "16", "--warmup", "2", "--repeats", "2",
             "--steps-per-k", "4", "--batch", "1", "--loops", ",".join(LOOPS), "--ks", ",".join(map(str, ks)),
             "--calibration", "none", "--llc", "16KiB:4", "--yes", "--quiet"]
    subprocess.run([binary, "run", *words, "--out", folder], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def scaled(line, columns, factor):
    """A line of summary.csv with its times multiplied. The cells before the times have no commas in them."""
    cells = line.split(",")
    for column in columns:
        if cells[column]:
            cells[column] = repr(float(cells[column]) * factor)
    return ",".join(cells)


def make_host(source, folder, number, factor):
    folder.mkdir()
    name = f"node{number:04}"
    texts = {"run.json": source["run.json"].replace(b'"SYNTHETIC"', f'"{name}"'.encode()),
             "samples.csv": f"# host: {name}\n".encode()}
    lines = source["summary.csv"]
    head = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    titles = lines[head].split(",")
    columns = [titles.index("time_ns" + part) for part in ("", "_ci_low", "_ci_high")]
    texts["summary.csv"] = ("\n".join(lines[:head + 1] + [scaled(line, columns, factor * random.uniform(0.99, 1.01))
                                                          for line in lines[head + 1:]]) + "\n").encode()
    for file, text in texts.items():
        (folder / file).write_bytes(text)
    (folder / "SHA256SUMS").write_text("".join(f"{hashlib.sha256(text).hexdigest()}  {file}\n"
                                               for file, text in sorted(texts.items())))


def make_hosts(asked, folder):
    random.seed(12)
    real_run(asked.binary, folder / "real", asked.rows)
    record = (folder / "real" / "run.json").read_text()
    host = re.search(r'\n  "host": ("[^"]*")', record)[1]
    source = {"run.json": record.replace(host, '"SYNTHETIC"').encode(),
              "summary.csv": (folder / "real" / "summary.csv").read_text().rstrip("\n").split("\n")}
    print(f"run.json {len(source['run.json']) >> 10} KiB, summary.csv "
          f"{(folder / 'real' / 'summary.csv').stat().st_size >> 10} KiB, {len(source['summary.csv']) - 7} rows")
    runs = []
    for number in range(asked.hosts):
        runs.append(folder / f"node{number:04}")
        make_host(source, runs[-1], number, 1.5 if number % 97 == 13 else random.uniform(0.95, 1.05))
    return runs


def main():
    asked = options()
    asked.binary = asked.binary.resolve()
    folder = asked.keep or pathlib.Path(tempfile.mkdtemp(prefix="merge-hosts-"))
    try:
        runs = make_hosts(asked, folder)
        os.sync()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = before.ru_utime + before.ru_stime
        for _ in range(asked.repeats):
            start = time.monotonic()
            done = subprocess.run([asked.binary, "merge", "--quiet", "--force", "--out", "merged", *[run.name for run in runs]],
                                  cwd=folder, text=True, capture_output=True)
            seconds = time.monotonic() - start
            if done.returncode != 0:
                sys.exit(done.stderr)
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            sizes = {path.name: path.stat().st_size >> 20 for path in sorted((folder / "merged").iterdir())}
            cpu, spent = usage.ru_utime + usage.ru_stime - spent, usage.ru_utime + usage.ru_stime
            print(f"{len(runs)} hosts: {seconds:.2f} s, {cpu:.2f} CPU seconds, at most {usage.ru_maxrss >> 10} MiB; MiB: {sizes}")
        print(done.stdout.splitlines()[-2])
    finally:
        if not asked.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
