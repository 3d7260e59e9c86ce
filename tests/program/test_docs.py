"""The documentation does not promise what the program does not do."""
import os
import pathlib
import re
import subprocess

import pytest

from conftest import ROOT, binary, call

PAGES = [page for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
         if page.exists()]
COMMANDS = ["doctor", "run", "calibrate", "report", "events", "presets", "topology"]


def shell_lines(page):
    """The `bytebound ...` lines of a page's ```sh blocks, continuation lines joined."""
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            if re.match(r"([\w./-]*/)?bytebound\s", line):
                yield line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_line_in_the_documentation_works(page, tmp_path):
    lines = list(shell_lines(page))
    if not lines:
        assert "```sh\nbytebound" not in page.read_text()
        return
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "bytebound").symlink_to(binary())
    folder = tmp_path / "here"
    folder.mkdir()
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    if any(" calibrate" in line for line in lines):  # no other page or test shall find its ceilings
        environment["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    for line in lines:
        words = re.sub(r"^[\w./-]*/(?=bytebound\s)", "", line)
        done = subprocess.run(["bash", "-o", "pipefail", "-c", words], cwd=folder, env=environment, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, capture_output=True)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_md_names_exactly_the_options_that_exist(command):
    text = (ROOT / "docs" / "commands.md").read_text()
    section = re.search(rf"^## bytebound {command}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert section, f"docs/commands.md has no section 'bytebound {command}'"
    documented = set(re.findall(r"^\| `(--[A-Za-z-]+)", section[1], re.M))
    existing = set(re.findall(r"^  (--[A-Za-z-]+)", call(command, "--help").stdout, re.M)) - {"--help"}
    assert documented == existing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if re.match(r"[a-z]+://", target):
            continue
        path = target.split("#")[0]
        assert not path or (page.parent / path).exists(), target


def test_exit_codes_md_has_every_exit_code():
    enum = (ROOT / "base" / "exit_code.hpp").read_text()
    codes = set(re.findall(r"= (\d+),", enum))
    page = set(re.findall(r"^\| (\d+) \|", (ROOT / "docs" / "exit-codes.md").read_text(), re.M))
    assert codes == page


def test_figures_md_has_every_metric():
    entries = (ROOT / "src" / "report" / "metrics.cpp").read_text()
    names = re.findall(r'MetricEntry\{"(\w+)"', entries)
    table = re.findall(r"^\| (`.*?) \|", (ROOT / "docs" / "figures.md").read_text(), re.M)
    defined = set(re.findall(r"`(\w+)`", " ".join(table)))
    assert len(names) > 15
    assert [name for name in names if name not in defined] == []


def test_layer_table_is_the_one_that_lint_checks():
    import importlib.machinery
    import importlib.util
    loader = importlib.machinery.SourceFileLoader("lint", str(ROOT / "scripts" / "lint"))
    lint = importlib.util.module_from_spec(importlib.util.spec_from_loader("lint", loader))
    loader.exec_module(lint)
    table = re.findall(r"^\| `(\w+)/` \| ([^|]*) \|", (ROOT / "CONTRIBUTING.md").read_text(), re.M)
    documented = {folder: set(re.findall(r"`(\w+)/`", below)) for folder, below in table}
    for folder in lint.ORDER:
        allowed = lint.NARROW.get(folder, set(lint.ORDER[:lint.ORDER.index(folder)]))
        assert documented[folder] == allowed, folder


def test_no_page_names_a_path_of_a_build_machine():
    for page in PAGES:
        assert not re.search(r"(^|[\s`(])/(work|tmp|root|home)/", page.read_text()), page.name


def test_pages_that_the_sources_refer_to_exist():
    named = set()
    for top in ("base", "counters", "src"):
        for source in (ROOT / top).rglob("*.[ch]pp"):
            named |= set(re.findall(r"\bdocs/[\w-]+\.md", source.read_text()))
    assert "docs/exit-codes.md" in named
    assert [name for name in named if not (ROOT / pathlib.Path(name)).exists()] == []
