"""bytebound presets: the shapes of its documents, the lines of its errors, and the user's own presets."""
import json
import re

import pytest

from conftest import ROOT, call

PRESETS = sorted((ROOT / "presets").glob("*.toml"))
NAMES = """intel-snbep intel-ivbep intel-hswep intel-bdx intel-skx intel-icx intel-spr intel-emr intel-gnr intel-srf
           intel-cwf intel-knl intel-spr-hbm intel-client intel-tgl intel-adl intel-mtl intel-lnl
           amd-zen1 amd-zen2 amd-zen3 amd-zen4 amd-zen5 arm-cmn ampere-altra ampereone nvidia-grace hisilicon-kunpeng
           marvell-thunderx2 ibm-power9 ibm-power10 fujitsu-a64fx apple-m generic""".split()

SOUND = """name = "mine"
title = "a test"
source = "nothing"
verified = false

[[match]]
vendor = "GenuineIntel"
family = 6
models = [0x6a]

[[dram]]
class = "ddr"
pmu = "uncore_imc_[0-9]+"
scope = "die"
overflow = "wrap"
privilege = "root"
read = [{ terms = "event=0x11", bytes_per_count = 16 }]
write = [{ terms = "event=0x12", bytes_per_count = 1 }]

[core]
no_llc_misses = "none"

[core.estimate]
pmu = "cpu"
read = "64*fills"

[core.estimate.events.fills]
terms = "event=0x44"
counts = "fills"
"""


@pytest.fixture
def no_config(tmp_path):
    """An environment without user presets."""
    (tmp_path / "config").mkdir()
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


@pytest.fixture
def icelake(tmp_path):
    """Two channels on two packages; the kernel's cas_count_write is Haswell's."""
    devices = tmp_path / "machine" / "sys/bus/event_source/devices"
    for number in range(2):
        box = devices / f"uncore_imc_{number}"
        for name, text in {"type": 12 + number, "cpumask": "0,1", "format/event": "config:0-7",
                           "format/umask": "config:8-15", "events/cas_count_write": "event=0x04,umask=0x0c"}.items():
            (box / name).parent.mkdir(parents=True, exist_ok=True)
            (box / name).write_text(f"{text}\n")
    proc = tmp_path / "machine" / "proc"
    proc.mkdir()
    (proc / "cpuinfo").write_text("processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n")
    return tmp_path / "machine"


def document(*words, env=None):
    done = call("presets", *words, "--json", env=env)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


# ------------------------------------------------------------------------------------------------- list, show


def test_list_lists_every_preset_of_the_tree(no_config):
    answer = document("list", env=no_config)
    names = [preset["name"] for preset in answer["presets"]]
    assert sorted(names) == sorted(path.stem for path in PRESETS)
    assert set(NAMES) <= set(names)
    assert not any(preset["verified"] for preset in answer["presets"])
    text = call("presets", "list", env=no_config).stdout
    for name in names:
        assert re.search(rf"^{name} ", text, re.M), name


def test_show_has_the_sources_in_order_with_bytes_per_count(no_config):
    answer = document("show", "intel-spr-hbm", env=no_config)
    assert (answer["name"], answer["verified"]) == ("intel-spr-hbm", False)
    assert [source["class"] for source in answer["dram"]] == ["ddr", "hbm"]
    ddr = answer["dram"][0]
    assert ddr["pmu"] == "uncore_imc_[0-9]+" and ddr["exclude"] == "uncore_imc_free_running.*"
    assert ddr["read"] == [{"terms": "event=0x05,umask=0xcf", "bytes_per_count": 64, "alias": "cas_count_read"}]
    assert ddr["write"] == [{"terms": "event=0x05,umask=0xf0", "bytes_per_count": 64, "alias": "cas_count_write"}]
    assert ddr["combined"] == []
    assert answer["errata"][0]["when"] == {"counted_by": "uncore_(hbm|type_14)_[0-9]+"}


def test_show_has_a_shape_for_every_preset(no_config):
    for name in NAMES:
        answer = document("show", name, env=no_config)
        assert answer["name"] == name and answer["verified"] is False
        assert bool(answer["dram"]) != bool(answer["no_dram"]) or name == "generic", name
        for source in answer["dram"]:
            assert source["class"] in ("ddr", "hbm", "pmem", "cxl")
            terms = source["read"] + source["write"] + source["combined"]
            assert terms
            for term in terms:  # the kernel's own, or the preset's
                assert name == "generic" and term["alias"] or term["bytes_per_count"] > 0 and term["terms"]
        for erratum in answer["errata"]:
            assert erratum["text"] and erratum["when"]


def test_show_prints_a_subtraction_as_negative_bytes(no_config):
    estimate = document("show", "fujitsu-a64fx", env=no_config)["estimate"]
    assert estimate["read"] == [{"event": "refills", "bytes_per_count": 256}, {"event": "swaps", "bytes_per_count": -256},
                                {"event": "merged_prefetches", "bytes_per_count": -256}]


def test_an_unknown_preset_is_refused_with_a_suggestion(no_config):
    done = call("presets", "show", "intel-icy", env=no_config)
    assert done.returncode == 2
    assert done.stderr == "bytebound: error: choose preset intel-icy: there is no preset of this name; did you mean " \
                          "intel-icx?\n"


# ------------------------------------------------------------------------------------------------- match


def test_match_lists_every_counter_that_would_be_opened(icelake, no_config):
    answer = document("match", "--sysroot", icelake, env=no_config)
    assert list(answer) == ["schema", "preset", "reason", "counters", "warnings"]
    assert answer["schema"] == "bytebound.presets/1"
    assert answer["preset"] == "intel-icx"
    # event 0x04 in bits 0-7, umask 0x0f or 0x30 in bits 8-15
    assert answer["counters"] == [
        {"pmu": f"uncore_imc_{box}", "type": 12 + box, "config": config, "config1": "0x0", "config2": "0x0", "cpu": cpu,
         "direction": direction, "class": "ddr", "bytes_per_count": 64}
        for box in (0, 1) for direction, config in (("read", "0xf04"), ("write", "0x3004")) for cpu in (0, 1)]
    assert answer["warnings"][0] == ("uncore_imc_0 and 1 more: the kernel's alias cas_count_write is config 0xc04, the "
                                     "preset's event=0x04,umask=0x30 is config 0x3004; the preset's is used")
    text = call("presets", "match", "--sysroot", icelake, env=no_config).stdout
    assert text.count("uncore_imc_0 ") == 5 and "warning: preset intel-icx is not verified" in text


def test_bytes_per_cas_replaces_all_but_single_bytes(icelake, no_config, tmp_path):
    mine = write(tmp_path / "mine.toml", SOUND)
    for words, sizes in {(): {16, 1}, ("--bytes-per-cas", "32"): {32, 1}}.items():
        answer = document("match", "--sysroot", icelake, "--bw-preset", mine, *words, env=no_config)
        assert {counter["bytes_per_count"] for counter in answer["counters"]} == sizes
    done = call("presets", "match", "--bytes-per-cas", "0")
    assert done.returncode == 2
    assert done.stderr == "bytebound: error: parse option --bytes-per-cas: 0 is out of range; give a whole number from 1 " \
                          "to 65536\n"


def test_no_matching_preset_is_null_with_the_reason(icelake, no_config):
    answer = document("match", "--sysroot", icelake, "--bw-preset", "amd-zen4", env=no_config)
    assert (answer["preset"], answer["counters"], answer["warnings"]) == (None, [], [])
    assert answer["reason"].startswith("--bw-preset amd-zen4; preset amd-zen4: no PMU amd_umc_[0-9]+; no PMU amd_df; ")
    assert document("match", "--sysroot", icelake, "--bw-preset", "none")["reason"] == "--bw-preset none"
    (icelake / "proc/cpuinfo").write_text("processor\t: 0\nvendor_id\t: CentaurHauls\n")
    answer = document("match", "--sysroot", icelake, env=no_config)
    assert answer["preset"] is None and answer["reason"].startswith("no preset matches CentaurHauls; preset generic: ")


def test_match_works_on_this_machine(no_config):
    answer = document("match", env=no_config)
    assert answer["reason"]
    assert (answer["preset"] is None) == (answer["counters"] == [])


# ------------------------------------------------------------------------------------------------- the user's presets


def test_a_users_preset_replaces_the_built_in_one(icelake, tmp_path, no_config):
    folder = tmp_path / "config/bytebound/presets"
    mine = write(folder / "intel-icx.toml", SOUND.replace('"mine"', '"intel-icx"'))
    answer = document("match", "--sysroot", icelake, env=no_config)
    assert answer["preset"] == "intel-icx" and str(mine) in answer["reason"]
    assert answer["counters"][0]["config"] == "0x11" and answer["counters"][0]["bytes_per_count"] == 16
    shown = document("show", "intel-icx", env=no_config)
    assert shown["file"] == str(mine) and shown["built_in"] is False
    home = document("show", "intel-icx", env={"XDG_CONFIG_HOME": "", "HOME": str(tmp_path)})
    assert home["built_in"] is True
    write(tmp_path / ".config/bytebound/presets/intel-icx.toml", mine.read_text())
    assert document("show", "intel-icx", env={"XDG_CONFIG_HOME": "", "HOME": str(tmp_path)})["built_in"] is False


def test_a_broken_user_preset_is_bad_data_everywhere(tmp_path, no_config):
    mine = write(tmp_path / "config/bytebound/presets/mine.toml", SOUND.replace("bytes_per_count = 16",
                                                                                "bytes_per_count = 0"))
    line = f'bytebound: error: read preset {mine}:17: key "bytes_per_count" is 0, not from 1 to 65536; see the files in ' \
           'presets/ for the keys\n'
    for words in (["presets", "list"], ["presets", "match"], ["presets", "show", "generic"], ["run", "--dry-run"]):
        done = call(*words, env=no_config)
        assert (done.returncode, done.stderr) == (5, line), words


# ------------------------------------------------------------------------------------------------- check


def test_all_presets_of_the_tree_pass_the_check_together():
    done = call("presets", "check", *PRESETS)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(": valid, ") == len(PRESETS)


BROKEN = {
    ('models = [0x6a]', 'modles = [0x6a]'): (9, 'unknown key "match.modles", did you mean "models"?'),
    ('bytes_per_count = 16', 'bytes_per_count = 0'): (17, 'key "bytes_per_count" is 0, not from 1 to 65536'),
    ('class = "ddr"', 'class = "sram"'): (12, 'key "class": "sram" is not one of ddr, hbm, pmem, cxl'),
    ('"64*fills"', '"64*fills - 32*half"'): (25, 'key "read": the event "half" is not defined under '
                                                 '[core.estimate.events]'),
    ('pmu = "cpu"', 'pmu = "amd_df"'): (24, 'key "pmu": an uncore event with thread scope: PMU amd_df counts all programs '
                                            'and cannot be opened on a thread'),
    ('"event=0x44"', '"event="'): (28, "key \"terms\": 'event=' is not a list of TERM=VALUE"),
}


@pytest.mark.parametrize("change", BROKEN, ids=lambda change: change[1])
def test_check_reports_file_line_key_and_reason(change, tmp_path):
    line, cause = BROKEN[change]
    mine = write(tmp_path / "mine.toml", SOUND.replace(*change))
    done = call("presets", "check", mine)
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr == f"bytebound: error: read preset {mine}:{line}: {cause}; see the files in presets/ for the keys\n"
    # The same file is also refused as the preset of a run.
    used = call("run", "--dry-run", "--bw-preset", mine)
    assert (used.returncode, used.stderr) == (5, done.stderr)


def test_check_lists_all_mistakes_of_all_files(tmp_path):
    first = write(tmp_path / "first.toml", SOUND.replace("family", "famly").replace("verified = false", ""))
    second = write(tmp_path / "second.toml", "name = \n")
    third = tmp_path / "missing.toml"
    sound = write(tmp_path / "sound.toml", SOUND.replace('"mine"', '"sound"').replace("0x6a", "0x6b"))
    done = call("presets", "check", first, second, third, sound, "--json")
    assert done.returncode == 5
    files = {file["file"]: file for file in json.loads(done.stdout)["files"]}
    assert [error["line"] for error in files[str(first)]["errors"]] == [1, 6, 8]
    assert files[str(first)]["errors"][2] == {"line": 8, "key": "match.famly",
                                              "reason": 'unknown key "match.famly", did you mean "family"?'}
    assert [error["line"] for error in files[str(second)]["errors"]] == [1]
    assert files[str(third)]["errors"][0]["reason"] == "the file is missing, unreadable or empty (ENOENT)"
    assert files[str(sound)] == {"file": str(sound), "preset": "sound", "ok": True, "errors": []}
    assert done.stderr.count("bytebound: error: read preset ") == 5 == done.stderr.count("\n")


def test_check_finds_two_files_for_one_cpu(tmp_path):
    first = write(tmp_path / "first.toml", SOUND)
    second = write(tmp_path / "second.toml", SOUND.replace('"mine"', '"second"').replace("[0x6a]", "[[0x60, 0x6f]]"))
    done = call("presets", "check", first, second)
    assert done.returncode == 5
    assert done.stderr == (f"bytebound: error: read preset {second}:6: key \"match\": {first}:6 matches the same machines, and "
                           "no feature test (key \"devices\") decides; see the files in presets/ for the keys\n")
    write(second, second.read_text().replace("family = 6", 'family = 6\ndevices = ["uncore_hbm_[0-9]+"]'))
    assert call("presets", "check", first, second).returncode == 0


def test_the_arguments_of_the_command_are_checked():
    for words, cause in {("list", "x"): "argument 'x': not expected here", ("check",): "argument FILE: it is missing",
                         ("show",): "argument NAME: it is missing",
                         ("shw",): "argument 'shw': unknown action; did you mean 'show'?"}.items():
        done = call("presets", *words)
        assert done.returncode == 2 and cause in done.stderr and done.stderr.count("\n") == 1, done.stderr
