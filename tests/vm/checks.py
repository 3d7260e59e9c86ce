"""Checks on the host of a guest's output: (name, problem) pairs, problem empty when the check holds."""
import csv
import json


def first_difference(a, b):
    """The first lines in which two logs differ."""
    for one, other in zip(a.split("\n"), b.split("\n")):
        if one != other:
            return [f"first boot:  {one}", f"second boot: {other}"]
    return ["one log is longer than the other"]


def of(machine, said):
    """Runs the machine's checks; a check that raises is also a problem."""
    files = said.files()
    for check in CHECKS.get(machine, []):
        try:
            problem = check(files) or ""
        except (KeyError, ValueError, TypeError, IndexError) as error:
            problem = f"{type(error).__name__}: {error}"
        yield check.__doc__.strip(), problem


def differs(what, expected, got):
    return "" if expected == got else f"{what}: expected {expected}, got {got}"


def first(*problems):
    return next((p for p in problems if p), "")


def rows_of(files, name):
    """The rows of a samples.csv."""
    return list(csv.DictReader(line for line in files[name].decode().splitlines() if not line.startswith("#")))


def column(rows, name):
    return {row[name] for row in rows}


def metrics_of(files, name):
    (row,) = json.loads(files[name])["rows"]
    return row["metrics"]


def value(metrics, name):
    return None if metrics[name] is None else metrics[name]["value"]


# v1


def v1_cpi(files):
    """bytebound run counts two cycles per instruction in every step and reports a CPI of 2"""
    rows = rows_of(files, "samples.csv")
    wrong = [row for row in rows if int(row["cycles"]) != 2 * int(row["instructions"]) or int(row["instructions"]) == 0]
    summary = json.loads(files["summary.json"])
    return first(differs("steps", 2 * 2 * 2 * 20, len(rows)), f"{len(wrong)} steps differ" if wrong else "",
                 differs("cpi", {2}, {value(row["metrics"], "cpi") for row in summary["rows"]}))


def v1_nothing(files):
    """a step without work has few instructions: what its readings count is subtracted"""
    costs = [counter["cost"] for of in json.loads(files["nothing-run.json"])["read_cost"] for counter in of["counters"]
             if counter["event"] == "instructions"]
    counts = [int(row["instructions"]) for row in rows_of(files, "nothing-samples.csv") if row["instructions"]]
    (row,) = json.loads(files["nothing-summary.json"])["rows"]
    net, shown = sum(counts) / len(counts) - costs[0]["median"], value(row["metrics"], "instructions")
    return first(differs("costs", 1, len(costs)), differs("readings", 40, len(counts)),
                 "" if abs(shown - max(net, 0)) < 1e-6 else f"{shown} is not {net}",
                 # The call of a function that finds no row to copy and returns.
                 "" if shown <= 300 else f"{shown} instructions, of readings that count {costs[0]['median']}")


def v1_qualified(files):
    """qualification passes cycles and instructions, and withholds an LLC event that opens but stays 0"""
    rows = json.loads(files["qualified.json"])["rows"]
    # PMUv3 event 0x37, LL_CACHE_MISS_RD: the preset's event for this CPU. QEMU does not implement it.
    silent = "armv8_pmuv3/event=0x37/"
    return first(differs("cpi", {2}, {value(row["metrics"], "cpi") for row in rows}),
                 differs("tier of cpi", {"counted"}, {row["metrics"]["cpi"]["tier"] for row in rows}),
                 differs("tier of llc_misses", {"simulated"}, {row["metrics"]["llc_misses"]["tier"] for row in rows}),
                 differs("reason", {f"{silent}: failed qualification: counted 0.00 x the known 1 048 576 lines"},
                         {row["unavailable"][silent] for row in rows}))


# v2


def v2_moved(files):
    """every step after its CPU went offline is on another one and flagged as migrated, and none before"""
    rows = rows_of(files, "samples.csv")
    there = [row["cpu_before"] == "3" and row["cpu_after"] == "3" for row in rows]
    wrong = [i for i, row in enumerate(rows) if there[i] == ("migrated" in row["flags"].split())]
    return first(differs("steps", 40 * 20, len(rows)), "" if any(there) and not all(there) else "it never moved",
                 f"{len(wrong)} steps are flagged wrongly, the first is {wrong[0]}" if wrong else "",
                 "" if all(int(row["cycles"]) > 0 for row in rows) else "a step without cycles")


# v3


def v3_simulated(files):
    """without a PMU DRAM bytes are simulated and CPI is not a number"""
    metrics = [row["metrics"] for row in json.loads(files["summary.json"])["rows"]]
    return first(differs("tiers", {"simulated"}, {m["dram_bytes"]["tier"] for m in metrics}),
                 differs("cpi", [None, None], [m["cpi"] for m in metrics]))


# v4


def box(pmu, cpu, config, direction):
    return (pmu, cpu, config, direction, 64)


def v4_match(files):
    """the Ice Lake preset opens two events of two boxes on one CPU of each socket"""
    match = json.loads(files["match.json"])
    # umask 0x0f and 0x30 in bits 8-15, event 0x04 in bits 0-7
    expected = {box(pmu, cpu, config, direction) for pmu in ("uncore_imc_0", "uncore_imc_1") for cpu in (0, 2)
                for config, direction in (("0xf04", "read"), ("0x3004", "write"))}
    got = [(c["pmu"], c["cpu"], c["config"], c["direction"], c["bytes_per_count"]) for c in match["counters"]]
    return first(differs("preset", "intel-icx", match["preset"]), differs("counters", expected, set(got)),
                 differs("number of counters", 8, len(got)))


def v4a_match(files):
    """the Zen 4 preset opens two events of the box on each socket"""
    match = json.loads(files["match.json"])
    # rdwrmask 1 and 2 in bits 8-9, event 0x0a in bits 0-7
    expected = {box(pmu, cpu, config, direction) for pmu, cpu in (("amd_umc_0", 0), ("amd_umc_1", 2))
                for config, direction in (("0x10a", "read"), ("0x20a", "write"))}
    got = [(c["pmu"], c["cpu"], c["config"], c["direction"], c["bytes_per_count"]) for c in match["counters"]]
    return first(differs("preset", "amd-zen4", match["preset"]), differs("counters", expected, set(got)),
                 differs("number of counters", 4, len(got)))


def measured(rows):
    """Steps, without the idle windows between phases."""
    return [row for row in rows if row["flags"] != "background"]


def exact_steps(files, literals):
    rows = measured(rows_of(files, "exact/samples.csv"))
    return first(differs("steps", 40, len(rows)), *(differs(name, {literal}, column(rows, name)) for name, literal in
                                                    literals.items()))


def v4_steps(files):
    """every step of the run has the bytes, cycles, instructions and misses that it drove"""
    # 32+16+8+8 reads and 16+8+4+4 writes of 64 bytes
    return exact_steps(files, {"ddr-read": "4096", "ddr-write": "2048", "cycles": "3000", "instructions": "1500",
                               "cpu/event=0x2e,umask=0x41/": "20"})


def v4_summary(files):
    """DRAM bytes, LLC misses and CPI of the report are what the steps drove"""
    metrics = metrics_of(files, "exact/summary.json")
    expected = {"dram_read_bytes": 4096, "dram_write_bytes": 2048, "dram_bytes": 6144, "cycles": 3000,
                "instructions": 1500, "llc_misses": 20, "cpi": 2}
    return first(*(differs(name, literal, value(metrics, name)) for name, literal in expected.items()),
                 differs("mpki", "13.3333", f"{value(metrics, 'llc_mpki'):.4f}"),
                 differs("tier", "shared", metrics["dram_bytes"]["tier"]),
                 differs("source", "uncore", metrics["dram_bytes"]["source"]))


def v4_boxes(files):
    """an event of the user's at boxes is the sum over those that its name matches, in the unit of its alias"""
    metrics = metrics_of(files, "boxes/summary.json")
    # 32+16+8+8 reads at all boxes, 32+8 at uncore_imc_0; 6.103515625e-5 MiB each
    return first(differs("all", 64 / 16384, value(metrics, "uncore_imc/cas_count_read/")),
                 differs("imc_0", 40 / 16384, value(metrics, "uncore_imc_0/cas_count_read/")),
                 differs("dram", 4096, value(metrics, "dram_read_bytes")),
                 differs("tier", "shared", metrics["uncore_imc/cas_count_read/"]["tier"]),
                 differs("source", "uncore", metrics["uncore_imc/cas_count_read/"]["source"]))


def v4_estimate(files):
    """the core estimate is 64 bytes for every offcore read, prefetch and write that was driven"""
    metrics = metrics_of(files, "estimate/summary.json")
    return first(differs("reads", (60 + 4) * 64, value(metrics, "dram_read_bytes")),
                 differs("writes", 32 * 64, value(metrics, "dram_write_bytes")),
                 differs("source", "core-estimate", metrics["dram_bytes"]["source"]))


def v4_unqualified(files):
    """counters that do not count kernels with known counts are withheld, with the reason"""
    metrics = metrics_of(files, "unqualified/summary.json")
    withheld = [name for name in ("cpi", "instructions", "dram_read_bytes") if metrics[name] is not None
                and metrics[name]["tier"] in ("counted", "shared")]
    return f"shown all the same: {withheld}" if withheld else ""


def v4_busy(files):
    """another process's traffic at the same boxes is subtracted: the interval contains the loop's own bytes"""
    metrics = metrics_of(files, "busy/summary.json")
    own = 16384 * 64
    gross = [int(row["ddr-read"]) / int(row["batch"]) for row in measured(rows_of(files, "busy/samples.csv"))]
    mean = sum(gross) / len(gross)
    # On a loaded host the interpreter's CPUs get unequal shares, and therefore the other process does too.
    off = [f"{name}: {m['ci_low']:.0f} to {m['value']:.0f} to {m['ci_high']:.0f} for {own}, gross {mean:.0f}"
           for name in ("dram_read_bytes", "dram_write_bytes") for m in [metrics[name]]
           if not (m["ci_low"] <= own <= m["ci_high"] or abs(m["value"] / own - 1) < 0.05)]
    # More than the 5 % that are accepted above, or a figure that nothing was subtracted from would pass.
    return first("" if mean > 1.06 * own else f"the background was too weak to tell: {mean:.0f} of {own} bytes", *off)


def v4_second(files):
    """the simulation is listed with boxes that did not count the loop, with the verdict that they differ and why"""
    problems = []
    for row in json.loads(files["second/summary.json"])["rows"]:
        figure = row["metrics"]["dram_bytes"]
        (second,) = figure["also"]
        problems += [differs("first", ("uncore", 0), (figure["source"], figure["value"])),
                     differs("second", "sim", second["source"]),
                     differs("verdict", "differs", second["consistency"]["verdict"]),
                     "" if second["consistency"]["reasons"] else "no reason is given"]
    return first(*problems)


def v4_exec(files):
    """every run of a command has the bytes, cycles, instructions and misses that its processes drove, and twice as many twice"""
    rows = measured(rows_of(files, "exec/samples.csv"))
    # 1000+24+8+56 reads and 500+12+4+28 writes of 64 bytes
    once = {"ddr-read": 69632, "ddr-write": 34816, "cycles": 3000, "instructions": 1500, "cpu/event=0x2e,umask=0x41/": 20}
    problems = [differs(f"{loop} {name}", {str(times * amount)}, column([row for row in rows if row["loop"] == loop], name))
                for times, loop in ((1, "once"), (2, "twice")) for name, amount in once.items()]
    summary = json.loads(files["exec/summary.json"])
    metrics = {row["loop"]: row["metrics"] for row in summary["rows"]}
    ratios = {(c["loop"], c["vs"]): c["ratio"] for c in summary["comparisons"] if c["metric"] == "dram_bytes"}
    return first(differs("runs", 8, len(rows)), *problems,
                 *(differs(f"dram_bytes of {loop}", (times * 104448, "shared", "uncore"),
                           tuple(metrics[loop]["dram_bytes"][key] for key in ("value", "tier", "source")))
                   for times, loop in ((1, "once"), (2, "twice"))),
                 differs("cpi", [2, 2], [value(metrics[loop], "cpi") for loop in ("once", "twice")]),
                 differs("ratio", {("once", "twice"): 2}, ratios))


def watched(files):
    return [json.loads(line) for line in files["watch.jsonl"].decode().splitlines()]


def v4_watch(files):
    """the lines of a watch add up to what was driven at the boxes of each node, in bytes"""
    lines, driven = watched(files), 2  # times, and none where a CPU went offline
    got = {(place["nodes"][0], direction): sum(line_place[direction]["count"] for line in lines
                                               for line_place in line["dram"] if line_place["nodes"] == place["nodes"])
           for place in lines[0]["dram"] for direction in ("read", "write")}
    # 1000+24 reads and 500+12 writes on node 0, 8+56 and 4+28 on node 1, of 64 bytes
    expected = {(0, "read"): driven * 65536, (0, "write"): driven * 32768, (1, "read"): driven * 4096,
                (1, "write"): driven * 2048}
    values = {value["tier"] for line in lines for place in line["dram"] for value in (place["read"], place["write"])}
    rates = [abs(place["read"]["value"] * 1e9 * line["interval_s"] / place["read"]["count"] - 1)
             for line in lines for place in line["dram"] if place["read"]["count"]]
    return first(differs("bytes", expected, got), differs("tiers", {"shared"}, values),
                 "" if max(rates) < 0.2 else f"a rate is not bytes per time: {max(rates)}")


def v4_watch_cpus(files):
    """a watch counts the events of all CPUs, says when one goes offline, and counts the others from then on"""
    lines = watched(files)
    counts = {event["name"]: sum(e["count"] or 0 for line in lines for e in line["events"] if e["name"] == event["name"])
              for event in lines[0]["events"]}
    changed = [line for line in lines if line["cpi"]["state"] == "read_failed"]
    busy = [line for line in lines if line["events"][1]["count"]]
    return first(differs("cycles", 2 * 4000, counts["cycles:uk"]), differs("instructions", 2 * 2000, counts["instructions:uk"]),
                 differs("LLC misses", 2 * 30, counts["cpu/event=0x2e,umask=0x41/uk"]),
                 differs("reasons", {"the online CPUs changed from 0-3 to 0-2 in this interval"},
                         {line["cpi"]["reason"] for line in changed}),
                 differs("intervals without CPUs", 1, len(changed)),
                 differs("CPUs", [[0, 1, 2, 3], [0, 1, 2]], [lines[0]["cpus"], lines[-1]["cpus"]]),
                 # 2 cycles an instruction on both CPUs
                 differs("cpi", {2}, {line["cpi"]["value"] for line in busy}),
                 differs("idle", {"no instruction was counted in this interval"},
                         {line["cpi"]["reason"] for line in lines if line not in busy and line not in changed}))


def v4_watch_shared(files):
    """events that do not fit into the counters of a CPU are scaled"""
    rows = rows_of(files, "shared.csv")
    states = {row[key] for row in rows for key in row if key.endswith("_per_s_state")}
    tiers = {row[key] for row in rows for key in row if key.endswith("_per_s_tier")}
    return first(differs("lines", 2, len(rows)), differs("states", {"scaled"}, states), differs("tiers", {"scaled"}, tiers))


def v4_gone(files):
    """a counter that disappears fails its phase, and finished phases stay complete"""
    run = json.loads(files["gone/run.json"])
    rows = rows_of(files, "gone/samples.csv")
    # 32+8 reads and 16+4 writes of 64 bytes
    return first(differs("status", "failed", run["status"]),
                 # It disappears during a reading (the group is dissolved or freezes) or before the next phase opens it.
                 "" if run["failure"]["operation"] in ("read group of", "read event", "open event")
                 else f"operation {run['failure']['operation']}",
                 differs("exit code", 1, run["failure"]["exit_code"]),
                 "" if run["failure"]["object"].startswith(("uncore_imc_", "ddr-")) else f"object {run['failure']['object']}",
                 "" if len(rows) >= 100 and len(rows) % 20 == 0 else f"{len(rows)} steps are no whole phases of 20",
                 differs("reads", {"2560"}, column(rows, "ddr-read")), differs("writes", {"1280"}, column(rows, "ddr-write")))


def v4a_steps(files):
    """every step of the run has the bytes, cycles and instructions that it drove"""
    # 40+24 reads and 20+12 writes of 64 bytes
    return exact_steps(files, {"ddr-read": "4096", "ddr-write": "2048", "cycles": "3000", "instructions": "1500"})


CHECKS = {
    "v1": [v1_cpi, v1_nothing, v1_qualified],
    "v2": [v2_moved],
    "v3": [v3_simulated],
    "v4": [v4_match, v4_steps, v4_summary, v4_boxes, v4_estimate, v4_unqualified, v4_second, v4_busy, v4_exec,
           v4_watch, v4_watch_cpus, v4_watch_shared, v4_gone],
    "v4a": [v4a_match, v4a_steps],
}
