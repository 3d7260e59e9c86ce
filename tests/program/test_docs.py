"""The documentation does not promise what the program does not do."""
import os
import pathlib
import re
import subprocess

import pytest

from conftest import ROOT, binary, call, commands, read_csv, run_tiny

PAGES = [page for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
         if page.exists()]
COMMANDS = commands()


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
    if any(" calibrate" in line or " autotune" in line for line in lines):  # hidden from other pages and tests
        environment["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    for library in {library for line in lines for library in re.findall(r"--loop \./(\w+\.so)", line)}:
        subprocess.run(["cc", "-shared", "-fPIC", f"-I{ROOT / 'include'}", "-o", folder / library,
                        ROOT / "examples" / "plug_in.c"], check=True)
    for line in lines:
        words = re.sub(r"^[\w./-]*/(?=bytebound\s)", "", line)
        done = subprocess.run(["bash", "-o", "pipefail", "-c", words], cwd=folder, env=environment, text=True, timeout=600,
                              stdin=subprocess.DEVNULL, capture_output=True)
        # These do not save what they measured on a busy machine, which a machine that runs tests may be.
        busy = (" calibrate" in line or " autotune" in line) and done.returncode == 3 and "the machine was busy" in done.stderr
        assert done.returncode == 0 or busy, f"{line}\n{done.stderr}"


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
    entries = (ROOT / "src" / "catalogue" / "metrics.cpp").read_text()
    names = re.findall(r'\.name = (?:name::)?"?(\w+)', entries)
    table = re.findall(r"^\| (`.*?) \|", (ROOT / "docs" / "figures.md").read_text(), re.M)
    defined = set(re.findall(r"`(\w+)`", " ".join(table)))
    assert len(names) > 15
    assert [name for name in names if name not in defined] == []


def lint():
    import importlib.machinery
    import importlib.util
    loader = importlib.machinery.SourceFileLoader("lint", str(ROOT / "scripts" / "lint"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("lint", loader))
    loader.exec_module(module)
    return module


def test_lint_reads_the_layer_table_of_contributing_md():
    check = lint()
    layers = check.read_layers((ROOT / "CONTRIBUTING.md").read_text())
    assert layers["base"] == {"base"}
    assert layers["counters"] == {"counters", "base"}
    assert layers["model"] == {"model", "base", "workload", "loops"}
    assert "experiment/plan" not in layers["render"] and "loops" not in layers["render"]
    assert layers["cli"] == set(layers)
    for top in ("base", "counters", "src"):
        for path in (ROOT / top).rglob("*.cpp"):
            assert check.room_of(path.relative_to(ROOT).as_posix(), layers), path


def test_lint_finds_an_include_upwards_a_type_defined_twice_and_output_from_below():
    check = lint()
    layers = {"base": {"base"}, "io": {"base", "io"}, "cli": {"base", "io", "cli"}}
    found = []
    check.check_includes(ROOT / "src/io/x.hpp", "io", '#include "cli/main.hpp"\n', layers, lambda p, text: found.append(text))
    assert found == ['io/ may not include "cli/main.hpp"']
    breaches = []
    twice = "namespace bytebound {\nstruct Fact {\n    int a;\n};\n} // namespace bytebound\n"
    check.check_types({ROOT / "src/io/a.hpp": twice, ROOT / "src/io/b.hpp": twice}, breaches)
    assert breaches == ["src/io/b.hpp: type Fact of namespace bytebound is defined in src/io/a.hpp too"]
    hidden = "namespace bytebound {\nnamespace {\nstruct Fact {\n    int a;\n};\n} // namespace\n} // namespace bytebound\n"
    breaches.clear()
    check.check_types({ROOT / "src/io/a.hpp": twice, ROOT / "src/io/b.cpp": hidden}, breaches)
    assert breaches == []


def test_lint_knows_the_namespace_of_each_type():
    check = lint()
    several = ("namespace bytebound::fields {\nenum class Kind {\n    a,\n};\n} // namespace bytebound::fields\n"
               "namespace bytebound {\nnamespace {\nstruct Hidden {\n    int a;\n};\n} // namespace\n"
               "struct alignas(64) Wide final : Base<int> {\n    struct Inner {};\n};\n"
               "template <class T>\nclass Owner {\n};\nclass Later;\nstruct Wide make(); // struct Remark {\n} // namespace bytebound\n")
    assert check.types_of(several) == {("bytebound::fields", "Kind"), ("bytebound", "Wide"), ("bytebound", "Owner")}
    other = "namespace bytebound {\nenum class Kind {\n    b,\n};\nunion Wide {\n    int a;\n};\n} // namespace bytebound\n"
    breaches = []
    check.check_types({ROOT / "src/io/a.hpp": several, ROOT / "src/io/b.cpp": other}, breaches)
    assert breaches == ["src/io/b.cpp: type Wide of namespace bytebound is defined in src/io/a.hpp too"]


def test_only_the_command_line_writes_to_the_terminal():
    assert lint().OUTPUT_ALLOWED == {"cli"}


def test_lint_finds_a_line_of_a_page_that_is_too_long():
    breaches = []
    lint().check_page("docs/x.md", f"{'a' * 160}\n| {'b' * 157} |\n", breaches)
    assert breaches == ["docs/x.md:2: 161 characters; a line of a page has at most 160"]


def test_lint_finds_a_banned_word_in_a_text_of_the_program_but_not_in_a_comment():
    breaches = []
    source = 'f("no figure was "\n  "had here"); // was had\ng("wishbone is no longer here");\n'
    lint().check_words("src/x.cpp", source, breaches)
    assert breaches == ['src/x.cpp: "was had" in "no figure was had here"; see Words in CONTRIBUTING.md']


def test_lint_finds_an_unmistakable_word_in_a_comment_or_the_name_of_a_test():
    breaches = []
    source = 'f("no doubt"); // a figure that was\n    // had here\nTEST_CASE("a trace starts "\n          "anew") {\n'
    lint().check_comments("tests/x.cpp", source, breaches)
    assert breaches == ['tests/x.cpp: "anew" in "a trace starts anew"; see Words in CONTRIBUTING.md',
                        'tests/x.cpp: "was had" in "a figure that was had here"; see Words in CONTRIBUTING.md']


def test_no_page_contains_a_path_of_a_build_machine():
    for page in PAGES:
        assert not re.search(r"(^|[\s`(])/(work|tmp|root|home)/", page.read_text()), page.name


def test_pages_that_the_sources_refer_to_exist():
    named = set()
    for top in ("base", "counters", "src"):
        for source in (ROOT / top).rglob("*.[ch]pp"):
            named |= set(re.findall(r"\bdocs/[\w-]+\.md", source.read_text()))
    assert "docs/exit-codes.md" in named
    assert [name for name in named if not (ROOT / pathlib.Path(name)).exists()] == []


def page_text(name):
    return " ".join((ROOT / name).read_text().split())


def test_reading_a_report_lists_the_sections_in_their_order(tiny):
    page = (ROOT / "docs" / "reading-a-report.md").read_text()
    table = page.split("| section | content |\n|---|---|\n")[1].split("\n\n")[0]
    listed = [line.split("|")[1].strip() for line in table.splitlines()]
    sections = re.findall(r"^## (.*)", (tiny.path / "report.md").read_text(), re.M)
    assert len(sections) > 10
    assert sections == [section for section in listed if section in sections]


def test_commands_md_lists_every_copy_method():
    known = call("run", "--copy", "nope").stderr.rstrip("\n").split("known: ")[1].split(", ")
    row = re.search(r"^\| `--copy METHOD` \| (.*) \|$", (ROOT / "docs" / "commands.md").read_text(), re.M)[1]
    assert len(known) >= 2
    assert [method for method in known if not re.search(rf"\b{method}\b", row)] == []


def test_run_directory_md_lists_the_comment_lines_of_csv_files(tiny):
    comments, _, _ = read_csv(tiny.path / "samples.csv")
    listed = re.search(r"comment lines \(`#`: ([^)]*)\)", page_text("docs/run-directory.md"))[1].split(", ")
    assert [line.lstrip("# ").split(":")[0] for line in comments] == listed


def test_the_readme_calibrates_before_it_measures():
    lines = list(shell_lines(ROOT / "README.md"))
    kinds = [line.split()[1] for line in lines]
    assert kinds.index("calibrate") < kinds.index("run") < kinds.index("report")


def test_the_readme_counts_the_presets_and_those_with_memory_controllers():
    texts = [path.read_text() for path in (ROOT / "presets").glob("*.toml")]
    said = re.search(r"(\d+) presets, (\d+) of them with memory controllers, all taken from documents and none verified on "
                     r"hardware", page_text("README.md"))
    assert (int(said[1]), int(said[2])) == (len(texts), sum("\n[[dram]]" in text for text in texts))
    assert not any(re.search(r"^verified = true", text, re.M) for text in texts)


def test_the_factor_between_requested_and_dram_bytes_is_that_of_the_readme_s_table():
    text = (ROOT / "README.md").read_text()
    kib = {"KiB": 1, "MiB": 1024}
    factors = []
    for requested, unit, dram in re.findall(r"\| [\d.]+ [KM]iB : ([\d.]+) ([KM]iB) \| [\d.]+(?: \([^)]*\))? : ([\d.]+)\b",
                                              text):
        factors.append(float(requested) * kib[unit] / float(dram))
    assert factors, "the README has no table of requested and DRAM bytes"
    assert "by a factor of more than a hundred" in " ".join(text.split()) and max(factors) > 100


@pytest.mark.parametrize("collector", ["sim", "none"])
def test_ratios_to_the_bound_are_null_at_k_0_with_the_documented_reason(collector, tmp_path):
    assert 'With k = 0 the bound is 0 and ratios to it are null, reason "bound is 0"' in page_text("docs/figures.md")
    run = run_tiny(tmp_path / "run", "--ks", "0", "--loops", "paired,index", "--collector", collector)
    for row in run.summary["rows"]:
        assert row["bound_bytes"] == 0
        for metric in ("amplification", "requested_ratio"):
            assert row["metrics"][metric] is None and row["unavailable"][metric] == "bound is 0"
    index = next(row for row in run.summary["rows"] if row["loop"] == "index")
    assert index["metrics"]["rows_written"]["value"] == 64  # "index and mask copy all rows"


# Statements of former pages that were false.
FALSE = ["very code that", "time includes neither the cost of the clock", "`npx vl2svg`", "microarchitectures known",
         "Every bandwidth is also a percentage", "shows every bandwidth as a percentage", "by a factor of a hundred"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_repeats_a_statement_that_was_false(page):
    text = " ".join(page.read_text().split())
    assert [statement for statement in FALSE if statement in text] == []
