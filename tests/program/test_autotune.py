"""bytebound autotune, and how a run uses what it found."""
import json
import os
import signal
import subprocess
import time

import jsonschema
import pytest

from conftest import TINY, binary, call, read_csv, run_tiny, schema

# A second or two: one worker, one k, few blocks. Saved even if the machine is busy. Rows of TINY: 64 + 64 bytes.
SHORT = ["--threads", "1", "--N", "256", "--m", "64", "--ks", "16", "--hidden-dim", "16", "--up-cols", "16", "--quick",
         "--repeats", "3", "--quiet", "--force"]


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    """(the cache directory of its own, the finished command, the file's path, the file as data)."""
    cache = tmp_path_factory.mktemp("tuned")
    done = call("autotune", *SHORT, env={"XDG_CACHE_HOME": str(cache)}, timeout=300)
    assert done.returncode == 0, done.stderr
    path = done.stdout.splitlines()[-1]
    with open(path) as file:
        return cache, done, path, json.load(file)


def saved(tmp_path, tuned, change=lambda data: None, **setting):
    """A cache with a copy of the file in which prefetch:2x1 won."""
    data = json.loads(json.dumps(tuned[3]))
    rows = data["rows"][0]
    ratio = {"ratio": 1.25, "ci_low": 1.2, "ci_high": 1.3, "p_value": 1e-6, "blocks": 20}
    winner = {"threads": 1, "copy": "prefetch:2x1", "grain": 8, "par_threshold": 64, **setting}
    rows["settings"] = [{"setting": winner, "finalist": winner, "verdict": "better", "ratio": ratio, "p_adjusted": 1e-6,
                         "cells": []}]
    rows["threads"] = winner["threads"]
    change(data)
    jsonschema.validate(data, schema("autotune"))
    folder = tmp_path / "cache" / "bytebound" / "autotune"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / os.path.basename(tuned[2])
    path.write_text(json.dumps(data))
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}, str(path)


def test_the_file_satisfies_its_schema_and_spoiled_copies_do_not(tuned):
    data = tuned[3]
    validator = jsonschema.Draft202012Validator(schema("autotune"))
    validator.check_schema(schema("autotune"))
    assert [error.message for error in validator.iter_errors(data)] == []
    for change in [lambda d: d.pop("host"), lambda d: d["rows"][0]["settings"][0]["setting"].update(copy="fastest"),
                   lambda d: d["rows"][0]["settings"][0]["setting"].update(grain=0), lambda d: d.update(extra=1),
                   lambda d: d["rows"][0]["against_itself"].update(ratio=0)]:
        spoiled = json.loads(json.dumps(data))
        change(spoiled)
        assert not validator.is_valid(spoiled)


def test_every_copy_method_was_tried_and_a_winner_was_confirmed_on_fresh_blocks(tuned):
    rows, = tuned[3]["rows"]
    assert [group["row_bytes"] for group in rows["row_groups"]] == [64, 64]
    assert rows["workload"] == "N 256, m 64, random, ks 16, loops paired, index"
    tried = {candidate["setting"]["copy"] for candidate in rows["candidates"]}
    assert {"movsb", "prefetch:4x1"} <= tried and "memcpy" not in tried  # the base
    assert all(candidate["against_default"]["blocks"] == 2 for candidate in rows["candidates"])
    assert rows["against_itself"]["blocks"] == 3
    setting, = rows["settings"]
    if setting["finalist"]:
        assert setting["ratio"]["blocks"] == 3
        wins = setting["verdict"] == "better" and setting["p_adjusted"] < 0.05
        assert setting["setting"] == (setting["finalist"] if wins else
                                      {"threads": 1, "copy": "memcpy", "grain": 8, "par_threshold": 64})
        assert [(cell["loop"], cell["k"]) for cell in setting["cells"]] == [("paired", 16), ("index", 16)]


def test_the_answer_shows_the_decision_and_ends_with_the_path(tuned):
    cache, done, path, _ = tuned
    assert path.startswith(str(cache / "bytebound" / "autotune"))
    assert "rows of 64 + 64 bytes" in done.stdout and "the default against itself:" in done.stdout
    assert "run uses --copy " in done.stdout


def test_json_is_the_file(tmp_path):
    out = tmp_path / "tuned.json"
    done = call("autotune", *SHORT, "--json", "--out", out, timeout=300)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(out.read_text())


def test_a_run_uses_what_was_found_for_every_loop_and_names_it_everywhere(tuned, tmp_path):
    env, path = saved(tmp_path, tuned)
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired,index,oracle", env=env)
    jsonschema.validate(run.run, schema("run"))
    use = run.run["autotune"]
    assert (use["file"], use["copy"], use["threads"], use["grain"]) == (path, "prefetch:2x1", 1, None)
    assert (use["ratio"], use["ci_low"], use["ci_high"]) == (1.25, 1.2, 1.3)
    assert run.run["autotune_reason"] is None
    assert run.run["workload"]["copy"] == "prefetch:2x1"
    assert {e["copy_method"] for e in run.run["experiments"] if e["loop"] != "oracle"} == {"prefetch:2x1"}
    source = f"copy prefetch:2x1, threads 1 from {path} ({use['measured']})"
    comments, _, _ = read_csv(run.path / "samples.csv")
    assert "# autotune source: " + source in comments
    assert f"autotune: {source}; 1.25x (1.20-1.30) faster than the defaults" in " ".join(run.done.stdout.split())
    assert "autotune: copy prefetch:2x1, threads 1" in (run.path / "report.md").read_text().replace("\\", "")
    plan = call("run", *TINY, "--dry-run", "--out", tmp_path / "dry", env=env)
    assert "autotune   " + source in plan.stdout
    assert call("verify", run.path).returncode == 0


@pytest.mark.parametrize("option", [["--no-autotune"], ["--skip-autotune-json"], ["--autotune", "none"]])
def test_it_can_be_left_out(tuned, tmp_path, option):
    env, _ = saved(tmp_path, tuned)
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", *option, env=env)
    assert run.run["autotune"] is None and run.run["autotune_reason"] == "--no-autotune"
    assert run.run["workload"]["copy"] == "memcpy"
    comments, _, _ = read_csv(run.path / "samples.csv")
    assert "# autotune source: none" in comments
    assert "autotune" not in run.done.stdout


def test_explicit_options_win(tuned, tmp_path):
    env, _ = saved(tmp_path, tuned)
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", "--copy", "memcpy", "--threads", "1", env=env)
    assert run.run["workload"]["copy"] == "memcpy"
    assert run.run["autotune"]["copy"] is None and run.run["autotune"]["threads"] is None
    comments, _, _ = read_csv(run.path / "samples.csv")
    assert any(line.startswith("# autotune source: nothing from ") for line in comments)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one CPU")
def test_the_number_of_workers_is_supplied_with_grain_and_threshold(tuned, tmp_path):
    probe = run_tiny(tmp_path / "probe", "--ks", "16", "--loops", "paired", "--threads", "2", "--no-autotune")

    def two(data):
        data["threads"], data["placement"]["cpus"] = [1, 2], probe.run["placement"]["cpus"]
    env, _ = saved(tmp_path, tuned, two, threads=2, grain=3, par_threshold=5)
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", env=env)
    workload = run.run["workload"]
    assert (workload["threads"], workload["grain"], workload["par_threshold"]) == (2, 3, 5)
    one = run_tiny(tmp_path / "one", "--ks", "16", "--loops", "paired", "--threads", "1", env=env)
    assert one.run["autotune"] is None and one.run["workload"]["threads"] == 1


def test_it_goes_stale_like_a_calibration(tuned, tmp_path):
    env, path = saved(tmp_path, tuned, lambda data: data["host"].update(kernel="6.1.0"))
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", env=env)
    assert run.run["autotune"] is None and run.run["workload"]["copy"] == "memcpy"
    assert run.run["autotune_reason"].startswith("the saved autotune is not used: the kernel was 6.1.0, is ")
    assert f"warning: the autotune {path} is not used: the kernel was 6.1.0, is " in run.done.stderr


def test_rows_of_other_sizes_are_not_tuned(tuned, tmp_path):
    env, _ = saved(tmp_path, tuned)
    run = run_tiny(tmp_path / "run", "--ks", "16", "--loops", "paired", "--up-cols", "32", env=env)
    assert run.run["autotune_reason"] == "the saved autotune is not used: it has no rows of 128 + 64 bytes"
    assert "autotune" not in run.done.stderr


def test_a_requested_file_must_be_of_this_host_and_well_formed(tuned, tmp_path):
    def refused(path):
        done = call("run", *TINY, "--autotune", path, "--out", tmp_path / "run")
        assert done.returncode == 5 and not (tmp_path / "run").exists()
        return done.stderr
    _, path = saved(tmp_path, tuned, lambda data: data["host"].update(host="elsewhere"))
    assert "it is from host elsewhere, this is " in refused(path)
    assert "the file is missing" in refused(tmp_path / "none.json")
    (tmp_path / "broken.json").write_text("{}")
    assert "read autotune" in refused(tmp_path / "broken.json")


def test_a_copy_method_that_an_emulator_cannot_run_is_not_supplied(tuned, tmp_path):
    env, _ = saved(tmp_path, tuned)
    plan = call("run", *TINY, "--collector", "callgrind", "--dry-run", "--out", tmp_path / "run", env=env)
    assert plan.returncode == 0, plan.stderr
    assert "(copy memcpy, threads 1" in plan.stdout


@pytest.mark.parametrize("words, text", [
    (["--repeats", "2"], "plan --repeats 2: fewer than 3 blocks resolve nothing; give 3 or more"),
    (["--loops", "oracle"], "plan --loops oracle: its copy method is its own; give paired, index, mask or hybrid"),
    (["--row-bytes", "10"], "plan --row-bytes 10: two groups of f32 elements need a multiple of 4 bytes, 8 or more; give such "
                            "a size, or another --dtype"),
    (["--row-bytes", "x"], "parse option --row-bytes: 'x' is not a size; give bytes, or sizes such as 8KiB"),
])
def test_wrong_use_is_refused(words, text, tmp_path):
    done = call("autotune", *words, "--dry-run", env={"XDG_CACHE_HOME": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr == f"bytebound: error: {text}\n"
    assert os.listdir(tmp_path) == []


def test_dry_run_prints_the_plan_and_writes_nothing(tmp_path):
    done = call("autotune", "--dry-run", "--row-bytes", "256,8KiB", "--threads", "1", env={"XDG_CACHE_HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "rows       128 + 128 bytes: copy memcpy, " in done.stdout and "rows       4096 + 4096 bytes: " in done.stdout
    assert any(line.startswith("time       about ") for line in lines)
    assert lines[-1].startswith(str(tmp_path / "bytebound" / "autotune"))
    assert os.listdir(tmp_path) == []


def test_an_interrupted_autotune_writes_nothing(tmp_path):
    process = subprocess.Popen([str(binary()), "autotune", "--quiet", "--repeats", "1000", "--yes"],
                               env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)}, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "nothing was written; run it again" in stderr
    assert not (tmp_path / "bytebound" / "autotune").exists()
