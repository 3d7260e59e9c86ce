"""Counters checked on kernels with known counts, as far as this machine has counters."""
import os
import time

from conftest import call, run_tiny

ARGUMENTS = ["--ks", "4", "--loops", "paired"]


def qualification(loaded):
    return loaded.run["qualification"]


def test_software_events_count_what_was_done_and_quickly(tmp_path):
    begin = time.monotonic()
    loaded = run_tiny(tmp_path / "run", *ARGUMENTS, "--quick", "--qualify", "always", "--events",
                      "page-faults,context-switches,task-clock,cpu-migrations")
    assert time.monotonic() - begin < 60  # detects a hang; not a limit on speed
    judged = qualification(loaded)
    assert judged["done"] and not judged["cached"] and judged["measured"]
    verdicts = {event["name"]: event for event in judged["events"]}
    for name in ("page-faults", "context-switches"):
        event = verdicts[name]
        if event["verdict"] == "not_judged":
            assert event["reason"]
            continue
        assert event["verdict"] == "passed", event
        assert event["n"] == 5
        most = event["truth_high"] or event["truth"]  # a preemption outside of the witness's interval may be counted
        assert 20 <= event["truth"] <= event["mean"] <= most
        assert name != "page-faults" or most == event["truth"]
        assert event["bias"] == 0 and event["threshold"] == 0.01
    assert verdicts["cpu-migrations"]["verdict"] == "not_judged"
    assert verdicts["cpu-migrations"]["reason"] == "a pinned thread does not migrate"
    report = (tmp_path / "run" / "report.md").read_text()
    assert "measured for this run, " + judged["measured"] in report


def test_a_second_run_reuses_the_verdicts_of_the_first_and_says_so(tmp_path):
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first = run_tiny(tmp_path / "first", *ARGUMENTS, env=env)
    second = run_tiny(tmp_path / "second", *ARGUMENTS, env=env)
    assert not qualification(first)["cached"]
    if not qualification(first)["done"]:
        assert qualification(first)["reason"]
        return
    assert qualification(second)["cached"]
    assert {**qualification(second), "cached": False} == qualification(first)
    files = list((tmp_path / "cache" / "bytebound" / "qualification").iterdir())
    assert [file.suffix for file in files] == [".json"]
    again = run_tiny(tmp_path / "again", *ARGUMENTS, "--qualify", "always", env=env)
    assert not qualification(again)["cached"]


def test_a_damaged_cache_is_a_warning(tmp_path):
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    if not qualification(run_tiny(tmp_path / "first", *ARGUMENTS, env=env))["done"]:
        return
    file, = (tmp_path / "cache" / "bytebound" / "qualification").iterdir()
    file.write_text("no JSON")
    second = run_tiny(tmp_path / "second", *ARGUMENTS, env=env)
    assert not qualification(second)["cached"]
    assert f"cannot use the qualification cache: {file}: " in second.done.stderr


def test_no_home_is_a_warning(tmp_path):
    loaded = run_tiny(tmp_path / "run", *ARGUMENTS, env={"XDG_CACHE_HOME": "relative", "HOME": ""})
    if qualification(loaded)["done"]:
        assert "neither XDG_CACHE_HOME nor HOME is set to a directory" in loaded.done.stderr


def test_off_says_that_nothing_was_checked(tmp_path):
    loaded = run_tiny(tmp_path / "run", *ARGUMENTS, "--qualify", "off", env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert not qualification(loaded)["done"]
    assert qualification(loaded)["reason"] in ("--qualify off", "nothing was counted")
    assert qualification(loaded)["events"] == []
    assert not os.path.exists(tmp_path / "cache")


def test_a_wrong_word_is_wrong_usage():
    done = call("run", "--qualify", "allways")
    assert done.returncode == 2
    assert "did you mean 'always'?" in done.stderr
    assert len(done.stderr.splitlines()) == 1
