"""Machines under tests/fixtures/machines: what doctor says of them, and which counters a preset would open there.

Every tree has a NOTE that tells what is odd about it and where its facts come from, a golden doctor output and a golden
`presets match`. The config words are derived by hand below, from the vendor's table and the tree's format files.
Goldens are written only when asked: BYTEBOUND_WRITE_GOLDEN=1 pytest tests/program/test_fixtures.py
"""
import json
import os
import pathlib

import jsonschema
import pytest

from conftest import ROOT, call, schema

MACHINES = ROOT / "tests" / "fixtures" / "machines"
GOLDEN = ROOT / "tests" / "fixtures" / "golden"
TREES = sorted(path.name for path in MACHINES.iterdir())

# ------------------------------------------------------------------------------------------------- expected counters


def word(direction, config, size, config1="0x0", config2="0x0", memory="ddr"):
    """One event of a box: direction, config words, bytes per count, memory class."""
    return direction, memory, size, config, config1, config2


def boxes(names, cpus, *words):
    """The counters of boxes that all have the same cpumask."""
    return [(name, cpu, *w) for name in names for cpu in cpus for w in words]


def imc(*numbers):
    return [f"uncore_imc_{n}" for n in numbers]


def none(reason):
    """No counter and so no preset; `reason` must be part of why."""
    return None, reason


# Intel server channels: event:config:0-7, umask:config:8-15. 64 bytes per CAS command.
# CAS_COUNT event=0x04: umask 0x03 reads, 0x0c writes -> 0x03 << 8 | 0x04 = 0x304, 0x0c << 8 | 0x04 = 0xc04.
SNBEP = (word("read", "0x304", 64), word("write", "0xc04", 64))
# Ice Lake-SP: umask 0x0f reads, 0x30 writes (0x0c would be underfill reads) -> 0x0f04, 0x3004.
ICX = (word("read", "0xf04", 64), word("write", "0x3004", 64))
# Sapphire Rapids: event=0x05, umask 0xcf and 0xf0; umask:config:8-15,32-55, whose low byte still lies at 8 -> 0xcf05.
SPR = (word("read", "0xcf05", 64), word("write", "0xf005", 64))
# Granite Rapids: the second subchannel is event 0x06.
GNR = SPR + (word("read", "0xcf06", 64), word("write", "0xf006", 64))
# Sapphire Rapids HBM: the same events on other boxes.
SPR_HBM = (word("read", "0xcf05", 64, memory="hbm"), word("write", "0xf005", 64, memory="hbm"))
# Knights Landing: event=0x03, umask 0x01 and 0x02 -> 0x103, 0x203. MCDRAM: RPQ_INSERTS event=0x01,umask=0x01 -> 0x101,
# WPQ_INSERTS event=0x02,umask=0x01 -> 0x102.
KNL = (word("read", "0x103", 64), word("write", "0x203", 64))
KNL_MCDRAM = (word("read", "0x101", 64, memory="hbm"), word("write", "0x102", 64, memory="hbm"))
# Skylake to Rocket Lake client: event:config:0-7, data_reads 0x01, data_writes 0x02.
CLIENT = (word("read", "0x1", 64), word("write", "0x2", 64))
# Free-running: event=0xff, umask=0x20 reads, 0x30 writes -> 0x20ff, 0x30ff.
FREE_RUNNING = (word("read", "0x20ff", 64), word("write", "0x30ff", 64))
# Free-running on Ice Lake-SP: umask=0x20 reads, 0x21 writes -> 0x20ff, 0x21ff; 64 bytes, regardless of .scale.
ICX_FREE_RUNNING = (word("read", "0x20ff", 64), word("write", "0x21ff", 64))
# Optane: PMM_RPQ_INSERTS event=0xe3, PMM_WPQ_INSERTS event=0xe7, no umask.
PMEM = (word("read", "0xe3", 64, memory="pmem"), word("write", "0xe7", 64, memory="pmem"))
# Meteor Lake and later: RD_DATA event=0x3a, WR_DATA event=0x3b, chunks of 32 bytes; no umask.
CHUNKS = (word("read", "0x3a", 32), word("write", "0x3b", 32))

# AMD data fabric to Zen 3: event:config:0-7,32-35,59-60, umask:config:8-15. DRAM_CHANNEL_n: event 0x07 + 0x40 n,
# umask 0x38, reads and writes together. n = 0: 0x38 << 8 | 0x07 = 0x3807. n = 4: event 0x107, its bit 8 goes to
# config bit 32 -> 0x1_0000_3807.
ZEN1 = (word("combined", "0x3807", 64), word("combined", "0x3847", 64))
ZEN2 = tuple(word("combined", config, 64) for config in
             ("0x3807", "0x3847", "0x3887", "0x38c7", "0x100003807", "0x100003847", "0x100003887", "0x1000038c7"))
# amd_umc: event:config:0-7, rdwrmask:config:8-9. CAS command event=0x0a, mask 1 reads, 2 writes -> 0x10a, 0x20a.
UMC = (word("read", "0x10a", 64), word("write", "0x20a", 64))
# Zen 4 data fabric: event:config:0-7,32-37, umask:config:8-15,24-27. local_processor_read_data_beats_csN: event 0x1f +
# 0x40 N, umask 0x7fe: 0xfe << 8, 0x7 << 24 -> N = 0: 0x700fe1f; N = 4: event 0x11f -> bit 32 -> 0x1_0700_fe1f;
# N = 11: event 0x2df -> 0x2 << 32 -> 0x2_0700_fedf. Writes have umask 0x7ff.
ZEN4_DF_READS = ("0x700fe1f 0x700fe5f 0x700fe9f 0x700fedf 0x10700fe1f 0x10700fe5f "
                 "0x10700fe9f 0x10700fedf 0x20700fe1f 0x20700fe5f 0x20700fe9f 0x20700fedf").split()
ZEN4_DF_WRITES = ("0x700ff1f 0x700ff5f 0x700ff9f 0x700ffdf 0x10700ff1f 0x10700ff5f "
                  "0x10700ff9f 0x10700ffdf 0x20700ff1f 0x20700ff5f 0x20700ff9f 0x20700ffdf").split()
ZEN4_DF = tuple(word("read", c, 64) for c in ZEN4_DF_READS) + tuple(word("write", c, 64) for c in ZEN4_DF_WRITES)
# Zen 5 data fabric: umask 0xffe and 0xfff instead: 0xf00fe1f, as in the kernel's patches (0x0f00fe1f).
ZEN5_DF_READS = ("0xf00fe1f 0xf00fe5f 0xf00fe9f 0xf00fedf 0x10f00fe1f 0x10f00fe5f "
                 "0x10f00fe9f 0x10f00fedf 0x20f00fe1f 0x20f00fe5f 0x20f00fe9f 0x20f00fedf").split()
ZEN5_DF_WRITES = ("0xf00ff1f 0xf00ff5f 0xf00ff9f 0xf00ffdf 0x10f00ff1f 0x10f00ff5f "
                  "0x10f00ff9f 0x10f00ffdf 0x20f00ff1f 0x20f00ff5f 0x20f00ff9f 0x20f00ffdf").split()
ZEN5_DF = tuple(word("read", c, 64) for c in ZEN5_DF_READS) + tuple(word("write", c, 64) for c in ZEN5_DF_WRITES)

# DMC-620: mask:config:0-44, match:config1:0-44, event:config2:3-8, clkdiv2:config2:9. clkdiv2_rdwr event=0x12:
# config2 = 0x12 << 3 | 1 << 9 = 0x290; mask=1; match 0 reads, 1 writes.
DMC620 = (word("read", "0x1", 64, "0x0", "0x290"), word("write", "0x1", 64, "0x1", "0x290"))
# CMN mesh: type:config:0-15, eventid:config:16-26. hnf_mc_reqs type=5, eventid=0xd -> 0xd0005.
CMN = (word("combined", "0xd0005", 64),)
# Grace: event:config:0-63. cmem_rd_data 0x1a5 counts 32-byte beats, cmem_wr_total_bytes 0x1db counts bytes.
GRACE = (word("read", "0x1a5", 32), word("write", "0x1db", 1))
# Vera: the kernel's names, event:config:0-32. In the one tree mem_bytes_rd is 0x11c, mem_bytes_wr 0x11d; in the other, as
# in Linux, 0x123 and 0x124, with dst_loc_cmem in bit 8 of config1. Both count bytes.
VERA = (word("read", "0x11c", 1), word("write", "0x11d", 1))
VERA_FILTERS = (word("read", "0x123", 1, "0x100"), word("write", "0x124", 1, "0x100"))
# Yitian 710: the kernel's names, event:config1:0-5 there. hif_rd 0x20, hif_wr 0x21, hif_rmw 0x22, which is a write.
YITIAN = (word("read", "0x0", 64, "0x20"), word("write", "0x0", 64, "0x21"), word("write", "0x0", 64, "0x22"))
# AmpereOne: event:config:0-8. rd_sent 0x03, wr_sent 0x05; with auto-precharge rda_sent 0x04, wra_sent 0x06.
AMPEREONE = (word("read", "0x3", 64), word("read", "0x4", 64), word("write", "0x5", 64), word("write", "0x6", 64))
# ThunderX2: event:config:0-4. read_txns 0x0f, write_txns 0x0b.
THUNDERX2 = (word("read", "0xf", 64), word("write", "0xb", 64))
# Kunpeng 920: version 1 event:config:0-4, flux_rd 0x01, flux_wr 0x00; version 2 event:config:0-7, 0x84, 0x83.
KUNPENG_V1 = (word("read", "0x1", 32), word("write", "0x0", 32))
KUNPENG_V2 = (word("read", "0x84", 32), word("write", "0x83", 32))
# POWER9: the firmware's codes, through the events' names. 64 bytes per count, although the names contain 128B.
POWER9_01 = (word("read", "0x118", 64), word("read", "0x120", 64), word("write", "0x128", 64),
             word("write", "0x130", 64))
POWER9_23 = (word("read", "0x198", 64), word("read", "0x1a0", 64), word("write", "0x1a8", 64),
             word("write", "0x1b0", 64))

FREE_BOXES = ["uncore_imc_free_running_0", "uncore_imc_free_running_1"]
NO_IMC = "no PMU uncore_imc_[0-9]+"
UNMATCHED = "it is not known which PMU and event count memory traffic on this CPU"
FABRIC = "the data fabric does not distinguish reads from writes"
SATURATES = "before Linux 6.16 the counters of amd_umc saturate at 48 bits"
TWO_PASSES = "8 events on 4 counters: 2 passes"
SIX_PASSES = "24 events on 4 counters: 6 passes"
HBM_32 = "HBM bytes assume 64 bytes per CAS"

# tree: (preset, counters, what the warnings must say, one part of each)
EXPECTED = {
    # Intel servers
    "intel-snbep-no-scale": ("intel-snbep", boxes(imc(0, 1), [0, 8], *SNBEP), []),
    "intel-ivbep-offline-cpus": ("intel-ivbep", boxes(imc(0, 1), [0, 14], *SNBEP), []),
    "intel-hswep-cod": ("intel-hswep", boxes(imc(0, 1, 4, 5), [0, 18], *SNBEP), []),
    "intel-bdx-de": ("intel-bdx", boxes(imc(0, 1), [0], *SNBEP), []),
    "intel-skx-2s": ("intel-skx", boxes(imc(0, 1, 2), [0, 28], *SNBEP), []),
    "intel-clx-2s": ("intel-skx", boxes(imc(0, 1), [0, 24], *SNBEP, *PMEM), []),
    # The boxes of the offline package have an empty cpumask.
    "intel-skx-offline-package": ("intel-skx", boxes(imc(0, 1), [0], *SNBEP), ["uncore_imc_6: its cpumask is empty"]),
    "intel-icx-broken-alias": ("intel-icx", boxes(imc(0, 1), [0, 40], *ICX),
                               ["alias cas_count_read is config 0x304, the preset's event=0x04,umask=0x0f",
                                "alias cas_count_write is config 0xc04, the preset's event=0x04,umask=0x30",
                                "this kernel has the Haswell umasks for Ice Lake-SP"]),
    "intel-icx-snc2": ("intel-icx", boxes(imc(0, 1), [0, 40], *ICX), []),
    # 3.814697266e-6 MiB = 4 bytes
    "intel-icx-free-running-only": ("intel-icx", boxes(FREE_BOXES, [0, 12], *ICX_FREE_RUNNING),
                                    ["alias read is scaled to 4 bytes", "alias write is scaled to 4 bytes",
                                     "this kernel scales the free-running counters to 4 bytes"]),
    "intel-icx-driver-missing": (*none(NO_IMC), []),
    "intel-lockdown-confidentiality": (*none(NO_IMC), []),
    "intel-snr-free-running": ("intel-snr", boxes(imc(0, 1), [0], *ICX), []),
    "intel-spr-no-alias": ("intel-spr", boxes(imc(0, 1), [0, 56], *SPR), []),
    "intel-emr-alias": ("intel-emr", boxes(imc(0, 1), [0, 64], *SPR), []),
    "intel-spr-hbm": ("intel-spr-hbm", boxes(imc(0, 1), [0, 56], *SPR) +
                      boxes(["uncore_hbm_0", "uncore_hbm_1"], [0, 56], *SPR_HBM), [HBM_32]),
    "intel-spr-hbm-type-14": ("intel-spr-hbm", boxes(["uncore_type_14_0", "uncore_type_14_1"], [0], *SPR_HBM),
                              [HBM_32]),
    "intel-gnr-half-alias": ("intel-gnr", boxes(imc(0, 1), [0, 128], *GNR), ["it counts subchannel 0 only"]),
    "intel-gnr-old-kernel": (*none(NO_IMC), []),
    "intel-srf-subchannels": ("intel-srf", boxes(imc(0, 1), [0], *GNR), []),
    "intel-knl": ("intel-knl", boxes(imc(0, 1), [0], *KNL) +
                  boxes(["uncore_edc_eclk_0", "uncore_edc_eclk_1"], [0], *KNL_MCDRAM), ["where MCDRAM works as"]),
    # The kernel's own aliases, 6.103515625e-5 MiB = 64 bytes: event=0x05,umask=0xcf and 0xf0, as on Sapphire Rapids.
    "intel-unknown-model": ("generic", boxes(imc(0, 1), [0], *SPR), ["which no preset confirms for this CPU"]),
    "intel-vm-counts-zero": (*none(NO_IMC), []),
    # Intel clients
    "intel-client-skl": ("intel-client", boxes(["uncore_imc"], [0], *CLIENT), []),
    "intel-tgl-free-running": ("intel-tgl", boxes(FREE_BOXES, [0], *FREE_RUNNING), []),
    "intel-adl-hybrid-user": ("intel-adl", boxes(FREE_BOXES, [0], *FREE_RUNNING), []),
    "intel-mtl": ("intel-mtl", boxes(imc(0, 1), [0], *CHUNKS), []),
    "intel-lnl": ("intel-lnl", boxes(imc(0, 1), [0], *CHUNKS), []),
    "intel-nvl-family-18": ("intel-lnl", boxes(imc(0, 1), [0], *CHUNKS), []),
    # AMD
    "amd-naples-zen1": ("amd-zen1", boxes(["amd_df"], range(0, 64, 8), *ZEN1), [FABRIC]),
    "hygon-dhyana": ("amd-zen1", boxes(["amd_df"], range(0, 32, 8), *ZEN1), [FABRIC]),
    "amd-rome-df": ("amd-zen2", boxes(["amd_df"], [0], *ZEN2),
                    ["its cpumask 0 has 1 CPUs where 2 are expected", FABRIC, TWO_PASSES]),
    "amd-milan-nps4": ("amd-zen3", boxes(["amd_df"], [0, 64], *ZEN2),
                       [FABRIC, "described for one NUMA node per socket (NPS1)", TWO_PASSES]),
    "amd-desktop-nmi-watchdog": ("amd-zen3", boxes(["amd_df"], [0], *ZEN2), [FABRIC, TWO_PASSES]),
    "amd-genoa-umc": ("amd-zen4", boxes(["amd_umc_0", "amd_umc_1"], [0], *UMC) +
                      boxes(["amd_umc_12", "amd_umc_13"], [96], *UMC), [SATURATES]),
    "amd-genoa-umc-wrong-cpumask": ("amd-zen4", boxes(["amd_umc_0", "amd_umc_12"], [0], *UMC),
                                    ["all boxes together reach 1 of 2 packages", SATURATES]),
    "amd-genoa-old-kernel": ("amd-zen4", boxes(["amd_df"], [0, 96], *ZEN4_DF),
                             ["traffic of devices and of the other socket is missing", SIX_PASSES]),
    "amd-turin-umc": ("amd-zen5", boxes(["amd_umc_0"], [0], *UMC) + boxes(["amd_umc_12"], [128], *UMC), [SATURATES]),
    "amd-turin-df-only": ("amd-zen5", boxes(["amd_df"], [0], *ZEN5_DF), ["traffic of devices is missing", SIX_PASSES]),
    "amd-vm-no-vpmu": (*none("no PMU amd_umc_[0-9]+; no PMU amd_df"), []),
    # Arm, POWER, RISC-V
    "arm-altra-dmc620": ("ampere-altra", boxes([f"arm_dmc620_10008c{n}00" for n in (0, 4, 8)], [0], *DMC620), []),
    "arm-graviton2-metal-cmn": ("arm-cmn", boxes(["arm_cmn_0"], [0], *CMN), ["an upper bound"]),
    "arm-graviton2-metal-cmn-missing": (*none("no PMU arm_cmn(_[0-9]+)?"), []),
    "arm-graviton3-vm": (*none("no PMU arm_cmn(_[0-9]+)?"), []),
    "nvidia-gb10": (*none(UNMATCHED), []),
    "guest-apple-vz": (*none("no PMU arm_cmn(_[0-9]+)?"), []),
    "guest-openstack": (*none("no PMU arm_cmn(_[0-9]+)?"), []),
    "guest-wsl2": (*none(NO_IMC), []),
    "s390x-z15": (*none(UNMATCHED), []),
    "arm-big-little": (*none(UNMATCHED), []),
    "arm-big-little-6.1": (*none(UNMATCHED), []),
    "arm-ampereone": ("ampereone", boxes(["ampere_mcu_pmu_0", "ampere_mcu_pmu_1"], [0], *AMPEREONE), []),
    "arm-kunpeng-920-v1": ("hisilicon-kunpeng", boxes(["hisi_sccl1_ddrc0"], [0], *KUNPENG_V1) +
                           boxes(["hisi_sccl3_ddrc0"], [24], *KUNPENG_V1), ["no document gives the unit of flux_rd"]),
    "arm-kunpeng-920-v2": ("hisilicon-kunpeng", boxes(["hisi_sccl1_ddrc0"], [0], *KUNPENG_V2) +
                           boxes(["hisi_sccl3_ddrc0"], [24], *KUNPENG_V2), ["no document gives the unit of flux_rd"]),
    "arm-thunderx2": ("marvell-thunderx2", boxes(["uncore_dmc_0"], [0], *THUNDERX2) +
                      boxes(["uncore_dmc_1"], [32], *THUNDERX2), ["counts channel 0 and multiplies"]),
    "arm-a64fx": (*none("preset fujitsu-a64fx: the kernel has no PMU for the HBM2"), []),
    "apple-m1": (*none("preset apple-m: Linux has no memory counter for this CPU"), []),
    "nvidia-grace": ("nvidia-grace", boxes(["nvidia_scf_pmu_0"], [0], *GRACE) +
                     boxes(["nvidia_scf_pmu_1"], [72], *GRACE), []),
    "nvidia-vera": ("nvidia-vera", boxes(["nvidia_ucf_pmu_0"], [0], *VERA) +
                    boxes(["nvidia_ucf_pmu_1"], [4], *VERA), []),
    "nvidia-vera-filters": ("nvidia-vera", boxes(["nvidia_ucf_pmu_0"], [0], *VERA_FILTERS) +
                            boxes(["nvidia_ucf_pmu_1"], [4], *VERA_FILTERS), []),
    "alibaba-yitian": ("alibaba-yitian", boxes([f"ali_drw_{a}" for a in ("21000", "21080", "40021000", "40021080")],
                                               [0], *YITIAN), []),
    "power9-nest": ("ibm-power9", boxes(["nest_mcs01_imc"], [0, 64], *POWER9_01) +
                    boxes(["nest_mcs23_imc"], [0, 64], *POWER9_23), []),
    "power10": (*none("preset ibm-power10"), []),
    "riscv-not-probed": (*none(UNMATCHED), []),
    "emulated-on-arm": (*none(UNMATCHED), []),
    # Places
    "sandbox-no-perf-events": (*none(NO_IMC), []),
    "container-cpuset": ("intel-icx", boxes(imc(0, 1), [0, 40], *ICX), []),
    "container-masked-sysfs": (*none(NO_IMC), []),
    "container-paranoid-4": (*none(NO_IMC), []),
    "container-rootless": ("amd-zen4", boxes(["amd_umc_0"], [0], *UMC),
                           ["all boxes together reach 1 of 2 packages", SATURATES]),
    "ubuntu-level4-docker": (*none(NO_IMC), []),
    "ubuntu-level4-docker-perfmon": (*none(NO_IMC), []),
    "ubuntu-level4-perfmon": (*none(NO_IMC), []),
    "maps-without-lists": (*none(NO_IMC), []),
    "trailing-nul": (*none(NO_IMC), []),
    "possible-is-not-present": ("intel-icx", boxes(imc(*range(8)), [0], *ICX), []),
    # One box of each name on each of the four dies.
    "intel-clx-ap": ("intel-skx", boxes(imc(*range(6)), [0, 2, 4, 6], *SNBEP), []),
    "container-seccomp": ("intel-skx", boxes(imc(0, 1), [0, 28], *SNBEP), []),
    "paranoid-3-user": ("intel-skx", boxes(imc(0, 1), [0, 28], *SNBEP), []),
    # Faults: one box that cannot be encoded invalidates the whole sum.
    "broken-files": (*none("uncore_imc_0: broken sysfs"), ["it says 'zero'"]),
    "broken-unreadable-format": (*none("uncore_imc_1: broken sysfs"), ["(EISDIR)"]),
    "broken-garbage-format": (*none("uncore_imc_1: broken sysfs"), ["format/umask says 'config:8-15;rm -rf /'"]),
    # 0x03 fits into bits 8-9, 0x0c does not.
    "broken-narrow-format": (*none("value 0x0c of umask needs more than its 2 bits"), ["value 0x0c of umask"]),
    "broken-empty-cpumask": ("intel-skx", boxes(imc(0), [0, 28], *SNBEP), ["uncore_imc_1: its cpumask is empty"]),
    "broken-cpumask-offline": ("intel-skx", boxes(imc(0), [0, 28], *SNBEP) + boxes(imc(1), [0, 99], *SNBEP),
                               ["uncore_imc_1: its cpumask lists CPU 99, which is offline"]),
    "broken-unknown-unit": ("intel-skx", boxes(imc(0, 1), [0, 28], *SNBEP),
                            ["unknown unit 'parsecs'", "uncore_imc_0: the kernel's alias cas_count_write cannot be",
                             "uncore_imc_1: the kernel's alias cas_count_write cannot be"]),
}

# ------------------------------------------------------------------------------------------------- helpers


def match(tree):
    done = call("presets", "match", "--sysroot", MACHINES / tree, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def doctor(tree):
    """What doctor finds, without the lines about this build."""
    done = call("doctor", "--json", "--sysroot", MACHINES / tree)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    jsonschema.validate(answer, schema("doctor"))
    answer["sources"] = [s for s in answer["sources"] if s["source"] not in ("PAPI", "valgrind")]
    return answer


def check_golden(name, answer):
    """Compares with the file, or writes it when BYTEBOUND_WRITE_GOLDEN is set."""
    text = json.dumps(answer, indent=2, ensure_ascii=False).replace(str(MACHINES), "MACHINES") + "\n"
    path = GOLDEN / name
    if os.environ.get("BYTEBOUND_WRITE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.is_file(), f"no golden {name}: BYTEBOUND_WRITE_GOLDEN=1 writes it"
    assert text == path.read_text(), f"{name} differs; BYTEBOUND_WRITE_GOLDEN=1 writes it anew"


# ------------------------------------------------------------------------------------------------- tests


def test_every_machine_has_a_note_and_expected_counters():
    assert set(TREES) == set(EXPECTED)
    for tree in TREES:
        assert (MACHINES / tree / "NOTE").read_text().startswith("Composed, not recorded: "), tree


@pytest.mark.parametrize("tree", TREES)
def test_the_counters_of_a_machine_are_those_of_the_vendors_table(tree):
    preset, expected, warnings = EXPECTED[tree]
    answer = match(tree)
    assert answer["preset"] == preset, answer["reason"]
    counters = [(c["pmu"], c["cpu"], c["direction"], c["class"], c["bytes_per_count"], c["config"], c["config1"],
                 c["config2"]) for c in answer["counters"]]
    if isinstance(expected, str):
        assert counters == []
        assert expected in answer["reason"]
    else:
        assert sorted(counters) == sorted(expected)
    for counter in answer["counters"]:
        path = MACHINES / tree / "sys/bus/event_source/devices" / counter["pmu"] / "type"
        assert counter["type"] == int(path.read_text())
    assert len(answer["warnings"]) == len(warnings), answer["warnings"]
    for part in warnings:
        assert any(part in warning for warning in answer["warnings"]), (part, answer["warnings"])


@pytest.mark.parametrize("tree", TREES)
def test_doctor_output_is_unchanged(tree):
    check_golden(f"doctor/{tree}.json", doctor(tree))


@pytest.mark.parametrize("tree", TREES)
def test_presets_match_output_is_unchanged(tree):
    check_golden(f"match/{tree}.json", match(tree))
