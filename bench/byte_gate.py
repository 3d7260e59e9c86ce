#!/usr/bin/env python3
"""How often a gate over emulated bytes passes an equal program, and fails one that copies a buffer more (docs/exec.md).

    bench/byte_gate.py BYTEBOUND [RUNS]      50 runs of the equal program; needs cc and valgrind
"""
import json
import pathlib
import subprocess
import sys
import tempfile

SOURCE = """
#include <stdlib.h>
#include <string.h>
int main(void) {
    size_t n = 4u << 20;
    char *a = malloc(n), *b = malloc(n), *c = malloc(n);
    memset(a, 1, n);
    for (int i = 0; i < COPIES; ++i) memcpy(i == 0 ? b : c, a, n);
    return b[5] + (COPIES > 1 ? c[7] : 0) == 77;
}
"""


def main():
    bytebound, runs = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 50
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def measure(out, copies):
            subprocess.run(["cc", "-O1", "-x", "c", f"-DCOPIES={copies}", "-o", folder / "work", "-"], input=SOURCE, text=True,
                           check=True)
            subprocess.run([bytebound, "exec", "--collector", "callgrind", "--llc", "256KiB:16", "--warmup", "0", "--repeats", "2",
                            "--quiet", "--force", "--out", folder / out, "--", folder / "work"], check=True, capture_output=True)

        def passes(head):
            return subprocess.run([bytebound, "compare", folder / "base", folder / head, "--gate", "dram_bytes@A <= 1x", "--gate",
                                   "instructions@A <= 1x"], capture_output=True).returncode == 0

        def dram_bytes(out):
            return json.loads((folder / out / "summary.json").read_text())["rows"][0]["metrics"]["dram_bytes"]["value"]

        measure("base", 1)
        equal = 0
        for _ in range(runs):
            measure("head", 1)
            equal += passes("head")
        measure("more", 2)
        print(f"equal program: {equal} of {runs} pass, {dram_bytes('head') / 2**20:.2f} MiB")
        print(f"one more copy: {'passes' if passes('more') else 'fails'}, {dram_bytes('more') / 2**20:.2f} MiB")


main()
