#!/usr/bin/env python3
"""validate_summary.py SCHEMA GOLDEN: the pinned summary.json satisfies its schema, and spoiled copies do not."""
import copy
import json
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed: scripts/setup installs it")
    sys.exit(77)

schema, summary = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:3])
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)


def spoiled(change):
    copied = copy.deepcopy(summary)
    change(copied)
    return copied


def metrics(document):
    return document["rows"][0]["metrics"]


SPOILED = {
    "a metric of the contract is missing": lambda d: metrics(d).pop("time_ns"),
    "a figure without tier": lambda d: metrics(d)["time_ns"].pop("tier"),
    "an unknown tier": lambda d: metrics(d)["time_ns"].update(tier="guessed"),
    "a figure of no step": lambda d: metrics(d)["time_ns"].update(n=0),
    "a computed figure with an interval": lambda d: metrics(d)["bound_bytes"].update(ci_low=1),
    "a value that is text": lambda d: metrics(d)["time_ns"].update(value="NaN"),
    "an unknown flag": lambda d: d["rows"][0]["flags"].append("odd"),
    "by_buffer null without a reason": lambda d: d["rows"][0].update(by_buffer=None),
    "ceilings null without a reason": lambda d: d["rows"][0]["unavailable"].pop("ceilings"),
    "ceilings of nothing": lambda d: d["rows"][0].update(ceilings=[]),
    "a point of the roofline without its tier": lambda d: d["roofline"]["points"][0]["requested"].pop("tier"),
    "a roofline without its points": lambda d: d["roofline"].pop("points"),
    "a buffer too few": lambda d: d["rows"][0]["by_buffer"].pop("mask"),
    "an unknown verdict": lambda d: d["comparisons"][0].update(verdict="maybe"),
    "an unknown key": lambda d: d.update(extra=1),
}

failures = [error.message for error in validator.iter_errors(summary)]
failures += [f"accepted: {what}" for what, change in SPOILED.items() if validator.is_valid(spoiled(change))]

# Rules that draft 7 cannot express: a null figure has a reason, any other figure has none.
for row in summary["rows"]:
    for name, figure in row["metrics"].items():
        if (figure is None) != (name in row["unavailable"]):
            failures.append(f"{row['loop']} k={row['k']} {name}: null and a reason do not go together")

print("\n".join(failures) or f"valid, and {len(SPOILED)} spoiled copies refused")
sys.exit(1 if failures else 0)
