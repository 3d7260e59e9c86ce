"""What `meson install` installs, used as other programs use it: only headers, libraries and pkg-config."""
import fcntl
import json
import os
import pathlib
import re
import subprocess
from types import SimpleNamespace

import pytest

from conftest import ROOT, binary

PARTS = pathlib.Path(__file__).parent / "library"
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror"]


def must(*words, **options):
    done = subprocess.run([str(word) for word in words], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The libraries of the build that BYTEBOUND is of, installed into a folder of this session."""
    build = binary().parent
    if not (build / "build.ninja").exists():
        pytest.skip(f"{build} is not a build folder")
    with open(build / ".library-test.lock", "w") as lock:  # two sessions build the same targets
        fcntl.flock(lock, fcntl.LOCK_EX)
        names = re.findall(r"^(library/\S+): \w+_LINKER", must("ninja", "-C", build, "-t", "targets", "all"), re.M)
        must("ninja", "-C", build, *names)
        root = tmp_path_factory.mktemp("installed")
        must("meson", "install", "-C", build, "--no-rebuild", "--destdir", root)
    (config,) = root.rglob("bytebound-counters.pc")
    (shared,) = root.rglob("libbytebound-counters.so.1.*")
    environment = {**os.environ, "PKG_CONFIG_SYSROOT_DIR": str(root), "PKG_CONFIG_PATH": str(config.parent),
                   "LD_LIBRARY_PATH": str(shared.parent)}
    environment.pop("LD_PRELOAD", None)
    return SimpleNamespace(root=root, shared=shared, headers=next(root.rglob("bytebound.h")).parent, env=environment)


def flags(installed, *words):
    return must("pkg-config", *words, "bytebound-counters", env=installed.env).split()


def build(installed, source, out, *words, compiler="gcc", static=False):
    link = flags(installed, *(["--static"] if static else []), "--cflags", "--libs")
    must(compiler, *words, *WARNINGS, source, "-o", out, *(["-static"] if static else []), *link, env=installed.env)
    return out


@pytest.fixture(scope="session")
def probe(installed, tmp_path_factory):
    out = build(installed, PARTS / "probe.c", tmp_path_factory.mktemp("probe") / "probe", "-std=gnu11", "-O1")
    return lambda *words: must(out, *words, env=installed.env)


def declared(header):
    """The functions that a header declares, outside of comments."""
    return set(re.findall(r"(?<!define )\b(bytebound_\w+)\(", re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)))


def test_exactly_the_documented_files_are_installed(installed):
    files = {str(p.relative_to(installed.root)) for p in installed.root.rglob("*") if p.is_file() or p.is_symlink()}
    short = {re.sub(r"^.*?/((?:include/bytebound|pkgconfig)/[^/]*|lib[\w-]+\.(?:so[\d.]*|a)|bin/.*)$", r"\1", f) for f in files}
    short = {re.sub(r"^.*/(bytebound\.py)$", r"\1", f) for f in short}
    assert short == {"bin/bytebound", "bin/tune-system", "include/bytebound/bytebound.h", "include/bytebound/bytebound.hpp",
                     "include/bytebound/google_benchmark.hpp", "include/bytebound/loop.h", "bytebound.py",
                     "libbytebound-counters.a",
                     "libbytebound-counters.so", "libbytebound-counters.so.1", "libbytebound-counters.so.1.0.0",
                     "pkgconfig/bytebound-counters.pc"}


def test_the_exported_symbols_are_those_of_the_header_and_of_the_page(installed):
    exported = must("nm", "-D", "--defined-only", installed.shared).split()[2::3]
    symbols = {name for name in exported if "@" in name}
    assert set(exported) - symbols == {"BYTEBOUND_COUNTERS_1"}
    assert {name.split("@@")[1] for name in symbols} == {"BYTEBOUND_COUNTERS_1"}
    names = {name.split("@@")[0] for name in symbols}
    assert names == declared(installed.headers / "bytebound.h")
    page = (ROOT / "docs" / "library.md").read_text().split("## The C interface")[1].split("\n## ")[0]
    assert names == set(re.findall(r"`(bytebound_\w+)`", "\n".join(l for l in page.splitlines() if l.startswith("|"))))


def test_the_shared_library_needs_only_the_c_and_cpp_runtime(installed):
    dynamic = must("readelf", "-d", installed.shared)
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    assert {"libc.so.6", "libstdc++.so.6"} <= needed
    assert needed - {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6"} <= {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
    assert re.findall(r"\(SONAME\).*\[(.*)\]", dynamic) == ["libbytebound-counters.so.1"]


@pytest.mark.parametrize("compiler, standard", [("gcc", "c99"), ("g++", "c++11")])
def test_the_c_header_is_old_and_strict(installed, tmp_path, compiler, standard):
    source = tmp_path / ("a.c" if compiler == "gcc" else "a.cpp")
    source.write_text("#include <bytebound/bytebound.h>\n")
    must(compiler, f"-std={standard}", *WARNINGS, "-fsyntax-only", *flags(installed, "--cflags"), source, env=installed.env)


def assert_counts_a_loop(output):
    lines = output.splitlines()
    assert [line.split(":")[0] for line in lines] == ["instructions", "page-faults", "task-clock"]
    assert re.fullmatch(r"instructions: (\d{6,} |n/a: .+)", lines[0])
    assert re.fullmatch(r"page-faults: \d+ ?", lines[1])
    assert 100_000 < int(re.fullmatch(r"task-clock: (\d+) ns", lines[2])[1]) < 10**9


@pytest.mark.parametrize("static", [False, True], ids=["shared", "static"])
def test_the_c_example_counts_a_loop(installed, tmp_path, static):
    program = build(installed, ROOT / "examples/count.c", tmp_path / "count", "-std=c99", "-O2", static=static)
    assert_counts_a_loop(must(program, env=installed.env))


def test_the_cpp_example_counts_a_loop(installed, tmp_path):
    program = build(installed, ROOT / "examples/count.cpp", tmp_path / "count", "-std=c++17", "-O1", compiler="g++")
    assert_counts_a_loop(must(program, env=installed.env))


def python(installed, *words, **environment):
    """The system's python3 with the installed module."""
    folder = next(installed.root.rglob("bytebound.py")).parent
    env = {**installed.env, "PYTHONPATH": str(folder), **environment}
    return subprocess.run(["/usr/bin/python3", *map(str, words)], env=env, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)


def test_the_python_example_counts_a_loop(installed):
    done = python(installed, ROOT / "examples/count.py")
    assert done.returncode == 0, done.stderr
    assert_counts_a_loop(done.stdout)


def test_python_says_why_nothing_can_be_counted(installed):
    done = python(installed, ROOT / "examples/count.py", BYTEBOUND_LIBRARY="/nowhere/libmissing.so")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == ("libbytebound-counters cannot be loaded: /nowhere/libmissing.so: cannot open shared object file: "
                           "No such file or directory\n")


def test_python_gets_values_reasons_and_codes(installed):
    done = python(installed, PARTS / "count_pages.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "page-faults of 256 pages of numpy: yes",
        "PAPI_TOT_INS None not available: only collector papi counts it, which this library does not include",
        "code 2: resolve event cylces: no event has this name; did you mean cycles?",
        "code 2: read counters: begin() was not called, or the set is closed",
        "code 5: read counters: another thread opened the set",
        "code 6: read counters: the set was opened before a fork",
        "closed code 2",
    ]


@pytest.mark.parametrize("writes, pages", [(1, 1), (1000, 64)])
def test_known_stores_and_page_faults_are_counted_exactly(probe, writes, pages):
    watched, faults, papi = probe("work", writes, pages).splitlines()
    if "not available" in watched:
        pytest.skip(watched)
    assert re.fullmatch(rf"mem:0x[0-9a-f]+/4:w\|counted\|counted\|{writes}\|\|", watched)
    assert faults == f"page-faults|counted|counted|{pages}||"
    assert papi == "PAPI_TOT_INS|not available||none 4 1||only collector papi counts it, which this library does not include"


def test_a_difference_has_a_value_only_if_it_was_counted(probe):
    failed = "page-faults|read failed||none 4 1||the kernel returned no value or an impossible one"
    assert probe("differences").splitlines() == [
        "page-faults|counted|counted|100||",
        "page-faults|scaled|scaled|200||",  # 100 counts, half of the time
        "page-faults|never ran||none 4 1||no counter was free for it during the interval",
        failed,  # the count decreased
        failed,  # it ran for longer than it was enabled
        failed,  # a time decreased
    ]


def test_wrong_threads_forks_and_arguments_get_their_codes(probe):
    assert probe("misuse").splitlines() == [
        "end without begin 2",
        "page-faults|read failed||none 4 1||the kernel returned no value or an impossible one",
        "null 2 2 2 2 2",
        "no value 4 2 7",
        "events 1 0 1",
        "read error 4 ''",
        "other thread 5",
        "fork 6",
        "own thread 0",
    ]


@pytest.mark.parametrize("names, size, line", [
    ("cylces", 200, "resolve event cylces: no event has this name; did you mean cycles?"),
    ("cylces", 20, "resolve event cylce"),
    ("cylces", 1, ""),
    ("cylces", 0, ""),
    ("", 200, "open events '': it lists no event; list names, separated by commas"),
    ("page-faults,", 200, "resolve event: the name is empty; see bytebound events list"),
    ("cycles,cycles", 200, "open events cycles: it is listed twice; list it once"),
])
def test_names_that_are_no_events_are_refused_in_one_line(probe, names, size, line):
    assert probe("open", names, size) == f"2 1 {line}\n"


def test_wrong_arguments_of_open_are_refused(probe):
    assert probe("null") == ("2 1 open events: the names are a null pointer; pass a text\n"
                             "2 1 open events: unknown flag; pass 0 or BYTEBOUND_MULTIPLEX\n")


def benchmarks(installed, source, out):
    """A program with Google Benchmark, and what its report contains: context and benchmarks by name."""
    config = subprocess.run(["pkg-config", "--cflags", "--libs", "benchmark"], text=True, capture_output=True)
    if config.returncode != 0:
        pytest.skip("Google Benchmark is not installed")
    must("g++", "-std=c++17", "-O1", *WARNINGS, source, "-o", out, *flags(installed, "--cflags", "--libs"),
         *config.stdout.split(), "-pthread", env=installed.env)
    report = json.loads(must(out, "--benchmark_format=json", "--benchmark_min_time=0.01", env=installed.env))
    return report["context"], report["benchmarks"]


def test_google_benchmark_gets_counters_per_iteration_of_all_threads(installed, tmp_path):
    context, rows = benchmarks(installed, PARTS / "bench_counters.cpp", tmp_path / "bench")
    assert context["bytebound PAPI_TOT_INS"] == "n/a: only collector papi counts it, which this library does not include"
    measured = [row for row in rows if row["run_type"] == "iteration" and not row.get("error_occurred")]
    faults = {(row["name"].split("/")[0], row["threads"]): row["page-faults"] for row in measured}
    assert set(faults) == {("scoped", 1), ("scoped", 2), ("scoped", 4), ("Fixture", 2)}
    for (name, threads), value in faults.items():  # some more for the stack and the first call, in 2000 iterations
        expected = 4 if name == "scoped" else 8
        assert expected <= value < expected + 0.1, (name, threads)
    for row in measured:
        assert "PAPI_TOT_INS" not in str(row.keys()) and row["task-clock [ns]"] > 100
    (skipped,) = [row for row in rows if row.get("error_occurred")]
    assert "page-faults" not in skipped


def test_the_google_benchmark_example_runs(installed, tmp_path):
    context, rows = benchmarks(installed, ROOT / "examples/google_benchmark.cpp", tmp_path / "bench")
    assert len(rows) == 4
    for row in rows:
        assert row["page-faults"] < 1 and 10 < row["task-clock [ns]"] < 10**7
        for event in ("instructions", "LLC-load-misses"):  # a value, or a reason in the context
            assert row.get(event, 0) > 0 or context["bytebound " + event].startswith("n/a: ")
