"""bytebound report --claims: sentences for a paper, with what they rest on, the command and a BibTeX entry."""
import hashlib
import json
import re
import shutil

from conftest import ROOT, call

NUMBER = r"\d+(?:\.\d+)?"
INTERVAL = rf"\(95% CI {NUMBER}–{NUMBER}, \d+ blocks?(?:, p (?:< 0\.001|= 0\.\d+|= 1\.00))?(?:, simulated|, counted|, scaled|, shared|, emulated)?\)"
NO_INTERVAL = r"\((?:by construction|\d+ blocks?(?:, \w+)?, no interval)\)"
BASIS = rf"(?:{INTERVAL}|{NO_INTERVAL})"
SENTENCE = re.compile(
    rf"\S+ (?:is|requests|moves|has) {NUMBER}x (?:faster|slower|fewer [\w ]+|more [\w ]+) than \S+ at k=\d+ {BASIS}"
    rf"|\S+ and \S+ are the same in [\w ]+ at k=\d+(?:, within 1%: {NUMBER}x)? {BASIS}"
    rf"|the difference of \S+ and \S+ in [\w ]+ at k=\d+ is unresolved: {NUMBER}x {BASIS}")
MOVED = re.compile(rf"; it moved {NUMBER} times the bound \((?:simulated|counted|scaled|shared|emulated)\)$")


def test_claims_are_sentences_of_one_form_and_nothing_is_written(tiny):
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tiny.path.iterdir()}
    done = call("report", tiny.path, "--claims")
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tiny.path.iterdir()} == before
    claims = done.stdout.split("\n\n")[0].split("\n")
    assert len(claims) == len(tiny.summary["comparisons"])
    for claim, comparison in zip(claims, tiny.summary["comparisons"]):
        assert claim.startswith(comparison["claim"])
        assert SENTENCE.fullmatch(comparison["claim"]), comparison["claim"]
        rest = claim.removeprefix(comparison["claim"])
        assert rest == "" or (comparison["metric"] == "time_ns" and MOVED.fullmatch(rest)), claim
    assert "expected" not in done.stdout
    assert any(MOVED.search(claim) for claim in claims)


def test_claims_end_with_the_command_and_an_entry_that_identifies_the_run(tiny):
    text = call("report", tiny.path, "--claims").stdout
    seal = hashlib.sha256((tiny.path / "SHA256SUMS").read_bytes()).hexdigest()
    entry = re.search(r"^@software\{bytebound-\w+,\n((?:  \w+ = \{.*\},\n)+)\}\n\Z", text, re.M)
    assert entry, text
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},$", entry[1], re.M))
    assert list(fields) == ["author", "title", "version", "year", "note"]
    assert fields["year"] == tiny.run["started"][:4] and fields["version"].startswith(tiny.run["version"])
    assert fields["note"].endswith(f"; SHA-256 of its SHA256SUMS: {seal}")
    assert f"\n  {tiny.run['command'][0]} run --N " in text


def test_the_host_is_text_in_an_entry(tiny, tmp_path):
    shutil.copytree(tiny.path, tmp_path / "run")
    run = json.loads((tmp_path / "run/run.json").read_text())
    run["host"] = "a_b}\\n%\n@x{"
    (tmp_path / "run/run.json").write_text(json.dumps(run))
    done = call("report", tmp_path / "run", "--claims")
    assert done.returncode == 0 and "SHA256SUMS: run.json" in done.stderr
    assert done.stdout.startswith("Caveat: not the files that the run wrote, by SHA256SUMS: run.json;")
    assert "run on host a\\_b\\}\\textbackslash{}n\\%\\textbackslash{}n@x\\{, " in done.stdout


def test_claims_of_a_run_that_did_not_complete_say_so(tiny, tmp_path):
    for status, failure, cause in (("failed", {"operation": "run", "object": "x", "cause": "interrupted by SIGINT",
                                              "remedy": "", "exit_code": 130}, "run x: interrupted by SIGINT"),
                                   ("running", None, "it is still running, or was killed")):
        shutil.copytree(tiny.path, tmp_path / status)
        run = json.loads((tmp_path / status / "run.json").read_text())
        run.update(status=status, failure=failure)
        (tmp_path / status / "run.json").write_text(json.dumps(run))
        done = call("report", tmp_path / status, "--claims")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"Caveat: the run did not complete ({cause}); these are its finished phases.\n\n")


def test_the_citation_file_is_that_of_this_version():
    text = (ROOT / "CITATION.cff").read_text()
    version = re.search(r"version: '([\d.]+)'", (ROOT / "meson.build").read_text())[1]
    assert f"\nversion: {version}\n" in text and "\ncff-version: 1.2.0\n" in "\n" + text
    for key in ("message", "title", "authors", "license"):
        assert f"\n{key}:" in text
