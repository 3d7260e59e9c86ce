"""hybrid decides by the times predicted for this host."""
import pytest

from conftest import call, run_tiny, samples_of


@pytest.fixture(scope="module")
def adaptive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("adaptive")
    calibration = folder / "calibration.json"
    cpu = call("run", "--dry-run", "--cpus", "auto").stdout.split("placement  CPUs ")[1].split(",")[0].split("-")[0]
    done = call("calibrate", "--quick", "--quiet", "--threads", "1", "--row-bytes", "64", "--cpus", cpu, "--collector",
                "none", "--force", "--out", calibration, timeout=120)
    assert done.returncode == 0, done.stderr
    return run_tiny(folder / "run", "--cpus", cpu, "--calibration", calibration, "--tau", "adaptive", "--loops",
                    "paired,hybrid", "--ks", "2,8,32,64,96,128", "--collector", "none")


def test_tau_is_that_of_the_expected_crossover(adaptive):
    workload, crossover = adaptive.run["workload"], adaptive.run["expected"]["crossover"]
    assert workload["tau_source"] == "adaptive"
    assert crossover is not None, adaptive.run["expected"]["crossover_reason"]
    assert crossover["k_most"] == 128
    assert workload["tau"] == crossover["tau"]
    if crossover["k"] is None:
        assert crossover["index_ns"] > crossover["paired_ns"]
    else:
        k = crossover["k"]  # an odd k has m = 65 in every other step
        assert crossover["tau"] == pytest.approx(((k - 1) / 64 + k / (64 if k % 2 == 0 else 65)) / 2)
        assert crossover["index_ns"] <= crossover["paired_ns"]


def test_hybrid_rebuilds_from_the_expected_crossover_on(adaptive):
    k_star = adaptive.run["expected"]["crossover"]["k"] or 129
    for k in (2, 8, 32, 64, 96, 128):
        rows = {int(sample["rows_written"]) for sample in samples_of(adaptive, "hybrid", k)}
        assert rows == ({64} if k >= k_star else {k // 2}), (k, k_star)


def test_the_report_says_where_tau_comes_from(adaptive):
    assert "·m, from the times predicted for this host." in (adaptive.path / "report.md").read_text()
