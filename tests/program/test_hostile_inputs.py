"""Files from elsewhere: FIFOs, devices, directories and oversized files are one line and exit 5, within a second."""
import csv
import json
import os
import pathlib
import re
import shutil

import pytest

from conftest import ROOT, call, run_tiny

CALIBRATION = ROOT / "tests/fixtures/records/calibration.json"


def refused(done, line):
    """One line on stderr, nothing on stdout, exit 5."""
    assert (done.returncode, done.stdout, done.stderr) == (5, "", f"bytebound: error: {line}\n")


@pytest.fixture
def home(tmp_path):
    """An environment with empty directories for the user's presets and caches."""
    for name in ("config/bytebound/presets", "cache/bytebound/calibration"):
        (tmp_path / name).mkdir(parents=True)
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A complete run, to be copied."""
    out = tmp_path_factory.mktemp("finished") / "run"
    run_tiny(out, "--ks", "4", "--loops", "paired", "--collector", "sim", "--calibration", "none")
    return out


@pytest.fixture
def run(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "run")
    return tmp_path / "run"


SPECIAL = [("fifo", "it is a FIFO, not a file"), ("/dev/zero", "it is a device, not a file"),
           ("folder", "it is a directory, not a file (EISDIR)")]


@pytest.fixture(params=SPECIAL, ids=["fifo", "device", "directory"])
def special(request, tmp_path):
    """(path, cause) of something that is not a file."""
    name, cause = request.param
    path = tmp_path / name
    if name == "fifo":
        os.mkfifo(path)
    elif name == "folder":
        path.mkdir()
    return path, cause


def test_what_is_not_a_file_is_refused_by_every_command_that_reads_one(special, home):
    path, cause = special
    preset = f"read preset {path}: {cause}; give a preset file, or a name from bytebound presets list"
    refused(call("presets", "match", "--bw-preset", path, env=home), preset)
    refused(call("run", "--dry-run", "--bw-preset", path, env=home), preset)
    refused(call("run", "--dry-run", "--calibration", path, env=home),
            f"read calibration {path}: {cause}; give a file that bytebound calibrate wrote")
    refused(call("emulate", path),
            f"read {path}: {cause}; bytebound run --collector callgrind writes such files itself")


def test_presets_check_refuses_what_is_not_a_file(special):
    path, cause = special
    done = call("presets", "check", path)
    assert (done.returncode, done.stderr.count("\n")) == (5, 1)
    assert f"{path}: {cause}" in done.stderr or f"{path}:1: {cause}" in done.stderr


@pytest.mark.parametrize("make, cause", [(os.mkfifo, "it is a FIFO, not a file"),
                                         (os.mkdir, "it is a directory, not a file (EISDIR)")])
def test_a_fifo_or_a_directory_among_the_users_presets_is_named(home, make, cause):
    path = pathlib.Path(home["XDG_CONFIG_HOME"]) / "bytebound/presets/x.toml"
    make(path)
    refused(call("presets", "list", env=home),
            f"read preset {path}: {cause}; give a preset file, or a name from bytebound presets list")


@pytest.mark.parametrize("name", ["run.json", "samples.csv"])
def test_report_refuses_a_run_whose_files_are_not_files(run, special, name):
    path, cause = special
    (run / name).unlink()
    (run / name).symlink_to(path)
    refused(call("report", run), f"read {run / name}: {cause}; give a run directory that bytebound run wrote")


def test_report_writes_through_no_link_and_removes_temporary_files_of_killed_processes(run, tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("mine\n")
    before = {name: (run / name).read_text() for name in ("summary.csv", "report.md", "summary.json")}
    strange = [run / "summary.csv.tmp", run / ".bytebound-0000000000000001.tmp", run / ".bytebound-0000000000000002.tmp"]
    strange[0].symlink_to(keys)
    strange[1].symlink_to(keys)
    os.mkfifo(strange[2])
    (run / ".bytebound-0000000000000003.tmp").write_text("half of a rep")
    (run / "report.md").unlink()
    (run / "report.md").symlink_to(keys)
    done = call("report", run)
    assert done.returncode == 0
    assert keys.read_text() == "mine\n"
    assert {name: (run / name).read_text() for name in before} == before
    assert not (run / "report.md").is_symlink()
    assert {path for path in run.iterdir() if path.suffix == ".tmp"} == set(strange)


def test_a_seal_that_is_a_fifo_does_not_block_report(run):
    (run / "SHA256SUMS").unlink()
    os.mkfifo(run / "SHA256SUMS")
    done = call("report", run)
    assert done.returncode == 0
    assert "SHA256SUMS cannot be read (it is a FIFO, not a file)" in done.stderr


def test_sparse_files_beyond_the_limits_are_refused_by_size(run, home, tmp_path):
    big = tmp_path / "big"
    big.touch()
    os.truncate(big, 1 << 40)
    assert "it is larger than 32 KiB, the limit of a preset" in call("presets", "check", big).stderr
    refused(call("run", "--dry-run", "--calibration", big, env=home),
            f"read calibration {big}: it is larger than 16 MiB, the limit of a calibration; "
            "give a file that bytebound calibrate wrote")
    os.truncate(run / "run.json", 1 << 40)
    refused(call("report", run), f"read {run / 'run.json'}: it is larger than 64 MiB, the limit of run.json; "
                                 "give a run directory that bytebound run wrote")


def test_a_preset_of_50000_nested_keys_is_refused_by_its_size(tmp_path):
    file = tmp_path / "p.toml"
    file.write_text("[" + ".".join(["a"] * 50000) + "]\n")
    done = call("presets", "check", file)
    assert done.returncode == 5
    assert "it is larger than 32 KiB, the limit of a preset" in done.stderr
    file.write_text("[" + ".".join(["a"] * 16000) + "]\n")
    assert call("presets", "check", file).returncode == 5


def test_a_saved_calibration_that_is_a_fifo_is_a_warning(home):
    fifo = pathlib.Path(home["XDG_CACHE_HOME"]) / "bytebound/calibration" / f"{os.uname().nodename}.x.y.json"
    os.mkfifo(fifo)
    done = call("run", "--dry-run", env=home)
    assert done.returncode == 0
    assert f"{fifo}: it is a FIFO, not a file" in done.stderr


@pytest.fixture
def tree(tmp_path):
    """A recorded machine, to be changed."""
    shutil.copytree(ROOT / "tests/fixtures/machines/intel-skx-2s", tmp_path / "tree", symlinks=True)
    return tmp_path / "tree"


def test_a_recorded_machine_with_a_fifo_for_every_file_ends_at_once(tree):
    for path in [p for p in tree.rglob("*") if p.is_file() and not p.is_symlink()]:
        path.unlink()
        os.mkfifo(path)
    for words in (["topology"], ["doctor", "--json"], ["events", "list"], ["presets", "match", "--json"]):
        done = call(*words, "--sysroot", tree, timeout=20)
        assert done.returncode in (0, 5) and "bug" not in done.stderr, words


def test_links_of_a_recorded_machine_do_not_leave_its_tree(tree, tmp_path):
    cpuinfo = tree / "proc/cpuinfo"
    secret = tmp_path / "secret"
    secret.write_text(cpuinfo.read_text().replace("model name", "model name\t: SECRET\nold name"))
    cpuinfo.unlink()
    for target in (secret, "../../secret", "/proc/cpuinfo"):
        cpuinfo.symlink_to(target)
        done = call("doctor", "--sysroot", tree)
        assert "SECRET" not in done.stdout + done.stderr
        cpuinfo.unlink()


def test_a_pattern_that_backtracks_forever_elsewhere_is_matched_at_once(tree, tmp_path):
    box = tree / "sys/bus/event_source/devices" / ("a" * 40 + "b")
    box.mkdir()
    (box / "type").write_text("99\n")
    preset = tmp_path / "p.toml"
    text = (ROOT / "presets/intel-skx.toml").read_text()
    assert 'pmu = "uncore_imc_[0-9]+"' in text
    preset.write_text(text.replace('pmu = "uncore_imc_[0-9]+"', 'pmu = "(a+)+$"'))
    assert call("presets", "check", preset).returncode == 0
    assert call("presets", "match", "--sysroot", tree, "--bw-preset", preset, timeout=10).returncode == 0
    preset.write_text(text.replace('pmu = "uncore_imc_[0-9]+"', f'pmu = "{"a?" * 251}"'))
    done = call("presets", "check", preset)
    assert done.returncode == 5
    assert "key \"pmu\" is not a regular expression: it is longer than 500 characters" in done.stdout + done.stderr


GIVE_RUN = "give a run directory that bytebound run wrote"
RESTORE = "restore the file from the run, or measure again"


def change_json(file, pointer, value):
    document = json.loads(file.read_text())
    *parents, last = pointer.strip("/").split("/")
    at = document
    for each in parents:
        at = at[int(each) if isinstance(at, list) else each]
    at[int(last) if isinstance(at, list) else last] = value
    file.write_text(json.dumps(document))


@pytest.mark.parametrize("pointer, value, cause", [
    ("/simulation/geometry/ways", 0, "it is not a whole number from 1 to 65536"),
    ("/simulation/geometry/ways", -1, "it is not a whole number from 1 to 65536"),
    ("/simulation/geometry/ways", 16.9, "it is not a whole number from 1 to 65536"),
    ("/simulation/geometry/ways", 2**32 + 1, "it is not a whole number from 1 to 65536"),
    ("/simulation/geometry/ways", 1e308, "it is not a whole number from 1 to 65536"),
    ("/simulation/geometry/line_bytes", 0, "it is not a whole number from 8 to 4096"),
    ("/workload/cache/ways", 0, "it is not a whole number from 1 to 65536"),
    ("/workload/threads", 0, "it is not a whole number from 1 to 4096"),
    ("/experiments/0/loop", "torch", '"torch" is not one of workload.loops'),
    ("/experiments/0/batch", 0, "it is not a whole number from 1 to 4294967295"),
    ("/experiments/0/A", None, "it is not a number from 0 to 1e+30"),
    ("/host", 7, "it is not a text"),
    ("/warnings", {}, "it is not a list"),
    ("/placement", [], "it is not an object")])
def test_a_wrong_value_in_run_json_is_one_line_with_its_path(run, pointer, value, cause):
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.name != "run.json"}
    change_json(run / "run.json", pointer, value)
    refused(call("report", run), f"read {run / 'run.json'}: {pointer}: {cause}; {GIVE_RUN}")
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.name != "run.json"} == before


@pytest.mark.parametrize("change, cause", [
    (lambda text: text + "x", "it is not JSON"),
    (lambda text: text[:len(text) // 2], "it is not complete JSON: it ends too early"),
    (lambda text: "", "it is empty"),
    (lambda text: text.replace('"version"', '"host": "other",\n  "version"', 1), "/host: the key occurs twice"),
    (lambda text: text.replace('"tau": 0.5', '"tau": 1e400'), "/workload/tau: the number is too large"),
    (lambda text: '{"a":' * 70 + "1" + "}" * 70, "/a" * 64 + ": it is below 64 others")])
def test_a_text_that_is_not_one_json_document_is_one_line(run, change, cause):
    file = run / "run.json"
    changed = change(file.read_text())
    assert changed != file.read_text()
    file.write_text(changed)
    done = call("report", run)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (5, "", 1)
    assert done.stderr.startswith(f"bytebound: error: read {file}: ")
    assert done.stderr.endswith(f"{cause}; {GIVE_RUN}\n")


def test_rows_of_samples_csv_that_are_not_those_of_the_run_are_refused(run):
    file = run / "samples.csv"
    text = file.read_text()
    lines = text.splitlines(keepends=True)
    header = next(i for i, line in enumerate(lines) if line.startswith("loop,"))
    first, rows = lines[header + 1], len(lines) - header - 1

    def refusal(changed):
        file.write_text("".join(changed))
        done = call("report", run)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (5, "", 1)
        assert done.stderr.endswith(f"; {RESTORE}\n")
        return done.stderr[len(f"bytebound: error: read {file}"):-len(f"; {RESTORE}\n")]

    assert refusal(lines + [first]).endswith("): it occurs twice")
    assert refusal(lines + [first]).startswith(f": row {rows + 1} (loop paired, k 4, repeat 0, pass 0, step 0)")
    assert " of a complete run" in refusal(lines[:-1])
    assert refusal(lines[:header + 1] + [first.replace("paired", "torch", 1)] + lines[header + 2:]) == (
        ": row 1 (loop torch, k 4, repeat 0, pass 0, step 0): run.json does not list this loop and k")
    assert refusal(lines + ["paired,4"]) == f":{len(lines) + 1}: the last line is cut off"
    assert refusal(lines + ["paired,4\n"]).startswith(f":{len(lines) + 1}: 2 cells, the header has ")
    cells = first.split(",")
    row = ": row 1 (loop paired, k 4, repeat 0, pass 0, step 0): column "

    def changed(column, value):
        line = ",".join([*cells[:column], value, *cells[column + 1:]])
        return refusal(lines[:header + 1] + [line] + lines[header + 2:])

    assert changed(6, str(int(cells[6]) + 1)).startswith(row + "R: A + R is ")
    assert changed(8, str(4 * int(cells[4]) + 1)).startswith(row + "rows_written: ")
    assert changed(9, "999999").startswith(row + "cpu_")
    assert changed(11, "no_such_flag") == row + 'flags: "no_such_flag" is not a flag of a step'
    assert refusal([first]).startswith(':1: column 1 should be "loop"')
    assert refusal(lines[:header + 1] + [first.replace(",0,", ",-1,", 1)] + lines[header + 2:]).startswith(
        f':{header + 2}: column repeat: "-1" is not a whole number from 0 to ')
    file.write_text(text)
    assert call("report", run).returncode == 0


def test_every_leaf_of_run_json_can_be_any_number_without_a_crash(run):
    """Numbers of all sizes, in every eighth place."""
    file = run / "run.json"
    document = json.loads(file.read_text())
    leaves = []

    def walk(at, pointer):
        for key, value in at.items() if isinstance(at, dict) else enumerate(at):
            if isinstance(value, (dict, list)):
                walk(value, f"{pointer}/{key}")
            elif not isinstance(value, (str, bool)):
                leaves.append(f"{pointer}/{key}")

    walk(document, "")
    values = [0, -1, 0.5, 2**32, 2**64 - 1, -2**63, 1e30, 1e-300, 1e308]
    for i, pointer in enumerate(leaves[::8]):
        file.write_text(json.dumps(document))
        change_json(file, pointer, values[i % len(values)])
        done = call("report", run, timeout=20)
        assert done.returncode in (0, 5), (pointer, done.stderr)
        if done.returncode == 5:
            assert done.stderr.startswith(f"bytebound: error: read {file}: /") and done.stderr.count("\n") == 1
        else:
            assert not re.search(r"\b(inf|nan|Infinity|NaN)\b", (run / "summary.json").read_text() + done.stdout), pointer


ESCAPES = "\x1b]0;own\x07\x1b[31m\u202e\x9b\x7f"
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def no_hidden(*texts):
    for text in texts:
        assert not HIDDEN.search(text), ascii(HIDDEN.search(text))


def test_a_warning_is_one_line_whatever_the_name_of_a_directory_is(tmp_path):
    cache = tmp_path / "ca\x1b[31mche\nbytebound: fake line"
    (cache / "bytebound/calibration").mkdir(parents=True)
    (cache / "bytebound/calibration" / f"{os.uname().nodename}.x.y.json").write_text("{")
    done = call("run", "--dry-run", env={"XDG_CACHE_HOME": str(cache)})
    assert done.returncode == 0
    assert "ca\\x1b[31mche\\nbytebound: fake line/bytebound/calibration/" in done.stderr
    assert all(line.startswith("bytebound: warning: ") for line in done.stderr.splitlines())
    no_hidden(done.stderr, done.stdout)


def test_the_path_of_the_report_is_one_line_whatever_the_name_of_the_directory_is(run):
    named = run.with_name("a\nbytebound: all is well\x1b[31m")
    run.rename(named)
    done = call("report", named)
    assert done.returncode == 0
    shown = str(named).replace("\n", "\\n").replace("\x1b", "\\x1b")
    assert done.stdout.splitlines()[-1] == f"{shown}/report.md"


def test_text_of_a_run_reaches_no_terminal_and_no_report_unescaped(run):
    loop = "paired" + ESCAPES + "\n=1|<b>"
    document = json.loads((run / "run.json").read_text())
    document["host"] = document["environment"][0]["value"] = document["started"] = ESCAPES + "\n# forged"
    document["workload"]["loops"] = [loop]
    document["command"] = ["bytebound", ESCAPES]
    for each in document["experiments"]:
        each["loop"] = loop
        each["simulation_reason"] = ESCAPES
    for each in document["unavailable"]:
        each["reason"] = each["remedy"] = ESCAPES + "\nforged: line"
    for each in document["events"]:
        each["reason"] = ESCAPES
    (run / "run.json").write_text(json.dumps(document))
    samples = (run / "samples.csv").read_text()
    (run / "samples.csv").write_text(re.sub("^paired,", lambda _: f'"{loop}",', samples, flags=re.M))
    done = call("report", run)
    assert done.returncode == 0, done.stderr
    no_hidden(done.stdout, done.stderr)
    assert "paired\\x1b]0;own\\x07" in done.stdout
    assert not re.search("^(forged|=1)", done.stdout, flags=re.M)
    for name in ("report.md", "report.html", "ENVIRONMENT.md", "summary.csv", "summary.json", "roofline.vl.json"):
        text = (run / name).read_text()
        no_hidden(text)
        assert name == "report.html" or not re.search("^(# forged|forged|=1)", text, flags=re.M), name
    assert "<b>" not in (run / "report.html").read_text() + (run / "report.md").read_text()
    assert json.loads((run / "summary.json").read_text())["rows"][0]["loop"] == loop
    assert call("report", run).returncode == 0


def test_no_cell_of_summary_csv_begins_a_formula(run):
    document = json.loads((run / "run.json").read_text())
    texts = ("pmu", "domain", "origin", "unit", "type", "config", "config1", "config2", "source", "role", "reason", "remedy")
    document["events"] = [{"name": name, "scale": 1, "pass": None, "group": None, "multiplexed": False,
                           **dict.fromkeys(texts, None), "reason": "@" + name}
                          for name in ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)")]
    (run / "run.json").write_text(json.dumps(document))
    assert call("report", run).returncode == 0
    rows = list(csv.reader(line for line in (run / "summary.csv").read_text().splitlines() if not line.startswith("#")))
    assert "'=cmd|' /C calc'!A0" in rows[0]
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "@", "\t", "-")) or re.fullmatch(r"-?[0-9.e+-]+", cell), cell


def test_names_of_a_recorded_machine_reach_no_terminal_unescaped(tree):
    name = "evil\x1b[31m\nbytebound: error: forged\u202e"
    box = tree / "sys/bus/event_source/devices" / name
    (box / "events").mkdir(parents=True)
    (box / "type").write_text("99\n")
    (box / "events" / name).write_text("event=1\n")
    cpuinfo = tree / "proc/cpuinfo"
    cpuinfo.write_text(re.sub("model name.*", "model name\t: \x1b]0;own\x07\x9b CPU", cpuinfo.read_text()))
    for words in (["doctor"], ["topology"], ["events", "list"], ["events", "resolve", f"{name}/event=1/"],
                  ["presets", "match"]):
        for more in ([], ["--json"]):
            done = call(*words, *more, "--sysroot", tree)
            no_hidden(done.stdout, done.stderr)
            assert not re.search("^bytebound: error: forged", done.stdout + done.stderr, flags=re.M), words
            if more:
                json.loads(done.stdout)


def test_a_preset_shows_no_control_characters(home):
    path = pathlib.Path(home["XDG_CONFIG_HOME"]) / "bytebound/presets/x.toml"
    text = (ROOT / "presets/intel-skx.toml").read_text()
    title = re.search('^title = "(.*)"', text, flags=re.M).group(0)
    text = text.replace('name = "intel-skx"', 'name = "x"', 1)
    path.write_text(text.replace(title, r'title = "\u001b[31m\nforged\u202e"', 1))
    for words in (["list"], ["show", "x"], ["show", "x", "--json"], ["check", path]):
        done = call("presets", *words, env=home)
        assert done.returncode == 0, done.stderr
        no_hidden(done.stdout, done.stderr)
        assert not re.search("^forged", done.stdout, flags=re.M)
