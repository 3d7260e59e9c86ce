"""bytebound history: what is kept, what is refused, and that nothing is lost or half-written."""
import contextlib
import csv
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import xml.etree.ElementTree as xml

import jsonschema
import pytest

from conftest import ROOT, TINY, binary, call, run_tiny, schema

SIM = ["--ks", "4", "--loops", "paired,index", "--collector", "sim", "--llc", "4KiB:4:64", "--calibration", "none", "--quiet"]

pytestmark = pytest.mark.skipif("history (SQLite)          yes" not in call("--version").stdout, reason="built without SQLite")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two complete runs; tests must not change them."""
    folder = tmp_path_factory.mktemp("history")
    return [run_tiny(folder / name, *SIM).path for name in ("one", "two")]


@pytest.fixture
def db(tmp_path):
    return tmp_path / "h.db"


def history(db, *words, **options):
    return call("history", *words, "--db", db, **options)


def answer(db, *words):
    """The JSON of an action, validated."""
    done = history(db, *words, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    jsonschema.validate(document, schema("history"))
    return document


def refused(done, code, line):
    """One line on stderr, nothing on stdout."""
    assert (done.returncode, done.stdout, done.stderr) == (code, "", f"bytebound: error: {line}\n")


def content(db):
    with sqlite3.connect(db) as file:
        return [file.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4").fetchall() for table in ("runs", "figures")]


def test_runs_are_added_listed_and_shown_with_every_published_figure(runs, db):
    done = history(db, "add", *runs)
    assert (done.returncode, done.stdout) == (0, f"added run 1  {runs[0]}\nadded run 2  {runs[1]}\n")
    assert [run["id"] for run in answer(db, "list")["runs"]] == [1, 2]
    shown = answer(db, "show", "1")
    record = json.loads((runs[0] / "run.json").read_text())
    assert (shown["run"]["host"], shown["run"]["started"]) == (record["host"], record["started"])
    assert shown["run"]["workload"]["N"] == "256"
    published = {(row["loop"], row["k"], metric): figure
                 for row in json.loads((runs[0] / "summary.json").read_text())["rows"]
                 for metric, figure in row["metrics"].items() if figure is not None}
    kept = {(f["loop"], f["k"], f["metric"]): f for f in shown["figures"]}
    assert kept.keys() == published.keys()
    for key, figure in published.items():
        for name in ("value", "ci_low", "ci_high", "n", "blocks", "tier", "source"):
            assert kept[key][name] == figure[name], (key, name)


def test_the_default_is_the_user_s_own_file_whose_folders_are_made(runs, tmp_path):
    environment = {"XDG_DATA_HOME": str(tmp_path / "data")}
    assert call("history", "add", runs[0], env=environment).returncode == 0
    assert (tmp_path / "data/bytebound/history.db").is_file()
    assert "one" in call("history", "list", env=environment).stdout
    nowhere = call("history", "list", env={"XDG_DATA_HOME": "", "HOME": ""})
    refused(nowhere, 2, "parse option --db: neither XDG_DATA_HOME nor HOME says where your history is; give --db FILE")


def test_a_run_that_is_added_twice_is_one_row_also_from_a_copy_and_after_a_new_report(runs, db, tmp_path):
    assert history(db, "add", runs[0]).returncode == 0
    before = content(db)
    copy = tmp_path / "copy"
    shutil.copytree(runs[0], copy)
    assert call("report", copy).returncode == 0
    assert answer(db, "add", copy, runs[0])["runs"] == [{"run": str(copy), "id": 1, "added": False},
                                                        {"run": str(runs[0]), "id": 1, "added": False}]
    assert content(db) == before


def test_the_file_is_in_wal_mode_with_a_version_and_an_application(runs, db):
    history(db, "add", runs[0])
    with sqlite3.connect(db) as file:
        value = lambda pragma: file.execute(f"PRAGMA {pragma}").fetchone()[0]
        assert (value("journal_mode"), value("user_version"), value("application_id")) == ("wal", 2, 0x62626869)
        assert value("integrity_check") == "ok" and file.execute("PRAGMA foreign_key_check").fetchall() == []


def test_twenty_processes_add_at_once(runs, db):
    """To a file that does not exist yet: each creates the tables, or finds them."""
    words = [[runs[i % 2]] for i in range(20)]
    processes = [subprocess.Popen([str(binary()), "history", "add", *map(str, each), "--db", str(db)], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True) for each in words]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [(p.returncode, error) for p, (_, error) in zip(processes, outputs)] == [(0, "")] * 20
    assert sum(output.startswith("added") for output, _ in outputs) == 2
    assert len(content(db)[0]) == 2


@pytest.mark.parametrize("existing", [False, True], ids=["a new file", "an existing file"])
def test_a_killed_add_leaves_the_old_state_or_the_new_one(runs, db, existing):
    if existing:
        history(db, "add", runs[0])
    whole = db.with_name("whole.db")
    started = time.monotonic()
    history(whole, "add", *runs)
    took = time.monotonic() - started  # of this machine as it is
    figures = {run: sum(row[0] == run for row in content(whole)[1]) for run in (1, 2)}
    seen = set()
    for i in range(40):
        file = db.with_name(f"{i}.db")
        if existing:
            shutil.copy(db, file)
        process = subprocess.Popen([str(binary()), "history", "add", *map(str, runs), "--db", str(file)], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(took * i / 30)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = history(file, "list", "--json")
        if not file.exists():
            assert not existing and done.returncode == 5
            continue
        assert done.returncode == 0, done.stderr
        kept = len(json.loads(done.stdout)["runs"])
        seen.add(kept)
        assert kept in ((1, 2) if existing else (0, 2))
        if kept == 2:
            assert sum(row[0] == 2 for row in content(file)[1]) == figures[2]
        assert history(file, "add", *runs).returncode == 0 and len(content(file)[0]) == 2
    assert seen


NO_HISTORY = "give a file that bytebound history add wrote"


def test_what_is_not_a_database_is_refused_and_stays_as_it_is(runs, db):
    db.write_text("not a database, and longer than the header of one " * 20)
    before = db.read_bytes()
    refused(history(db, "list"), 5, f"read history {db}: it is not an SQLite database; {NO_HISTORY}")
    refused(history(db, "add", runs[0]), 5, f"add to the history {db}: it is not an SQLite database; {NO_HISTORY}")
    assert db.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_stays_as_it_is(runs, db):
    with sqlite3.connect(db) as file:
        file.execute("CREATE TABLE runs(id INTEGER)")
    before = db.read_bytes()
    refused(history(db, "list"), 5, f"read history {db}: it is a database of another program; {NO_HISTORY}")
    refused(history(db, "add", runs[0]), 5, f"add to the history {db}: it is a database of another program; {NO_HISTORY}")
    assert db.read_bytes() == before


def test_a_history_of_the_future_is_refused_and_stays_as_it_is(runs, db):
    history(db, "add", runs[0])
    with sqlite3.connect(db) as file:
        file.execute("PRAGMA user_version = 3")
    before = content(db)
    cause = f"{db}: it is a history of version 3, and this program reads up to 2; use the bytebound that wrote it, or a later one"
    for words in (["list"], ["show", "1"], ["export", db.with_name("x.csv")]):
        refused(history(db, *words), 5, f"read history {cause}")
    refused(history(db, "add", runs[1]), 5, f"add to the history {cause}")
    assert content(db) == before and not db.with_name("x.csv").exists()


def test_a_view_in_a_history_is_refused(runs, db):
    history(db, "add", runs[0])
    with sqlite3.connect(db) as file:
        file.execute("CREATE VIEW more AS SELECT * FROM runs")
    refused(history(db, "list"), 5, f"read history {db}: it is a database of another program; {NO_HISTORY}")


def test_a_damaged_database_is_one_line(runs, db):
    history(db, "add", *runs)
    size = db.stat().st_size
    codes = set()
    for offset in range(100, size - 64, 997):
        damaged = db.with_name("damaged.db")
        damaged.write_bytes(db.read_bytes())
        with open(damaged, "r+b") as file:
            file.seek(offset)
            file.write(b"\xff" * 64)
        for words in (["list"], ["show", "1"]):
            done = history(damaged, *words)
            codes.add(done.returncode)
            assert done.returncode in (0, 2, 5) and done.stderr.count("\n") == (done.returncode != 0), done.stderr
    assert 5 in codes


def test_a_value_of_another_type_is_refused(runs, db):
    history(db, "add", runs[0])
    with sqlite3.connect(db) as file:
        file.execute("PRAGMA writable_schema = ON")
        file.execute("UPDATE sqlite_schema SET sql = replace(sql, 'STRICT, ', '') WHERE name = 'figures'")
    with sqlite3.connect(db) as file:
        file.execute("UPDATE figures SET value = 'text'")
    refused(history(db, "show", "1"), 5, f"read history {db}: a value of it has another type than a history's; restore it from a "
                                          "copy, or give another --db FILE")


SPECIAL = {"fifo": "it is a FIFO", "/dev/zero": "it is a device", "folder": "it is a directory"}


@pytest.mark.parametrize("name", SPECIAL)
def test_what_is_not_a_file_is_refused(runs, tmp_path, name):
    path = tmp_path / name
    if name == "fifo":
        os.mkfifo(path)
    elif name == "folder":
        path.mkdir()
    refused(history(path, "list"), 5, f"read history {path}: {SPECIAL[name]}; give the name of a file")
    refused(history(path, "add", runs[0]), 2, f"add to the history {path}: {SPECIAL[name]}; give the name of a file")


def test_a_missing_history_is_refused_and_not_made(db):
    refused(history(db, "list"), 5, f"read history {db}: the file is missing or unreadable (ENOENT); add runs with bytebound history "
                                    "add RUN...")
    assert not db.exists()


def test_an_empty_file_is_an_empty_history(runs, db):
    db.touch()
    assert history(db, "list").stdout == "no runs\n"
    assert history(db, "add", runs[0]).returncode == 0


@pytest.fixture
def read_only(tmp_path):
    """Runs bytebound where the folder `tmp_path/shut` is a read-only mount, which stops root, too."""
    if subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("this user may not make mounts")
    shut = tmp_path / "shut"
    shut.mkdir()

    def run(*words):
        script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
        return subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", shut, str(binary()),
                               "history", *map(str, words), "--db", str(shut / "h.db")], text=True, capture_output=True, timeout=60)
    return run, shut / "h.db"


def test_a_read_only_history_can_be_read_but_not_added_to(runs, read_only):
    run, file = read_only
    assert history(file, "add", runs[0]).returncode == 0
    assert not file.with_name("h.db-wal").exists()
    done = run("list")
    assert done.returncode == 0 and "one" in done.stdout, done.stderr
    done = run("add", runs[1])
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"bytebound: error: add to the history \S+/h.db: the file or its folder cannot be written( \(\w+\))?; give a "
                        r"writable --db FILE in a writable folder\n", done.stderr)
    assert len(content(file)[0]) == 1


def test_a_locked_history_is_one_line_after_a_while_and_can_still_be_read(runs, db):
    history(db, "add", runs[0])
    with sqlite3.connect(db, isolation_level=None) as file:
        file.execute("BEGIN IMMEDIATE")
        assert len(answer(db, "list")["runs"]) == 1
        begin = time.monotonic()
        refused(history(db, "add", runs[1]), 3, f"add to the history {db}: another process has locked it for 10 s; try again when "
                                                "that process has ended")
        assert 9 < time.monotonic() - begin < 30
        file.execute("ROLLBACK")
    assert history(db, "add", runs[1]).returncode == 0


def changed(run, folder, change):
    shutil.copytree(run, folder)
    change(folder)
    return folder


def as_running(folder):
    record = json.loads((folder / "run.json").read_text())
    record["status"] = "running"
    (folder / "run.json").write_text(json.dumps(record))


def with_another_byte(folder):
    text = (folder / "samples.csv").read_text()
    (folder / "samples.csv").write_text(text[:-2] + ("1" if text[-2] != "1" else "2") + "\n")


@pytest.mark.parametrize("change, cause", [
    (as_running, "the run is still being written, or its process was killed"),
    (with_another_byte, "not the files that the run wrote, by SHA256SUMS: samples.csv"),
    (lambda folder: (folder / "SHA256SUMS").unlink(), "SHA256SUMS is missing"),
    (lambda folder: (folder / "run.json").write_text("{"), "run.json"),
    (lambda folder: (folder / "samples.csv").unlink(), "samples.csv"),
    (lambda folder: shutil.rmtree(folder), "run.json: the file is missing"),
], ids=["running", "changed", "unsealed", "malformed", "without steps", "missing"])
def test_a_run_that_is_unfinished_or_damaged_is_refused_and_no_other_is_added(runs, db, tmp_path, change, cause):
    damaged = changed(runs[1], tmp_path / "damaged", change)
    done = history(db, "add", runs[0], damaged)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (5, "", 1)
    assert cause in done.stderr and not db.exists()


@pytest.mark.parametrize("words, cause", [
    (["shw"], "parse argument 'shw': unknown action; did you mean 'show'? known: "),
    (["add"], "parse argument RUN...: it is missing; write bytebound history add RUN..."),
    (["list", "x"], "parse argument 'x': it is one too many; write bytebound history list"),
    (["show"], "parse argument ID: it is missing; write bytebound history show ID"),
    (["show", "x"], "parse argument ID: the history has no run 'x'; bytebound history list shows the ids"),
    (["show", "7"], "parse argument ID: the history has no run '7'; bytebound history list shows the ids"),
])
def test_wrong_words_are_one_line(runs, db, words, cause):
    history(db, "add", runs[0])
    done = history(db, *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"bytebound: error: {cause}")


def compared(db, runs, *words):
    done = call("compare", *runs, "--history", db, *words, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    folder = ROOT / "reports/schema"
    resolver = jsonschema.RefResolver(f"{folder.as_uri()}/compare.schema.json", schema("compare"))
    jsonschema.Draft7Validator(schema("compare"), resolver=resolver).validate(document)
    return document


@pytest.fixture
def noisy(runs, db):
    """A history of ten runs like `runs`, whose times differ by a common factor of 20 %."""
    history(db, "add", runs[0])
    with sqlite3.connect(db) as file:
        for i in range(2, 12):
            file.execute("INSERT INTO runs SELECT ?, ?, host, started, path, added, cpu_model, kernel, version, git_revision, preset, "
                         "workload, placement FROM runs WHERE id = 1", (i, f"run {i}"))
            file.execute("INSERT INTO figures SELECT ?, k, loop, metric, value * ?1, ci_low * ?1, ci_high * ?1, n, blocks, tier, source, "
                         "basis, exact FROM figures WHERE run = 1".replace("?1", "?2"), (i, 1.2 if i % 2 else 1.0))
        file.execute("DELETE FROM runs WHERE id = 1")
        file.execute("DELETE FROM figures WHERE run = 1")
    return db


def test_a_comparison_with_a_history_has_wider_intervals_and_says_by_what(runs, noisy):
    plain, wide = compared("none", runs), compared(noisy, runs)
    assert plain["history"] is None and all(row["run_to_run"] is None for row in plain["rows"])
    assert wide["history"]["runs"] == 10 and wide["history"]["widened"] == wide["history"]["intervals"] == 2
    assert re.match(r"the runs were not interleaved: what 10 earlier runs of this host differ by is in 2 of 2 intervals \(",
                    wide["notes"][0])
    for before, after in zip(plain["rows"], wide["rows"]):
        if before["exact"] or before["ci_low"] is None:
            assert after == before
            continue
        assert after["run_to_run"]["within"] == {name: before[name] for name in ("ci_low", "ci_high", "p_value")}
        # Five runs of each: the standard deviation of a logarithm that is 0 or log 1.2.
        assert after["run_to_run"]["observed"] == pytest.approx(0.09609, rel=1e-3)
        assert (after["run_to_run"]["runs"], after["run_to_run"]["freedom"]) == (10, 9)
        assert after["p_value"] != before["p_value"]


def test_the_user_s_own_history_is_the_default_and_a_damaged_one_is_a_warning(runs, noisy, tmp_path):
    own = tmp_path / "data/bytebound/history.db"
    own.parent.mkdir(parents=True)
    environment = {"XDG_DATA_HOME": str(tmp_path / "data")}
    assert json.loads(call("compare", *runs, "--json", env=environment).stdout)["history"] is None
    with sqlite3.connect(noisy) as file, sqlite3.connect(own) as copy:
        file.backup(copy)
    assert json.loads(call("compare", *runs, "--json", env=environment).stdout)["history"]["runs"] == 10
    own.write_text("not a database " * 100)
    done = call("compare", *runs, "--json", env=environment)
    assert done.returncode == 0 and json.loads(done.stdout)["history"] is None
    assert done.stderr == (f"bytebound: warning: your history is left out: read history {own}: it is not an SQLite database; "
                           f"{NO_HISTORY}\n")
    refused(call("compare", *runs, "--history", own, env=environment), 5,
            f"read history {own}: it is not an SQLite database; {NO_HISTORY}")


def test_a_baseline_is_compared_with_the_same_history_which_is_read_before_anything_is_measured(runs, noisy, tmp_path):
    words = ["run", *TINY, *SIM, "--baseline", runs[0], "--out", tmp_path / "head"]
    done = call(*words, "--history", tmp_path / "missing.db")
    assert done.returncode == 5 and "missing.db" in done.stderr and not (tmp_path / "head").exists()
    done = call(*words, "--history", noisy)
    assert done.returncode == 0 and "what 10 earlier runs of this host differ by is in 2 of 2 intervals" in done.stdout, done.stdout
    done = call("run", *TINY, *SIM, "--history", noisy, "--out", tmp_path / "other")
    assert done.returncode == 2 and "parse option --history: there is no run to compare with" in done.stderr


HOSTILE = "=cmd|'/C calc'!A0\n'); DROP TABLE runs; --<script>|x|"


@pytest.fixture(scope="module")
def hostile(runs, tmp_path_factory):
    """A history in which the names of host and loop are HOSTILE."""
    file = tmp_path_factory.mktemp("hostile") / "h.db"
    history(file, "add", *runs)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE runs SET host = ?, path = ?, git_revision = ?", [HOSTILE] * 3)
        connection.execute("UPDATE figures SET loop = ? WHERE loop = 'paired'", [HOSTILE])
    return file


def test_names_never_become_sql_lines_or_formulas(hostile, tmp_path):
    before = content(hostile)
    listed = history(hostile, "list", "--host", HOSTILE)
    assert listed.returncode == 0 and len(listed.stdout.splitlines()) == 3 and r"A0\n'); DROP" in listed.stdout
    assert all(HOSTILE == run["host"] for run in answer(hostile, "list", "--host", HOSTILE)["runs"])
    assert answer(hostile, "list", "--host", "' OR 1=1 --")["runs"] == []
    assert history(hostile, "export", tmp_path / "x.csv").returncode == 0
    lines = [line for line in (tmp_path / "x.csv").read_text().split("\n", 1)[1:]]
    rows = list(csv.DictReader(lines[0].splitlines(keepends=True)))
    assert {row["host"] for row in rows} == {"'" + HOSTILE} and "'" + HOSTILE in {row["loop"] for row in rows}
    assert content(hostile) == before


def test_an_export_has_every_figure_as_a_line(runs, db, tmp_path):
    history(db, "add", *runs)
    done = history(db, "export", tmp_path / "x.csv")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = (tmp_path / "x.csv").read_text()
    assert text.startswith("# schema: bytebound.history-csv/1\n")
    rows = list(csv.DictReader(text.splitlines()[1:]))
    _, figures = content(db)
    assert len(rows) == len(figures)
    assert sorted(float(row["value"]) for row in rows) == sorted(figure[4] for figure in figures)
    before = content(db)
    refused(history(db, "export", db), 2, f"parse argument FILE.csv: '{db}' is a file of the history; give another file")
    for suffix in "-wal", "-shm", "-journal":
        refused(history(db, "export", f"{db}{suffix}"), 2, f"parse argument FILE.csv: '{db}{suffix}' is a file of the history; give another file")
    assert content(db) == before


@pytest.fixture
def stepped(runs, db):
    """Twenty runs, of which the last eight are slower by half, and of another revision."""
    history(db, "add", runs[0])
    with sqlite3.connect(db) as file:
        for i in range(2, 21):
            slow = i > 12
            file.execute("INSERT INTO runs SELECT ?1, 'run ' || ?1, host, '2027-01-' || printf('%02d', ?1) || 'T00:00:00Z', path, added, "
                         "cpu_model, kernel, version, ?2, preset, workload, placement FROM runs WHERE id = 1",
                         (i, "slow" if slow else "fast"))
            file.execute("INSERT INTO figures SELECT ?1, k, loop, metric, value * ?2, value * ?2 * 0.99, value * ?2 * 1.01, n, blocks, tier, source, "
                         "basis, exact FROM figures WHERE run = 1 AND metric IN ('time_ns', 'dram_bytes')",
                         (i, (1.5 if slow else 1) * (1 + 0.01 * (i % 3))))
        file.execute("DELETE FROM figures WHERE run = 1")
        file.execute("DELETE FROM runs WHERE id = 1")
    return db


def test_a_trend_has_a_sparkline_its_changes_with_their_revisions_and_a_chart(stepped, tmp_path):
    done = history(stepped, "trend", "time_ns", "--loop", "paired", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "trend-time_ns.svg"
    assert sum(line.startswith("paired") for line in lines) == 1 and not any(line.startswith("index") for line in lines)
    assert re.search("[▁-▃]{11}[|][▆-█]{8}", done.stdout)
    change = next(line for line in lines if line.startswith("change: "))
    assert re.fullmatch(r"change: paired k=4 at run 13 \(2027-01-13T00:00:00Z\): 1\.(4[89]|50|51)\dx; git revision from fast to slow", change)
    svg = xml.parse(tmp_path / "trend-time_ns.svg").getroot()
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(svg.findall(".//{*}circle")) == 19 and len(svg.findall(".//{*}path[@class='c']")) == 1


def test_a_trend_as_json_has_every_point_and_change(stepped, tmp_path):
    document = answer(stepped, "trend", "time_ns", "--k", "4", "--svg", "none")
    assert document["svg"] is None and len(document["series"]) == 2
    for series in document["series"]:
        assert [point["id"] for point in series["points"]] == list(range(2, 21))
        change, = series["changes"]
        assert (change["at"], change["id"], change["runs_later"]) == (11, 13, 0)
        assert change["differences"] == [{"field": "git revision", "before": "fast", "after": "slow"}]
    answer(stepped, "trend", "time_ns", "--svg", tmp_path / "x.svg")
    xml.parse(tmp_path / "x.svg")


def test_names_in_a_trend_never_become_markup_or_lines(hostile, tmp_path):
    done = history(hostile, "trend", "time_ns", "--svg", tmp_path / "x.svg")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 6, done.stdout
    root = xml.parse(tmp_path / "x.svg").getroot()
    assert {element.tag.split("}")[1] for element in root.iter()} <= {"svg", "style", "rect", "text", "g", "path", "circle", "title"}
    assert any("<script>" in (element.text or "") for element in root.iter())


def test_a_gate_judges_the_latest_run_against_those_before_it(stepped):
    passed = answer(stepped, "gate", "time_ns@paired <= 2x")
    assert (passed["passed"], passed["run"]["id"], passed["against"], passed["earlier"]) == (True, 20, "last:10", 18)
    gate, = passed["gates"]
    assert gate["result"] == "pass" and gate["ci_low"] < gate["value"] < gate["ci_high"]
    recent, = answer(stepped, "gate", "time_ns@paired <= 1.5x", "--against", "last:5")["gates"]
    assert 0.98 < recent["value"] < 1.03
    best, = json.loads(history(stepped, "gate", "time_ns@paired <= 1x", "--against", "best", "--json").stdout)["gates"]
    assert 1.5 < best["value"] < 1.54
    failed = history(stepped, "gate", "dram_bytes@index <= 1.1x", "--against", "best")
    assert failed.returncode == 4 and failed.stdout.splitlines()[1].startswith("fail: dram_bytes@index <= 1.1x: index k=4 1.5")
    assert failed.stderr.endswith("gate dram_bytes@index <= 1.1x failed; see bytebound history trend dram_bytes, or change the limit if "
                                  "it was meant\n") and failed.stderr.count("\n") == 1


@pytest.mark.parametrize("change", ["k = -5", "k = 4294967296", "blocks = -1", "n = -1", "exact = 2"])
def test_a_number_out_of_range_is_a_damaged_history(runs, db, change):
    history(db, "add", *runs)
    with contextlib.closing(sqlite3.connect(db)) as database, database:
        database.execute(f"UPDATE figures SET {change} WHERE metric = 'time_ns' AND loop = 'paired' AND run = 1")
    refused(history(db, "show", 1), 5, f"read history {db}: a number of it is not in the range of a history's; restore it from a copy, "
                                       "or give another --db FILE")


def test_a_gate_without_enough_earlier_runs_is_unresolved_and_a_warning(runs, db):
    history(db, "add", *runs)
    done = history(db, "gate", "time_ns@paired <= 2x")
    assert done.returncode == 0 and done.stdout.splitlines()[1].startswith("unresolved: ")
    assert "warning: gate time_ns@paired <= 2x at paired k=4 is unresolved: how far runs differ is not known" in done.stderr
    assert history(db, "gate", "dram_bytes <= 1x").returncode == 0  # exact
    strict = history(db, "gate", "time_ns@paired <= 2x", "--unresolved", "fail")
    assert strict.returncode == 4
    assert strict.stderr.splitlines()[-1].endswith(": gate time_ns@paired <= 2x is unresolved; add more runs to the history, or measure "
                                                   "with more --repeats")


@pytest.mark.parametrize("words, code, cause", [
    (["trend", "time_n"], 2, "parse argument METRIC: no run of the history has 'time_n'; did you mean 'time_ns'? known: "),
    (["trend", "time_ns", "--loop", "mask"], 5, "it has no such run with time_ns; "),
    (["trend", "time_ns", "--host", "nowhere"], 5, "it has no such run with time_ns; "),
    (["trend", "time_ns", "--k", "x"], 2, "parse option --k: "),
    (["trend", "time_ns", "--svg", "/nowhere/x.svg"], 2, "write /nowhere/x.svg: "),
    (["trend", "time_ns", "--against", "best"], 2, "parse option --against: trend does not have it; write bytebound history trend METRIC"),
    (["list", "--loop", "paired"], 2, "parse option --loop: list does not have it; write bytebound history list"),
    (["gate", "time_ns"], 2, "argument EXPR"),
    (["gate", "time_n <= 1x"], 2, "the latest, has no 'time_n'; did you mean 'time_ns'? it has: "),
    (["gate", "time_ns@mask <= 1x"], 2, "the latest, has no such loop and k; it has: "),
    (["gate", "time_ns <= 1x", "--against", "worst"], 2, "parse option --against: 'worst' is neither best nor last:N; give best, or "),
    (["gate", "time_ns <= 1x", "--host", "nowhere"], 2, "judge the history: it has no such runs; "),
])
def test_wrong_words_of_trend_and_gate_are_one_line(runs, db, tmp_path, words, code, cause):
    history(db, "add", *runs)
    done = history(db, *words, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
    assert cause in done.stderr and not list(tmp_path.glob("*.svg"))


# A history as version 1 made it: without figures.basis and figures.exact.
VERSION_1 = """
CREATE TABLE runs(id INTEGER PRIMARY KEY, samples_sha256 TEXT NOT NULL, host TEXT NOT NULL, started TEXT NOT NULL, path TEXT NOT NULL,
  added TEXT NOT NULL, cpu_model TEXT, kernel TEXT, version TEXT NOT NULL, git_revision TEXT, preset TEXT, workload TEXT NOT NULL,
  placement TEXT NOT NULL, UNIQUE(host, started, samples_sha256)) STRICT;
CREATE TABLE figures(run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, k INTEGER NOT NULL, loop TEXT NOT NULL,
  metric TEXT NOT NULL, value REAL NOT NULL, ci_low REAL, ci_high REAL, n INTEGER NOT NULL, blocks INTEGER NOT NULL, tier TEXT NOT NULL,
  source TEXT NOT NULL, PRIMARY KEY(run, k, loop, metric)) STRICT, WITHOUT ROWID;
INSERT INTO runs VALUES(1, 'aa', 'n1', '2026-01-01T00:00:00Z', 'old', '2026-01-02T00:00:00Z', NULL, NULL, '0.1.0', NULL, NULL,
  '{"N":"256"}', 'cpus auto, mem local');
INSERT INTO figures VALUES(1, 16, 'paired', 'time_ns', 2500.0, 2400.0, 2600.0, 20, 2, 'timed', 'clock');
PRAGMA application_id = 0x62626869;
PRAGMA user_version = 1;
"""


@pytest.fixture
def old(db):
    with sqlite3.connect(db) as file:
        file.executescript(VERSION_1)
    return db


def test_a_history_of_version_1_is_read_without_a_change(old):
    before = old.read_bytes()
    figure, = answer(old, "show", "1")["figures"]
    assert (figure["value"], figure["basis"], figure["exact"]) == (2500, None, False)
    assert old.read_bytes() == before and not old.with_name("h.db-wal").exists()


def test_add_brings_a_history_of_version_1_up_to_date_with_nothing_lost(runs, old, tmp_path):
    kept = content(old)
    assert answer(old, "add", runs[0])["runs"][0]["id"] == 2
    after = content(old)
    assert after[0][0] == kept[0][0] and after[1][0] == (*kept[1][0], None, 0)
    new = tmp_path / "new.db"
    history(new, "add", runs[0])

    def tables(path):
        with sqlite3.connect(path) as file:
            return {name: [column[1:4] for column in file.execute(f"PRAGMA table_info({name})")] for name in ("runs", "figures")}
    assert tables(old) == tables(new)
    with sqlite3.connect(old) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (2,)


def test_an_add_that_is_refused_does_not_change_an_older_history(old, tmp_path):
    before = old.read_bytes()
    assert history(old, "add", tmp_path / "nothing").returncode == 5
    assert old.read_bytes() == before


PAGE = (ROOT / "docs/history.md").read_text()


def test_the_queries_of_the_page_work(runs, db):
    history(db, "add", *runs)
    queries = re.findall(r"^```sql\n(.*?)^```", PAGE, re.M | re.S)
    assert len(queries) >= 5
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as file:
        answers = [file.execute(query).fetchall() for query in queries]
    time_of, spread, speedup, unequal, best = answers[:5]
    assert len(time_of) == 4 and len(spread) == 2 and len(speedup) == 2 and unequal == [] and len(best) == 2
    assert all(row[3] == 2 for row in spread)
    summary = json.loads((runs[0] / "summary.json").read_text())
    times = {row["loop"]: row["metrics"]["time_ns"]["value"] for row in summary["rows"]}
    assert speedup[0][3] == pytest.approx(times["index"] / times["paired"])


def test_the_page_lists_every_column(runs, db):
    history(db, "add", runs[0])
    with sqlite3.connect(db) as file:
        for table in ("runs", "figures"):
            section = PAGE.split(f"`{table}`, one row per")[1].split("\n\n")[1]
            listed = re.findall(r"`(\w+)`", "\n".join(line.split(" | ")[0] for line in section.splitlines()))
            columns = [column[1] for column in file.execute(f"PRAGMA table_info({table})")]
            assert sorted(columns) == sorted(listed), table
