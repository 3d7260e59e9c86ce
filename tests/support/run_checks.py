"""What must hold of a run directory after whatever happened to its process. Used by tests/faults and tests/signals."""
import csv
import hashlib
import json

# Columns that depend on the options and the seed alone.
EXACT = ("loop", "k", "repeat", "step", "batch", "A", "R", "rows_written")


def exact_rows(path):
    """The parts of the raw steps that every run with these options has in common."""
    lines = [line for line in path.read_text().split("\n") if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    names = [name for name in rows[0] if name in EXACT or name.startswith(("trace:", "sim:"))] if rows else []
    return [{name: row[name] for name in names} for row in rows]


def seal_faults(out):
    faults = []
    for line in (out / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ", 1)
        if not (out / name).is_file():
            faults.append(f"{name} of SHA256SUMS is missing")
        elif hashlib.sha256((out / name).read_bytes()).hexdigest() != digest:
            faults.append(f"{name} is not the file of SHA256SUMS")
    return faults


def leftovers(out):
    return sorted(path.name for path in out.iterdir() if path.name.startswith("."))


def directory_faults(out, expected, whole):
    """Faults of a run directory. `expected`: exact_rows() of an undisturbed run. `whole`: the command said exit 0."""
    if not out.exists():
        return ["there is no run directory"] if whole else []
    if not (out / "run.json").exists():
        return ["there is no run.json"] if whole or (out / "SHA256SUMS").exists() else []
    try:
        run = json.loads((out / "run.json").read_text())
    except ValueError as error:
        return [f"run.json is not JSON: {error}"]
    faults = []
    sealed = (out / "SHA256SUMS").exists()
    if sealed:
        faults += seal_faults(out)
    if whole and (run["status"], sealed) != ("complete", True):
        faults.append(f"exit 0, and the run is {run['status']}, {'sealed' if sealed else 'not sealed'}")
    rows = exact_rows(out / "samples.csv") if (out / "samples.csv").exists() and (out / "samples.csv").stat().st_size else []
    if run["status"] == "complete" or run.get("measured"):
        if [without_simulation(row) for row in rows] != [without_simulation(row) for row in expected]:
            faults.append(f"{run['status']} with {len(rows)} of {len(expected)} steps, or other ones")
    for row, right in zip(rows, expected):
        for name, value in row.items():
            if value and name in right and value != right[name]:
                faults.append(f"{name} is {value}, not {right[name]}")
    return faults


def without_simulation(row):
    return {name: value for name, value in row.items() if not name.startswith("sim:")}
