"""Compares published figures with an independent computation from the raw steps."""
import json
import math
import re

import jsonschema
import numpy
import pytest
import scipy.stats

from conftest import ROOT, ROW_BYTES, TINY, call, read_csv, row_of, run_tiny, samples_of, schema

LOOPS = ["paired", "index", "mask", "hybrid", "oracle"]
METRICS = schema("summary")["definitions"]["metrics"]["required"]
STAT = {"time_ns": "median", **dict(re.findall(r"^\| `(\w+)` \|.*\| (ratio|rate) \|$", (ROOT / "docs/figures.md").read_text(), re.M))}
COMPUTED = ["bound_bytes", "min_bytes", "rows_written", "requested_bytes", "metadata_bytes"]
BUFFERS = ["pool", "slab", "mask", "index", "meta"]
SIMULATED = (["dram_read_bytes", "dram_write_bytes", "llc_misses"]
             + [f"{buffer}_{way}_bytes" for buffer in BUFFERS for way in ("read", "write")]
             + ["cold_read_bytes", "write_allocate_bytes"])
# From the most to the least direct. A ratio has the less direct tier of its operands; `computed` has no effect.
TIERS = ["computed", "timed", "counted", "scaled", "shared", "emulated", "simulated"]


def cells(loaded, loop, k):
    """(row of the summary, its samples of pass 0) for every loop and k of a run."""
    return row_of(loaded, loop, k), samples_of(loaded, loop, k)


def every_row(loaded):
    for row in loaded.summary["rows"]:
        yield row, samples_of(loaded, row["loop"], row["k"])


def net_times(run, samples):
    """ns per step of pass 0: without the empty clock pair that run.json states."""
    clock = next(cost for cost in run.run["read_cost"] if cost["pass"] == 0)["clock_ns"]["median"]
    return [(float(s["time_ns"]) - clock) / int(s["batch"]) for s in samples]


def read_cost(run, event):
    """What an empty reading of the leader counts."""
    return next(counter["cost"] for cost in run.run["read_cost"] if cost["pass"] == event["pass"]
                for counter in cost["counters"] if (counter["event"], counter["worker"]) == (event["name"], 0))


def step_values(metric, samples, events):
    """Totals of one metric that samples.csv alone gives; None if there is no such column."""
    if metric == "bound_bytes":
        assert all(s["batch"] != "1" or int(s["trace:bound_rows"]) == max(int(s["A"]), int(s["R"])) for s in samples)
        return [int(s["trace:bound_rows"]) * ROW_BYTES for s in samples]
    if metric == "min_bytes":
        return [int(s["trace:min_rows"]) * ROW_BYTES for s in samples]
    if metric == "rows_written":
        return [int(s["rows_written"]) for s in samples]
    if metric == "requested_bytes":
        return [2 * int(s["rows_written"]) * ROW_BYTES for s in samples]
    if metric == "metadata_bytes":
        return [int(s["trace:metadata_bytes"]) for s in samples]
    if metric == "dram_bytes":
        return [a + b for a, b in zip(step_values("dram_read_bytes", samples, events),
                                      step_values("dram_write_bytes", samples, events))]
    if metric in SIMULATED:
        return [int(s["sim:" + metric]) for s in samples if s["sim:" + metric] != ""]
    return None


def test_samples_have_exactly_the_documented_columns(tiny):
    columns = ["loop", "k", "repeat", "step", "batch", "pass", "A", "R", "rows_written", "cpu_before", "cpu_after",
               "flags", "time_ns"]
    for event in tiny.run["events"]:
        columns += [event["name"], event["name"] + ":enabled", event["name"] + ":running"]
    columns += ["sim:" + name for name in SIMULATED] + ["trace:min_rows", "trace:metadata_bytes", "trace:bound_rows"]
    assert tiny.header == columns
    assert tiny.comments and all(line.startswith("#") for line in tiny.comments)


def test_default_events_are_those_of_the_contract(tiny):
    names = [event["name"] for event in tiny.run["events"]]
    assert names[:2] == ["cycles", "instructions"]
    assert names[-4:] == ["task-clock", "page-faults", "context-switches", "cpu-migrations"]


def test_every_planned_step_is_present_once(tiny):
    keys = [(s["loop"], int(s["k"]), int(s["pass"]), int(s["repeat"]), int(s["step"])) for s in tiny.samples]
    passes = range(max(key[2] for key in keys) + 1)
    wanted = [(loop, k, p, r, s) for loop in LOOPS for k in (0, 3, 16) for p in passes for r in (0, 1) for s in range(8)]
    assert sorted(keys) == sorted(wanted)
    assert {s["batch"] for s in tiny.samples} == {"1"}


def test_steps_change_k_rows(tiny):
    for sample in tiny.samples:
        added, removed, k = int(sample["A"]), int(sample["R"]), int(sample["k"])
        assert added + removed == k
        # An odd k starts with the larger half added; four warm-up steps come before step 0.
        larger = (k + 1) // 2
        assert added == (larger if int(sample["step"]) % 2 == 0 else k - larger)


def test_loops_store_the_rows_of_their_definition(tiny):
    for sample in tiny.samples:
        added, removed, k = int(sample["A"]), int(sample["R"]), int(sample["k"])
        m_after = 64 + max(added - removed, 0)  # an odd k lets m alternate between 64 and 65
        expected = {"index": m_after, "mask": m_after}.get(sample["loop"], int(sample["trace:min_rows"]))
        assert k <= 0.5 * m_after, "else hybrid would rebuild and the line above would be wrong"
        assert int(sample["rows_written"]) == expected, sample
        minimum = int(sample["trace:min_rows"])
        assert minimum == added if added >= removed else added <= minimum <= removed


def test_hybrid_rebuilds_above_tau(tmp_path):
    run = run_tiny(tmp_path / "run", "--loops", "hybrid", "--ks", "16,40", "--collector", "none")
    assert {s["rows_written"] for s in samples_of(run, "hybrid", 16)} == {"8"}
    assert {s["rows_written"] for s in samples_of(run, "hybrid", 40)} == {"64"}


def test_the_closed_form_requests_the_bytes_that_the_loops_request(tiny):
    for experiment in tiny.run["experiments"]:
        row = row_of(tiny, experiment["loop"], experiment["k"])
        form = experiment["closed_form"]
        requested = form["requested_load_bytes"] + form["requested_store_bytes"]
        metadata = form["metadata_load_bytes"] + form["metadata_store_bytes"]
        # With odd k there are 64 and 65 rows alternately, of which the measured steps include a few.
        tolerance = 1e-9 if experiment["k"] % 2 == 0 else 0.06
        assert requested == pytest.approx(row["requested_bytes"], rel=tolerance), experiment["loop"]
        assert metadata == pytest.approx(row["metrics"]["metadata_bytes"]["value"], rel=tolerance), experiment["loop"]
        parts = sum(form["parts"].values())
        assert parts == pytest.approx(form["dram_read_bytes"] + form["dram_write_bytes"], abs=1e-9)
        assert parts == pytest.approx(sum(b["read"] + b["write"] for b in form["by_buffer"].values()), abs=1e-9)


def test_the_closed_form_expects_the_bytes_that_are_simulated(tmp_path):
    run = run_tiny(tmp_path / "run", "--N", "4096", "--m", "512", "--hidden-dim", "64", "--up-cols", "64", "--ks", "64",
                   "--loops", "paired,index", "--llc", "128KiB:16", "--warmup", "300", "--steps-per-k", "300",
                   "--repeats", "1", "--collector", "sim", timeout=120)
    for experiment in run.run["experiments"]:
        form = experiment["closed_form"]
        metrics = row_of(run, experiment["loop"], 64)["metrics"]
        for name in ("dram_read_bytes", "dram_write_bytes"):
            assert form[name] == pytest.approx(metrics[name]["value"], rel=0.03), (experiment["loop"], name)


def test_a_block_trace_has_no_closed_form_and_says_why(tmp_path):
    run = run_tiny(tmp_path / "run", "--pattern", "block", "--loops", "paired", "--ks", "4", "--collector", "none")
    experiment = run.run["experiments"][0]
    assert experiment["closed_form"] is None
    assert experiment["closed_form_reason"].startswith("the rows that a block trace draws depend on each other")
    assert run.run["workload"]["tau_source"] == "given"
    assert run.run["expected"]["crossover"] is None and run.run["expected"]["crossover_reason"]


def test_medians_and_means_are_those_of_the_samples(tiny):
    compared = 0
    for row, samples in every_row(tiny):
        for metric in ["time_ns", "dram_read_bytes", "dram_write_bytes", "dram_bytes", "llc_misses"] + COMPUTED:
            figure = row["metrics"][metric]
            if figure["source"] not in ("clock", "sim", "trace"):
                continue
            if metric == "time_ns":
                values = net_times(tiny, samples)
                expected = max(numpy.median(values), 0)
            else:
                values = step_values(metric, samples, tiny.run["events"])
                expected = numpy.mean(values)
            assert figure["value"] == pytest.approx(expected, rel=1e-12, abs=1e-12), (row["loop"], row["k"], metric)
            assert figure["n"] == len(values)
            compared += 1
    assert compared >= 15 * 9


def test_counted_means_are_those_of_the_samples(tiny):
    events = {event["role"]: event for event in tiny.run["events"] if event["role"]}
    compared = 0
    for row in tiny.summary["rows"]:
        for metric, event in events.items():
            figure = row["metrics"][metric]
            if figure is None or figure["tier"] != "counted":
                continue
            cost = read_cost(tiny, event)
            values = [int(s[event["name"]]) - cost["median"] for s in tiny.samples
                      if (s["loop"], int(s["k"])) == (row["loop"], row["k"]) and s[event["name"]]]
            assert figure["value"] == pytest.approx(max(numpy.mean(values), 0)), (row["loop"], metric)
            assert figure["n"] == len(values)
            if cost["median"] > 0.05 * figure["value"]:
                assert "short" in row["flags"], (row["loop"], row["k"], metric)
            compared += 1
    assert compared, "software events count on every machine"


def test_the_cost_of_reading_is_measured_in_every_pass_and_for_every_event(tiny):
    assert [cost["pass"] for cost in tiny.run["read_cost"]] == list(range(tiny.run["passes"]))
    counted = [event["name"] for event in tiny.run["events"] if event["pass"] is not None and event["sharing"] != "socket"]
    assert sorted(counter["event"] for cost in tiny.run["read_cost"] for counter in cost["counters"]) == sorted(counted)
    for cost in tiny.run["read_cost"]:
        for of in [cost["clock_ns"], cost["reading_ns"]] + [counter["cost"] for counter in cost["counters"]]:
            assert of["range_low"] <= of["ci_low"] <= of["median"] <= of["ci_high"] <= of["range_high"]
            assert of["n"] == 1000
        assert 0 < cost["clock_ns"]["median"] < cost["reading_ns"]["median"]


def test_figures_of_readings_over_several_steps_are_per_step_and_count_steps(tmp_path):
    run = run_tiny(tmp_path / "run", "--batch", "auto", "--steps-per-k", "24", "--ks", "0,16", "--loops", "paired,index",
                   "--events", "task-clock")
    event, = run.run["events"]
    cost = read_cost(run, event)["median"]
    for experiment in run.run["experiments"]:
        row, samples = cells(run, experiment["loop"], experiment["k"])
        assert experiment["batch"] * experiment["readings"] == 24
        assert [int(s["step"]) for s in samples] == 2 * list(range(0, 24, experiment["batch"]))
        assert {int(s["batch"]) for s in samples} == {experiment["batch"]}
        time, clock = row["metrics"]["time_ns"], row["metrics"]["task_clock_ns"]
        assert time["value"] == pytest.approx(numpy.median(net_times(run, samples)))
        counts = [(int(s["task-clock"]) - cost) / experiment["batch"] for s in samples]
        assert clock["value"] == pytest.approx(max(numpy.mean(counts), 0))
        assert row["metrics"]["requested_bytes"]["value"] == sum(2 * int(s["rows_written"]) for s in samples) * ROW_BYTES / 48
        for metric in ("time_ns", "task_clock_ns", "requested_bytes", "dram_bytes"):
            assert row["metrics"][metric]["n"] == 48, metric
    # A step of k = 0 is much shorter than a reading.
    assert run.run["experiments"][0]["batch"] == 24


def test_ratios_are_ratios_of_sums(tiny):
    for row, samples in every_row(tiny):
        metrics = row["metrics"]
        simulated = [s for s in samples if s["sim:dram_read_bytes"] != ""]
        if row["k"] == 0:
            for metric in ("amplification", "requested_ratio"):
                assert metrics[metric] is None
                assert row["unavailable"][metric] == "bound is 0"
        else:
            requested = sum(step_values("requested_bytes", samples, None)) / sum(step_values("bound_bytes", samples, None))
            assert metrics["requested_ratio"]["value"] == pytest.approx(requested)
            if metrics["dram_bytes"]["source"] == "sim":
                dram = sum(step_values("dram_bytes", simulated, None))
                assert metrics["amplification"]["value"] == pytest.approx(
                    dram / sum(step_values("bound_bytes", simulated, None)))


def test_a_rate_is_the_mean_bytes_over_the_median_time_of_the_row(tiny):
    for row, samples in every_row(tiny):
        metrics = row["metrics"]
        rate = (numpy.mean(step_values("requested_bytes", samples, None)) /
                numpy.median(net_times(tiny, samples)))
        assert metrics["requested_gbps"]["value"] == pytest.approx(rate)
        for rate, top in (("requested_gbps", "requested_bytes"), ("dram_gbps", "dram_bytes")):
            if metrics[rate] is not None:
                assert metrics[rate]["value"] == pytest.approx(metrics[top]["value"] / metrics["time_ns"]["value"])
        if metrics["dram_bytes"]["source"] == "sim" and metrics["dram_gbps"] is None:
            assert row["unavailable"]["dram_gbps"] == "DRAM bytes are simulated for another cache (--llc)"


def test_every_metric_is_a_key_and_null_has_its_reason(tiny):
    for row in tiny.summary["rows"]:
        assert list(row["metrics"])[:len(METRICS)] == METRICS
        # Followed by the events, under the names that the user wrote.
        assert set(row["metrics"]) - set(METRICS) <= {event["name"] for event in tiny.run["events"]}
        for metric, figure in row["metrics"].items():
            if figure is None:
                assert row["unavailable"][metric].strip()
                continue
            assert metric not in row["unavailable"]
            assert figure["stat"] == STAT.get(metric, "mean")
            assert figure["n"] >= 1 and figure["blocks"] >= 1


def time_of(row):
    """Its time; nothing where a step took less than the clock pair did before the run, which a step of k = 0 can do."""
    if row["metrics"]["time_ns"] is None:
        assert row["k"] == 0 and row["unavailable"]["time_ns"].startswith("impossible: "), row
    return row["metrics"]["time_ns"]


def test_tiers_say_how_a_number_was_obtained(tiny):
    for row in tiny.summary["rows"]:
        metrics = row["metrics"]
        if time := time_of(row):
            assert (time["tier"], time["source"]) == ("timed", "clock")
        for metric in COMPUTED:
            assert (metrics[metric]["tier"], metrics[metric]["source"]) == ("computed", "trace")
            assert metrics[metric].get("ci_low") is None and metrics[metric].get("ci_high") is None
        for metric in METRICS:
            if metrics[metric] and metrics[metric]["source"] == "sim":
                assert metrics[metric]["tier"] == "simulated"
        for ratio, (top, bottom) in {"amplification": ("dram_bytes", "bound_bytes"), "cpi": ("cycles", "instructions"),
                                     "requested_ratio": ("requested_bytes", "bound_bytes"),
                                     "requested_gbps": ("requested_bytes", "time_ns"),
                                     "dram_gbps": ("dram_bytes", "time_ns")}.items():
            if metrics[ratio] is None:
                continue
            assert metrics[ratio]["source"] == metrics[top]["source"]
            worse = max(metrics[top]["tier"], metrics[bottom]["tier"], key=TIERS.index)
            assert metrics[ratio]["tier"] == worse, ratio


def test_intervals_contain_their_value(tiny):
    seen = 0
    for row in tiny.summary["rows"]:
        for metric, figure in row["metrics"].items():
            if figure is None or figure["tier"] == "computed":
                continue
            if figure["blocks"] < 2:
                assert figure["ci_low"] is None and figure["ci_high"] is None
                continue
            assert figure["ci_low"] <= figure["value"] <= figure["ci_high"], (row["loop"], row["k"], metric)
            seen += 1
    assert seen >= 15 * 4


def test_simulated_figures_have_a_block_for_every_replayed_segment(tiny):
    for row in tiny.summary["rows"]:
        figure = row["metrics"]["dram_read_bytes"]
        if figure["source"] == "sim":
            assert (figure["n"], figure["blocks"]) == (16, 2)
        if time := time_of(row):
            assert (time["n"], time["blocks"]) == (16, 2)
    for sample in tiny.samples:
        present = sample["sim:dram_read_bytes"] != ""
        assert present == (sample["pass"] == "0")
    assert all(e["simulated_segments"] == (2 if e["simulated"] else 0) for e in tiny.run["experiments"])


def test_buffers_sum_to_the_simulated_total(tiny):
    for row, samples in every_row(tiny):
        assert set(row["by_buffer"]) == set(BUFFERS)
        for way, total in (("read", "dram_read_bytes"), ("write", "dram_write_bytes")):
            values = step_values(total, samples, None)
            assert sum(row["by_buffer"][b][way] for b in BUFFERS) == pytest.approx(numpy.mean(values))
            for sample in samples:
                if sample["sim:" + total]:
                    parts = sum(int(sample[f"sim:{b}_{way}_bytes"]) for b in BUFFERS)
                    assert parts == int(sample["sim:" + total])
        for sample in samples:
            if sample["sim:llc_misses"]:
                assert int(sample["sim:dram_read_bytes"]) == 64 * int(sample["sim:llc_misses"])


def test_few_blocks_is_flagged_and_k_requested_is_always_present(tiny):
    for row in tiny.summary["rows"]:
        assert "few_blocks" in row["flags"]
        assert row["k_requested"] == row["k"]


def test_summary_and_run_validate_against_their_schemas(tiny, shrinking):
    for loaded in (tiny, shrinking):
        jsonschema.validate(loaded.summary, schema("summary"))
        jsonschema.validate(loaded.run, schema("run"))
        assert loaded.run["schema"] == "bytebound.run/1"
        assert loaded.summary["schema"] == "bytebound.summary/1"
        assert loaded.run["status"] == "complete"


def test_schemas_reject_what_the_contract_forbids(tiny):
    without_metric = {**tiny.summary, "rows": [dict(tiny.summary["rows"][0], metrics={})]}
    unknown_status = {**tiny.run, "status": "finished"}
    for document, name in ((without_metric, "summary"), (unknown_status, "run")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, schema(name))


def test_summary_csv_says_the_same_as_summary_json(tiny):
    comments, header, rows = read_csv(tiny.path / "summary.csv")
    columns = ["loop", "k", "k_requested", "A", "R", "flags"]
    for metric in METRICS:
        columns += [metric] + [f"{metric}_{part}" for part in
                               ("ci_low", "ci_high", "n", "tier", "source", "reason")]
    assert header[:len(columns)] == columns
    assert comments and len(rows) == len(tiny.summary["rows"])
    for line, row in zip(rows, tiny.summary["rows"]):
        assert (line["loop"], int(line["k"]), line["flags"].split()) == (row["loop"], row["k"], row["flags"])
        for metric in METRICS:
            figure = row["metrics"][metric]
            if figure is None:
                assert line[metric] == "" and line[metric + "_reason"] == row["unavailable"][metric]
            else:
                assert float(line[metric]) == pytest.approx(figure["value"], rel=1e-9)
                assert line[metric + "_tier"] == figure["tier"] and line[metric + "_reason"] == ""
        for cell in line.values():
            assert cell.lower() not in ("nan", "inf", "-nan", "-inf", "null", "n/a")


def test_comparisons_divide_the_published_values(tiny):
    comparisons = tiny.summary["comparisons"]
    for k in (0, 3, 16):
        pairs = {(c["loop"], c["vs"]) for c in comparisons if c["k"] == k and c["metric"] == "time_ns"}
        timed = {loop for loop in LOOPS if (time := time_of(row_of(tiny, loop, k))) and time["value"] > 0}
        expected = ({(loop, "index") for loop in LOOPS if loop != "index"}
                    | {("paired", loop) for loop in ("mask", "hybrid", "oracle")})
        assert pairs == {pair for pair in expected if timed.issuperset(pair)} and (k == 0 or pairs == expected)
    for c in comparisons:
        ours = row_of(tiny, c["loop"], c["k"])["metrics"][c["metric"]]
        theirs = row_of(tiny, c["vs"], c["k"])["metrics"][c["metric"]]
        assert ours["value"] != 0 and theirs["value"] != 0
        assert c["ratio"] == pytest.approx(theirs["value"] / ours["value"])
        if ours["tier"] == "computed":
            expected = "better" if c["ratio"] > 1 else "worse" if c["ratio"] < 1 else "same"
            assert c["p_value"] is None and c["p_adjusted"] is None
        elif min(ours["blocks"], theirs["blocks"]) < 2:
            assert c["ci_low"] is None and c["p_value"] is None
            expected = "unresolved"
        elif c["ci_low"] is None:
            # Fieller's ratios are unbounded where a step took no longer than the reading of the clock.
            assert 0 in (ours["ci_low"], theirs["ci_low"])
            expected = "unresolved"
        else:
            assert 0 <= c["ci_low"] <= c["ratio"] <= c["ci_high"]
            within = 0.99 <= c["ci_low"] and c["ci_high"] <= 1.01
            expected = ("same" if within else "better" if c["ci_low"] > 1 else "worse" if c["ci_high"] < 1
                        else "unresolved")
        assert c["verdict"] == expected, c
        assert c["claim"]


def test_requested_bytes_of_index_and_paired_have_the_ratio_m_over_a(tiny):
    claims = [c for c in tiny.summary["comparisons"]
              if (c["k"], c["loop"], c["vs"], c["metric"]) == (16, "paired", "index", "requested_bytes")]
    assert [c["ratio"] for c in claims] == [64 / 8]


def test_shrinking_block_is_updated_with_the_exact_minimum(shrinking):
    steps = samples_of(shrinking, "paired", 8)
    assert len(steps) == 40
    for sample in steps:
        assert (sample["A"], sample["R"]) == ("2", "6")
        assert sample["rows_written"] == sample["trace:min_rows"]
    row = row_of(shrinking, "paired", 8)
    minimum = row["metrics"]["min_bytes"]["value"]
    assert row["requested_bytes"] == row["metrics"]["requested_bytes"]["value"] == 2 * minimum
    assert row["bound_bytes"] == 6 * ROW_BYTES
    assert 2 * ROW_BYTES <= minimum < row["bound_bytes"]
    # oracle copies the same rows; index gathers the rest of the block.
    assert row_of(shrinking, "oracle", 8)["metrics"]["rows_written"]["value"] == minimum / ROW_BYTES
    first = int(samples_of(shrinking, "index", 8)[0]["rows_written"])
    assert first == 512 - 4 * (4 + 1)


def log_medians(run, loop, repeats):
    samples = samples_of(run, loop, 16)
    return [math.log(numpy.median(net_times(run, [s for s in samples if int(s["repeat"]) == r])))
            for r in range(repeats)]


def test_intervals_and_p_values_are_scipys_of_the_repeats(tmp_path):
    run = run_tiny(tmp_path / "run", "--loops", "index,paired", "--ks", "16", "--repeats", "7", "--steps-per-k", "15",
                   "--collector", "none")
    index, paired = log_medians(run, "index", 7), log_medians(run, "paired", 7)
    for loop, logs in (("index", index), ("paired", paired)):
        ours = row_of(run, loop, 16)["metrics"]["time_ns"]
        low, high = scipy.stats.t.interval(0.95, 6, loc=numpy.mean(logs), scale=scipy.stats.sem(logs))
        assert ours["ci_low"] == pytest.approx(min(math.exp(low), ours["value"]))
        assert ours["ci_high"] == pytest.approx(max(math.exp(high), ours["value"]))
        assert "few_blocks" not in row_of(run, loop, 16)["flags"]
    comparison, = (c for c in run.summary["comparisons"] if c["metric"] == "time_ns")
    assert comparison["p_value"] == pytest.approx(scipy.stats.ttest_rel(index, paired).pvalue)
    assert comparison["p_adjusted"] == comparison["p_value"]  # the only test of the run


def test_uncached_rebuild_moves_what_theory_says(tmp_path):
    # Slab 512 KiB and pool 2 MiB over a simulated cache of 64 KiB: nothing survives a step. Each step reads m*S from
    # the pool, reads the slab's lines before storing to them and writes them back: m*S each.
    run = run_tiny(tmp_path / "run", "--hidden-dim", "1024", "--up-cols", "1024", "--loops", "index,mask", "--ks", "16",
                   "--collector", "sim", "--llc", "64KiB:16")
    for loop in ("index", "mask"):
        parts = row_of(run, loop, 16)["by_buffer"]
        whole = 64 * 8192
        assert parts["pool"] == {"read": whole, "write": 0}
        assert parts["slab"]["read"] == whole
        assert parts["slab"]["write"] == pytest.approx(whole, rel=0.01)


def test_cached_update_has_amplification_below_one_without_claiming_a_victory(tmp_path):
    run = run_tiny(tmp_path / "run", "--loops", "paired,index", "--ks", "16", "--collector", "sim", "--llc", "64MiB:16",
                   "--warmup", "200", "--quiet")
    row = row_of(run, "index", 16)
    assert row["metrics"]["amplification"]["value"] < 1
    report = (run.path / "report.md").read_text().lower()
    assert "beat the bound" not in report and "beats the bound" not in report


def test_the_threshold_decides_what_is_the_same(tmp_path):
    options = [*TINY, "--ks", "8", "--loops", "index,mask", "--collector", "none", "--calibration", "none", "--quiet"]
    done = call("run", *options, "--threshold", "99%", "--repeats", "3", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "run" / "run.json").read_text())["same_within"] == 0.99
    [time] = [c for c in json.loads((tmp_path / "run" / "summary.json").read_text())["comparisons"]
              if c["metric"] == "time_ns"]
    within = 0.01 <= time["ci_low"] and time["ci_high"] <= 1.99
    assert (time["verdict"] == "same") == within
    assert "= is the same within 99%." in (tmp_path / "run" / "report.md").read_text()


@pytest.mark.parametrize("value, fault", [
    ("1", "'1' is not a percentage; give a number and a percent sign, as in 1%"),
    ("100%", "'100' is not accepted; give a number from 0 to 99")])
def test_a_threshold_that_is_not_a_percentage_is_refused(value, fault):
    done = call("run", "--threshold", value)
    assert done.returncode == 2
    assert fault in done.stderr
