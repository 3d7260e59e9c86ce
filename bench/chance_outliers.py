#!/usr/bin/env python3
"""How often a normal value is an outlier by its modified z score: the table of docs/merge.md."""
import random
import statistics

draw = random.Random(1)
for hosts, sets in ((5, 20000), (6, 20000), (8, 20000), (10, 20000), (20, 6000), (50, 2000), (100, 1500)):
    outliers = with_one = 0
    for _ in range(sets):
        values = [draw.gauss(0, 1) for _ in range(hosts)]
        median = statistics.median(values)
        deviations = [abs(value - median) for value in values]
        mad = statistics.median(deviations)
        found = sum(0.6745 * each / mad > 3.5 for each in deviations)
        outliers += found
        with_one += found > 0
    print(f"| {hosts} | {100 * outliers / hosts / sets:.1f} % | {100 * with_one / sets:.0f} % |")
