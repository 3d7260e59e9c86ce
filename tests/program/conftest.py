"""Runs the real binary as users do: BYTEBOUND, or build/bytebound by default."""
import csv
import json
import os
import pathlib
import signal
import subprocess
from types import SimpleNamespace

import pytest

# A shell starts background jobs with SIGINT ignored, and so would the programs that the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Rows of 128 bytes: 16 + 16 f32 columns. Small enough that a phase costs little more than its LLC sweep.
TINY = ["--N", "256", "--m", "64", "--hidden-dim", "16", "--up-cols", "16", "--warmup", "4", "--repeats", "2",
        "--steps-per-k", "8", "--batch", "1"]
ROW_BYTES = 128


def binary():
    path = pathlib.Path(os.environ.get("BYTEBOUND", ROOT / "build" / "bytebound")).resolve()
    assert path.is_file(), f"no binary at {path}: build it, or name it with BYTEBOUND"
    return path


def call(*words, cwd=None, env=None, timeout=60):
    """Runs bytebound with stdout and stderr as pipes."""
    environment = {**os.environ, **(env or {})}
    return subprocess.run([str(binary()), *map(str, words)], cwd=cwd, env=environment, timeout=timeout, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def commands():
    """The commands that `bytebound --help` lists, in its order."""
    table = call("--help").stdout.split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in table.splitlines()]


def run_tiny(out, *words, **options):
    """A small `bytebound run` into `out` that must succeed; later words override TINY's."""
    done = call("run", *TINY, *words, "--out", out, **options)
    assert done.returncode == 0, done.stderr
    return load(out, done)


def read_csv(path):
    """(comment lines, header, rows as dictionaries); every row must be as long as the header."""
    with open(path, newline="") as file:
        text = file.read()
    lines = text.split("\n")
    count = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    rows = list(csv.reader(lines[count:-1]))
    assert text.endswith("\n")
    for row in rows[1:]:
        assert len(row) == len(rows[0]), row
    return lines[:count], rows[0], [dict(zip(rows[0], row)) for row in rows[1:]]


def ledger_faults(row):
    """Errors in the ledger of a row; checked for every run that a test loads."""
    ledger = row["ledger"]
    if ledger is None:
        return [] if row["unavailable"].get("ledger") else ["no ledger and no reason"]
    parts, faults = ledger["parts"], []
    near = lambda a, b: abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1)
    if not near(sum(value for value in parts.values() if value is not None), ledger["measured"]):
        faults.append(f"parts of {ledger['measured']}: {parts}")
    for source in ledger["sources"]:
        if source["source"] == "sim" and (source["background"], source["unexplained"]) != (0, 0):
            faults.append(f"the simulation does not explain itself: {source}")
    if ledger["sources"][0]["source"] == "sim" and not near(ledger["modelled"], row["metrics"][ledger["source"]]["value"]):
        faults.append(f"modelled {ledger['modelled']} is not the simulated figure")
    if not near(ledger["requested"], row["requested_bytes"]) or not near(ledger["bound"], row["bound_bytes"]):
        faults.append("bound or requested differ from the row's")
    return faults


def load(out, done=None):
    """A run directory as plain data."""
    out = pathlib.Path(out)
    comments, header, samples = read_csv(out / "samples.csv")
    summary = json.loads((out / "summary.json").read_text())
    faults = [f"{row['loop']} k={row['k']}: {fault}" for row in summary["rows"] for fault in ledger_faults(row)]
    assert not faults, faults
    return SimpleNamespace(path=out, done=done, run=json.loads((out / "run.json").read_text()), summary=summary,
                           comments=comments, header=header, samples=samples)


def row_of(loaded, loop, k):
    rows = [row for row in loaded.summary["rows"] if (row["loop"], row["k"]) == (loop, k)]
    assert len(rows) == 1, f"{loop} k={k} stands {len(rows)} times in the summary"
    return rows[0]


def samples_of(loaded, loop, k, pass_=0):
    return [s for s in loaded.samples if (s["loop"], int(s["k"]), int(s["pass"])) == (loop, k, pass_)]


def schema(name):
    return json.loads((ROOT / "reports" / "schema" / f"{name}.schema.json").read_text())


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Qualifications are kept between the runs of one session, and never in the user's own cache. Nor is the user's own
    history read."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """All loops over k = 0, 3, 16, once for the whole session. Tests must not change its files."""
    return run_tiny(tmp_path_factory.mktemp("tiny") / "run", "--ks", "0,3,16")


@pytest.fixture(scope="session")
def shrinking(tmp_path_factory):
    """R > A: the block shrinks by four rows per step."""
    return run_tiny(tmp_path_factory.mktemp("shrinking") / "run", "--N", "1024", "--m", "512", "--add", "2", "--remove",
                    "6", "--loops", "paired,index,oracle", "--steps-per-k", "20")
