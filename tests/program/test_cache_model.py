"""--cache-model, --l1, --l2, --prefetch: a hierarchy is simulated, recorded and shown; `llc` changes nothing."""
import jsonschema
import pytest

from conftest import call, run_tiny, schema, TINY

SIM = ["--collector", "sim", "--llc", "16KiB:16", "--ks", "16", "--loops", "paired,index"]
LEVELS = ["--l1", "1KiB:4", "--l2", "4KiB:8"]


def simulated(run):
    columns = [name for name in run.header if name.startswith("sim:")]
    return [[sample[column] for column in columns] for sample in run.samples]


def test_the_model_llc_is_the_default_and_the_hierarchy_without_private_levels_agrees_with_it(tmp_path):
    plain = run_tiny(tmp_path / "plain", *SIM)
    named = run_tiny(tmp_path / "named", *SIM, "--cache-model", "llc")
    alone = run_tiny(tmp_path / "alone", *SIM, "--cache-model", "non-inclusive", "--l1", "none", "--l2", "none")
    assert simulated(plain) == simulated(named) == simulated(alone)
    assert plain.run["simulation"]["hierarchy"] is None
    assert all(experiment["levels"] is None for experiment in plain.run["experiments"])


def test_threads_do_not_change_what_the_model_llc_simulates(tmp_path):
    one = run_tiny(tmp_path / "one", *SIM)
    two = run_tiny(tmp_path / "two", *SIM, "--threads", "2", "--par-threshold", "1")
    assert simulated(one) == simulated(two)


def test_a_hierarchy_is_recorded_with_its_levels_and_the_lines_between_them(tmp_path):
    run = run_tiny(tmp_path / "run", *SIM, *LEVELS, "--cache-model", "exclusive", "--prefetch", "next-line", "--threads",
                   "2", "--par-threshold", "1", "--grain", "1")
    jsonschema.validate(run.run, schema("run"))
    hierarchy = run.run["simulation"]["hierarchy"]
    assert (hierarchy["policy"], hierarchy["prefetch"], hierarchy["workers"]) == ("exclusive", "next-line", 2)
    assert hierarchy["l1"] == {"size_bytes": 1024, "ways": 4, "line_bytes": 64, "source": "--l1"}
    assert hierarchy["l2"] == {"size_bytes": 4096, "ways": 8, "line_bytes": 64, "source": "--l2"}
    for experiment in run.run["experiments"]:
        levels = experiment["levels"]
        assert levels["steps"] == 16  # of two segments
        assert levels["prefetched_lines"] > 0
        # A miss of one level is a reference of the next.
        assert levels["l1"]["misses"] == levels["l2"]["hits"] + levels["l2"]["misses"]
        assert levels["l2"]["misses"] == levels["llc"]["hits"] + levels["llc"]["misses"]
        samples = [s for s in run.samples if s["loop"] == experiment["loop"]]
        assert sum(int(s["sim:dram_read_bytes"]) for s in samples) == 64 * levels["llc"]["up_lines"]
        assert sum(int(s["sim:dram_write_bytes"]) for s in samples) == 64 * levels["llc"]["down_lines"]
    report = (run.path / "report.md").read_text()
    assert "L1 of 1 KiB, 4 ways (--l1), L2 of 4 KiB, 8 ways (--l2). The last level is exclusive; prefetch next-line." in report


def test_policies_differ_where_the_private_levels_matter(tmp_path):
    reads = {}
    for model in ("inclusive", "exclusive"):
        run = run_tiny(tmp_path / model, *SIM, "--l1", "none", "--l2", "8KiB:8", "--cache-model", model)
        reads[model] = sum(int(s["sim:dram_read_bytes"]) for s in run.samples if s["repeat"] == "0")
    # 16 KiB against 16 + 8 KiB for a slab of 8 KiB and its rows.
    assert reads["exclusive"] < reads["inclusive"]


def test_two_equal_runs_of_a_team_simulate_equal_bytes(tmp_path):
    words = [*SIM, *LEVELS, "--cache-model", "victim", "--threads", "2", "--par-threshold", "1"]
    assert simulated(run_tiny(tmp_path / "a", *words)) == simulated(run_tiny(tmp_path / "b", *words))


@pytest.mark.parametrize("words, text", [
    (["--cache-model", "exclusiv"],
     "parse option --cache-model: unknown cache model 'exclusiv'; did you mean 'exclusive'? known: llc, non-inclusive, "
     "inclusive, exclusive, victim"),
    (["--prefetch", "stride"], "parse option --prefetch: unknown prefetcher 'stride'; known: none, next-line"),
    (["--l1", "32KiB:8"], "plan --l1: the cache model llc has neither private levels nor a prefetcher; give "
     "--cache-model non-inclusive, inclusive, exclusive or victim"),
    (["--prefetch", "next-line"], "plan --prefetch next-line: the cache model llc has neither private levels nor a prefetcher; give --cache-model non-inclusive, inclusive, exclusive or victim"),
    (["--cache-model", "victim", "--l1", "32KiB:0"],
     "use cache geometry 32768:0: the number of ways must be from 1 to 65536; give SIZE:WAYS, as in 32MiB:16"),
    (["--cache-model", "victim", "--l2", "100:3"], "use cache geometry 100:3: the size is not divisible by 64-byte lines "
     "times 3 ways; the nearest possible size: 192:3"),
    (["--cache-model", "exclusive", "--l1", "none", "--l2", "none"],
     "use cache hierarchy exclusive: this LLC is filled only from a private cache, and there is none; give an L1 or an L2"),
])
def test_impossible_hierarchies_are_one_line_and_exit_2(words, text, tmp_path):
    done = call("run", *TINY, *words, "--out", tmp_path / "run")
    assert done.returncode == 2
    assert done.stderr == "bytebound: error: " + text + "\n"
    assert not (tmp_path / "run").exists()
