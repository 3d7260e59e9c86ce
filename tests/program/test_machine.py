"""doctor, events and topology compared with the kernel's own files."""
import json
import os
import pathlib
import subprocess

import jsonschema
import pytest

from conftest import call, schema

CPUS = pathlib.Path("/sys/devices/system/cpu")
DEVICES = pathlib.Path("/sys/bus/event_source/devices")
SOURCES = ["core PMU", "memory controller", "resctrl", "PAPI", "valgrind", "simulation", "clock"]


def document(*words):
    """The one JSON document that a --json command prints."""
    done = call(*words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def cpu_list(text):
    cpus = []
    for part in filter(None, text.strip().split(",")):
        first, _, last = part.partition("-")
        cpus += range(int(first), int(last or first) + 1)
    return cpus


# ------------------------------------------------------------------------------------------------- doctor


def test_doctor_validates_and_answers_for_every_source():
    answer = document("doctor", "--json")
    jsonschema.validate(answer, schema("doctor"))
    assert [source["source"] for source in answer["sources"]] == SOURCES
    for source in answer["sources"]:
        if source["available"] is False:
            assert source["cause"] and source["remedy"], source
    available = {source["source"]: source["available"] for source in answer["sources"]}
    assert available["simulation"] is True and available["clock"] is True and available["PAPI"] is False


def test_doctor_fits_one_screen():
    done = call("doctor")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    for source in SOURCES:
        assert any(line.startswith(source) for line in lines), source


def test_doctor_agrees_with_the_kernel_about_the_core_pmu():
    core = next(s for s in document("doctor", "--json")["sources"] if s["source"] == "core PMU")
    if not any((DEVICES / name).exists() for name in ("cpu", "cpu_core", "armv8_pmuv3_0")):
        assert core["available"] is False


def test_doctor_on_a_recorded_machine_opens_nothing(tmp_path):
    for name, text in {"proc/sys/kernel/osrelease": "6.1.0-test", "sys/devices/system/cpu/online": "0-3",
                       "proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\n"
                                       "model name\t: Some Xeon\nflags\t\t: fpu\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    answer = document("doctor", "--json", "--sysroot", tmp_path)
    jsonschema.validate(answer, schema("doctor"))
    assert answer["machine"]["live"] is False and answer["machine"]["cpus_online"] == 4
    assert answer["machine"]["cpu"] == "Some Xeon"
    assert answer["probes"] is None


def test_a_sysroot_that_is_missing_is_bad_data(tmp_path):
    for command in ("doctor", "topology"):
        done = call(command, "--sysroot", tmp_path / "nowhere")
        assert done.returncode == 5 and "nowhere" in done.stderr, (command, done.stderr)


# ------------------------------------------------------------------------------------------------- topology


def test_topology_agrees_with_lscpu_and_the_scheduler():
    machine = document("topology", "--json")
    table = subprocess.run(["lscpu", "-p=CPU,CORE,SOCKET"], text=True, capture_output=True, check=True).stdout
    rows = [tuple(map(int, line.split(","))) for line in table.splitlines() if not line.startswith("#")]
    assert sorted(machine["online"]) == sorted(cpu for cpu, _, _ in rows)
    assert set(machine["allowed"]) <= set(machine["online"])
    assert set(machine["allowed"]) == os.sched_getaffinity(0) & set(machine["online"])
    ours = {frozenset(core["cpus"]) for core in machine["cores"]}
    theirs = {}
    for cpu, core, socket in rows:
        theirs.setdefault((socket, core), set()).add(cpu)
    assert ours == {frozenset(cpus) for cpus in theirs.values()}
    assert len({core["package"] for core in machine["cores"]}) == len({socket for _, _, socket in rows})


def test_topology_has_the_caches_of_sysfs():
    machine = document("topology", "--json")
    expected = set()
    for index in CPUS.glob("cpu[0-9]*/cache/index[0-9]*"):
        def read(name):
            return (index / name).read_text().strip()
        size = read("size")
        assert size.endswith("K")
        expected.add((int(read("level")), read("type"), int(size[:-1]) * 1024, int(read("ways_of_associativity")),
                      int(read("coherency_line_size")), tuple(cpu_list(read("shared_cpu_list")))))
    if not expected:
        pytest.skip("sysfs has no caches here")
    ours = {(c["level"], c["type"], c["size_bytes"], c["ways"], c["line_bytes"], tuple(c["cpus"]))
            for c in machine["caches"]}
    assert ours == expected


def test_topology_has_the_nodes_of_the_kernel():
    machine = document("topology", "--json")
    nodes = sorted(int(p.name[4:]) for p in pathlib.Path("/sys/devices/system/node").glob("node[0-9]*"))
    assert sorted(node["id"] for node in machine["nodes"]) == (nodes or [0])
    text = call("topology").stdout
    assert text.strip()


# ------------------------------------------------------------------------------------------------- events


def resolved(*names):
    return {event["name"]: event for event in document("events", "resolve", *names, "--json")["events"]}


def test_resolve_gives_the_encodings_of_the_kernels_header():
    # Values of include/uapi/linux/perf_event.h: PERF_TYPE_SOFTWARE 1, PERF_COUNT_SW_TASK_CLOCK 1, _PAGE_FAULTS 2,
    # _CONTEXT_SWITCHES 3, _CPU_MIGRATIONS 4.
    events = resolved("task-clock", "page-faults:u", "context-switches", "cpu-migrations")
    for name, config in (("task-clock", 1), ("page-faults:u", 2), ("context-switches", 3), ("cpu-migrations", 4)):
        assert int(events[name]["event"]["type"], 0) == 1
        assert int(events[name]["event"]["config"], 0) == config
    assert events["page-faults:u"]["event"]["domain"] == "u"
    # Kernel events are never opened for user code only, because the kernel would count 0.
    for name in ("context-switches", "cpu-migrations"):
        assert events[name]["event"]["domain"] == "uk"


def test_resolve_parses_terms_by_the_pmus_format():
    if not (DEVICES / "msr/events/tsc").exists():
        pytest.skip("this machine has no PMU msr")
    kind = int((DEVICES / "msr/type").read_text())
    terms = (DEVICES / "msr/events/tsc").read_text().strip()  # event=0x00
    events = resolved("msr/tsc/", f"msr/{terms}/")
    for event in events.values():
        assert int(event["event"]["type"], 0) == kind
        assert int(event["event"]["config"], 0) == int(terms.split("=")[1], 0)
        assert event["event"]["domain"] == "-"


def test_resolve_of_an_absent_pmu_is_a_reason_not_an_error():
    event = resolved("uncore_nosuch_0/event=0x4,umask=0x3/")["uncore_nosuch_0/event=0x4,umask=0x3/"]
    assert event["event"] is None and event["opens"] is False
    assert "uncore_nosuch_0" in event["reason"]


def test_an_unknown_event_gets_a_suggestion():
    done = call("events", "resolve", "instructons")
    assert done.returncode == 2
    assert "instructons" in done.stderr and "instructions" in done.stderr.replace("instructons", "")
    assert done.stderr.count("\n") == 1


SKYLAKE = pathlib.Path(__file__).parents[1] / "fixtures/machines/intel-skx-2s"


def test_a_wrong_name_does_not_hide_what_the_others_became():
    done = call("events", "resolve", "--sysroot", SKYLAKE, "cycles", "sched:sched_switch", "imc/cas_count_read/", "cycels")
    assert done.returncode == 2
    assert [line.split(":", 2)[2].split(";")[0] for line in done.stderr.splitlines()] == [
        " resolve event sched:sched_switch: this is a tracepoint, and tracepoints are not counted",
        " resolve event cycels: no event has this name"]
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["cycles", "cpu", "0x0:0x0"] == rows[1][:3]
    assert ["imc/cas_count_read/", "uncore_imc_0", "and", "2", "more", "0xe:0x304"] == rows[2][:6]
    assert done.stdout.splitlines()[4:] == [
        "imc/cas_count_read/: the sum of uncore_imc_0, uncore_imc_1, uncore_imc_2"]
    done = call("events", "resolve", "--json", "--sysroot", SKYLAKE, "cycels", "imc/cas_count_read,name=reads/", "read")
    assert done.returncode == 2
    wrong, total, raw = json.loads(done.stdout)["events"]
    assert (wrong["known"], wrong["event"], wrong["reason"]) == (False, None, "no event has this name")
    assert wrong["remedy"] == "did you mean cycles?"
    assert total["known"] and total["label"] == "reads"
    assert [box["type"] for box in total["boxes"]] == ["0xe", "0xf", "0x10"]
    assert raw["boxes"] == [] and raw["caveat"] == "'read' is treated as a raw code; write r0xead if the code is meant"


def test_list_has_the_kernels_names_and_every_alias_of_sysfs():
    listed = {event["name"]: event for event in document("events", "list", "--json")["events"]}
    for name in ("cycles", "instructions", "LLC-load-misses", "task-clock", "page-faults", "context-switches"):
        assert name in listed
    for alias in DEVICES.glob("*/events/*"):
        if alias.suffix in (".scale", ".unit", ".snapshot", ".per-pkg") or "?" in alias.read_text():
            continue
        assert f"{alias.parent.parent.name}/{alias.name}/" in listed


def test_events_without_a_subcommand_is_wrong_usage():
    done = call("events", "lst")
    assert done.returncode == 2 and "list" in done.stderr.replace("lst", "")
    done = call("events", "resolve")
    assert done.returncode == 2
