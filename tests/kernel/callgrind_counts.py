#!/usr/bin/env python3
"""callgrind_counts.py COUNTED_LOOP: callgrind, which counts every instruction, sees 2 per iteration and no other."""
import re
import shutil
import subprocess
import sys

if shutil.which("valgrind") is None:
    print("skipped: valgrind is not installed")
    sys.exit(77)


def collected(iterations):
    # Arguments of equal length: the start of the program costs the same.
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.argv[1], f"{iterations:08}"],
                          capture_output=True, text=True, timeout=100)
    if done.returncode == 77:
        print("skipped: this architecture has no loop of known length")
        sys.exit(77)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        print(done.stderr)
        sys.exit(1)
    return int(found[1])


base = collected(10_000_000)
for more in (1, 1_000, 1_000_000):
    extra = collected(10_000_000 + more) - base
    # strtoull and the loader take the same path for numbers of as many digits.
    if extra != 2 * more:
        print(f"{more} iterations more are {extra} instructions, not {2 * more}")
        sys.exit(1)
print("2 instructions an iteration, exactly")
