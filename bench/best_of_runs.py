#!/usr/bin/env python3
"""How often `history gate 'time_ns <= 1x' --against best` fails an unchanged program: the table of docs/statistics.md. Needs scipy."""
import numpy
from scipy import stats

SCATTER, WITHIN, BLOCKS, HISTORIES = 0.05, 0.01, 6, 20000
draw = numpy.random.default_rng(1)
for runs in (6, 10, 30, 100):
    logs = draw.normal(0, SCATTER, (HISTORIES, runs + 1)) + draw.normal(0, WITHIN, (HISTORIES, runs + 1))
    errors = WITHIN**2 * draw.chisquare(BLOCKS - 1, (HISTORIES, runs + 1)) / (BLOCKS - 1)  # squared, as the runs estimate them
    earlier, head, every = logs[:, :runs], logs[:, runs], numpy.arange(HISTORIES)
    best = earlier.argmin(1)
    between, within = earlier.var(1, ddof=1), errors[:, :runs].mean(1)
    scatter = numpy.maximum(between - within, 0)
    uncertain = 2 * (between**2 / (runs - 1) + within**2 / (runs * (BLOCKS - 1)))
    variance = errors[every, best] + errors[:, runs] + 2 * scatter
    square = (errors[every, best]**2 + errors[:, runs]**2) / (BLOCKS - 1) + 2 * uncertain
    freedom = numpy.maximum(variance**2 / square, 1)
    ratio = head - earlier[every, best]
    alone, at_once = (stats.t.ppf(1 - 0.025 / n, freedom) * numpy.sqrt(variance) for n in (1, runs))
    slower = [((ratio + by * SCATTER > at_once).mean()) for by in (3, 5)]
    print(f"| {runs} | {(ratio > alone).mean():.1%} | {(ratio > at_once).mean():.1%} | "
          f"{slower[0]:.0%} | {slower[1]:.0%} |".replace("%", " %"))
