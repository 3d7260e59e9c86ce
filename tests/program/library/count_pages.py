"""Prints what bytebound.py does; test_library.py compares."""
import os
import sys
import threading

import bytebound
import numpy

PAGES = 256  # 1 MiB: fresh memory from the kernel, and below the size from which numpy wants huge pages

memory = numpy.zeros(PAGES * 4096, dtype=numpy.uint8)  # malloc's own words touch the first page
with bytebound.counting(["page-faults", "PAPI_TOT_INS"]) as counters:
    for page in range(PAGES):
        memory[page * 4096] = 1
faults, papi = counters.readings
print(f"page-faults of 256 pages of numpy: {'yes' if PAGES - 1 <= faults.value < PAGES + 64 and faults.tier == 'counted' else faults}")
print(papi.name, papi.value, f"{papi.state}: {papi.reason}")


def refused(action):
    try:
        action()
    except bytebound.Error as error:
        print(f"code {error.code}: {error}")


refused(lambda: bytebound.EventSet("cylces"))
counters = bytebound.EventSet("page-faults")
refused(counters.end)
thread = threading.Thread(target=lambda: refused(counters.begin))
thread.start()
thread.join()
sys.stdout.flush()
if (child := os.fork()) == 0:
    refused(counters.begin)
    sys.stdout.flush()
    os._exit(0)
os.waitpid(child, 0)
counters.close()
try:
    counters.begin()
except bytebound.Error as error:
    print("closed code", error.code)
