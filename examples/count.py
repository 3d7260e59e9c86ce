"""Counts one loop."""
import bytebound

if reason := bytebound.unavailable():
    raise SystemExit(reason)
with bytebound.counting("instructions,page-faults,task-clock") as counters:
    total = sum(0.5 * i for i in range(1_000_000))
for reading in counters.readings:
    print(reading)
assert total == 249999750000.0
