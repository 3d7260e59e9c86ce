#!/usr/bin/env python3
"""Writes scipy.json: 500 data sets with what scipy says of them, and 200 pairs of runs; the unit test of stats/ compares to
1e-9.

    /usr/bin/python3 tests/unit/stats/reference/generate.py

Values of blocks are exact (fractions) and rounded once, their logarithms have 60 digits (decimal); quantiles, p values,
intervals and Kendall's tau come from scipy (python3-scipy 1.10.1). Each data set holds two loops with the same number of blocks,
of 1 to 5 steps each. A pair of runs has unlike numbers of blocks, and what was subtracted from them.
"""
import decimal
import json
import math
import pathlib
import random
from fractions import Fraction

import numpy
import scipy.stats

decimal.getcontext().prec = 60
KINDS = ("noise", "ties", "constant", "offset", "heavy", "zeros", "signs", "few")


def draw(rng, kind, steps, block_level):
    """The steps of one block. All values have few digits, so that the file does."""
    if kind == "constant":
        return [7.5] * steps
    if kind == "ties":
        return [float(rng.choice((30, 31, 31, 32))) for _ in range(steps)]
    if kind == "offset":
        return [1e15 + rng.randrange(9) for _ in range(steps)]
    if kind == "heavy":
        return [round(math.exp(3 * rng.gauss(0, 1)), 3) + 0.001 for _ in range(steps)]
    if kind == "zeros":
        return [float(max(0, rng.randrange(-3, 4))) for _ in range(steps)]
    if kind == "signs":
        return [round(rng.gauss(0.5, 1), 3) for _ in range(steps)]
    return [round(100 * block_level * math.exp(0.1 * rng.gauss(0, 1)), 2) for _ in range(steps)]


def loop_of(rng, kind, stat, sizes):
    blocks = [draw(rng, kind, steps, math.exp(0.1 * rng.gauss(0, 1))) for steps in sizes]
    under = []
    if stat in ("ratio", "rate"):
        under = [[round(rng.uniform(5, 20), 2) for _ in range(steps)] for steps in sizes]
        if kind == "constant":
            under = [[2.5] * steps for steps in sizes]
    return {"numerator": blocks, "denominator": under}


def exact(values):
    return [Fraction(value) for value in values]


def median(values):
    values = sorted(values)
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2


def statistic(stat, over, under):
    """Exact, then rounded to a double once: at 1e15 that is an eighth, of which an interval is made, too."""
    over, under = exact(over), exact(under)
    if stat == "median":
        value = median(over)
    elif stat == "mean":
        value = sum(over) / len(over)
    elif stat == "ratio":
        value = sum(over) / sum(under)
    else:
        value = sum(over) / len(over) / median(under)
    return Fraction(float(value))


def flat(blocks):
    return [value for block in blocks for value in block]


def whole(stat, loop):
    return statistic(stat, flat(loop["numerator"]), flat(loop["denominator"]))


def blocks_of(stat, loop):
    unders = loop["denominator"] or [[]] * len(loop["numerator"])
    return [statistic(stat, over, under) for over, under in zip(loop["numerator"], unders)]


def is_mean(stat):
    return stat in ("mean", "ratio")


def weights(stat, loop):
    if stat == "ratio":
        return [sum(exact(block)) for block in loop["denominator"]]
    return [Fraction(len(block) if is_mean(stat) else 1) for block in loop["numerator"]]


def share(weights):
    return float(sum(w * w for w in weights) / sum(weights) ** 2)


def ln(fraction):
    return (decimal.Decimal(fraction.numerator) / decimal.Decimal(fraction.denominator)).ln()


def variance(values):
    mean = sum(values) / len(values)
    return float(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def t_ends(center, error, freedom):
    if error == 0:
        return center, center
    return scipy.stats.t.interval(0.95, freedom, loc=center, scale=error)


def scaled(reference, exponent):
    """reference * exp(exponent), or None where it is beyond a double."""
    if exponent > 700 or not math.isfinite(exponent):
        return None
    value = float(decimal.Decimal(reference.numerator) / decimal.Decimal(reference.denominator)
                  * decimal.Decimal(exponent).exp())
    return value if math.isfinite(value) else None


def hull(low, high, value):
    if low is None or high is None:
        return None, None
    return min(low, float(value)), max(high, float(value))


def expected_estimate(stat, loop):
    value, blocks = whole(stat, loop), blocks_of(stat, loop)
    out = {"value": float(value), "low": None, "high": None}
    if len(blocks) < 2:
        return out
    freedom, part = len(blocks) - 1, share(weights(stat, loop))
    if min(blocks) > 0 and value > 0:
        logs = [ln(block / value) for block in blocks]
        center = 0.0 if is_mean(stat) else float(sum(logs) / len(logs))
        low, high = t_ends(center, math.sqrt(variance(logs) * part), freedom)
        low, high = scaled(value, low), scaled(value, high)
    else:
        center = float(value if is_mean(stat) else sum(blocks) / len(blocks))
        low, high = t_ends(center, math.sqrt(variance(blocks) * part), freedom)
        if min(flat(loop["numerator"])) >= 0:
            low = max(low, 0.0)
    out["low"], out["high"] = hull(low, high, value)
    return out


def expected_comparison(stat, loop, vs):
    ours, theirs = whole(stat, loop), whole(stat, vs)
    if ours == 0:
        return None
    ratio = theirs / ours
    out = {"ratio": float(ratio), "low": None, "high": None, "p": None}
    mine, other = blocks_of(stat, loop), blocks_of(stat, vs)
    freedom = len(mine) - 1
    if freedom < 1:
        return out
    part = share([a + b for a, b in zip(weights(stat, loop), weights(stat, vs))])
    if min(mine + other) > 0 and ratio > 0:
        logs = [ln(b / a) for a, b in zip(mine, other)]
        center = float(ln(ratio) if is_mean(stat) else sum(logs) / len(logs))
        error = math.sqrt(variance(logs) * part)
        low, high = t_ends(center, error, freedom)
        out["low"], out["high"] = hull(scaled(Fraction(1), low), scaled(Fraction(1), high), ratio)
        if error > 0:
            out["p"] = 2 * scipy.stats.t.sf(abs(center) / error, freedom)
            if len(set(weights(stat, loop))) == 1 and not is_mean(stat):
                # The same by scipy's own test, where all blocks weigh the same.
                assert math.isclose(out["p"], scipy.stats.ttest_1samp([float(x) for x in logs], 0).pvalue,
                                    rel_tol=1e-6, abs_tol=1e-12)
        return out
    # Fieller: all r with (theirs - r ours)^2 <= t^2 var(theirs - r ours).
    t = scipy.stats.t.ppf(0.975, freedom)
    scale = Fraction(t) ** 2 * Fraction(part)
    n = len(mine)
    mean_a, mean_b = sum(mine) / n, sum(other) / n
    aa = sum((x - mean_a) ** 2 for x in mine) / freedom
    bb = sum((y - mean_b) ** 2 for y in other) / freedom
    ab = sum((x - mean_a) * (y - mean_b) for x, y in zip(mine, other)) / freedom
    a, b, c = ours * ours - scale * aa, ours * theirs - scale * ab, theirs * theirs - scale * bb
    if a > 0:
        root = math.sqrt(max(b * b - a * c, 0))
        out["low"], out["high"] = hull((float(b) - root) / float(a), (float(b) + root) / float(a), ratio)
        if ratio >= 0:
            out["low"] = max(out["low"], 0.0)
    error = math.sqrt((bb - 2 * ab + aa) * Fraction(part))
    if error > 0:
        out["p"] = 2 * scipy.stats.t.sf(abs(float(theirs - ours)) / error, freedom)
    return out


def t_quantile(freedom):
    """For freedoms that are no whole numbers, scipy's ppf agrees with its own sf to some 1e-9 only: Newton steps."""
    t = scipy.stats.t.ppf(0.975, freedom)
    for _ in range(3):
        t += (scipy.stats.t.sf(t, freedom) - 0.025) / scipy.stats.t.pdf(t, freedom)
    return t


def expected_runs(stat, base, head):
    """Two independent runs: Welch's t, as scipy.stats.ttest_ind(equal_var=False), with a known variance beside."""
    before, after = whole(stat, base), whole(stat, head)
    if before == 0:
        return None
    ratio = after / before
    out = {"ratio": float(ratio), "low": None, "high": None, "p": None}
    mine, other = blocks_of(stat, base), blocks_of(stat, head)
    if min(len(mine), len(other)) < 2:
        return out
    shares = share(weights(stat, base)), share(weights(stat, head))
    by_logs = min(mine + other) > 0 and ratio > 0
    if by_logs:
        values = [ln(x / before) for x in mine], [ln(y / after) for y in other]
        known = (base["deviation"] / float(before)) ** 2 + (head["deviation"] / float(after)) ** 2
    else:
        values, known = (mine, other), base["deviation"] ** 2 + head["deviation"] ** 2
    a, b = variance(values[0]) * shares[0], variance(values[1]) * shares[1]
    error = math.sqrt(a + b + known)
    freedom = (a + b + known) ** 2 / (a * a / (len(mine) - 1) + b * b / (len(other) - 1)) if a + b > 0 else math.inf
    conservative = len(mine) != len(other) and min(len(mine), len(other)) < 6 and a + b > 0
    if conservative:
        freedom = min(len(mine), len(other)) - 1
    t = t_quantile(freedom) if math.isfinite(freedom) else scipy.stats.norm.ppf(0.975)
    tail = (lambda x: scipy.stats.t.sf(x, freedom)) if math.isfinite(freedom) else scipy.stats.norm.sf
    if by_logs:
        center = float(ln(ratio))
        if not is_mean(stat):
            center += float(sum(values[1]) / len(other) - sum(values[0]) / len(mine))
        low, high = center - t * error, center + t * error
        out["low"], out["high"] = hull(scaled(Fraction(1), low), scaled(Fraction(1), high), ratio)
        if error > 0:
            out["p"] = 2 * tail(abs(center) / error)
        if error > 0 and known == 0 and not is_mean(stat) and not conservative:
            # The same by scipy's own test.
            logs = [[float(ln(x / before)) for x in side] for side in (other, mine)]
            assert math.isclose(out["p"], scipy.stats.ttest_ind(*logs, equal_var=False).pvalue, rel_tol=1e-6, abs_tol=1e-12)
        return out
    # Fieller: all r with (after - r before)^2 <= t^2 (var(after) + r^2 var(before)).
    scale = Fraction(t) ** 2
    of_base, of_head = Fraction(a + base["deviation"] ** 2), Fraction(b + head["deviation"] ** 2)
    x, y, z = before * before - scale * of_base, before * after, after * after - scale * of_head
    if x > 0:
        root = math.sqrt(max(y * y - x * z, 0))
        out["low"], out["high"] = hull((float(y) - root) / float(x), (float(y) + root) / float(x), ratio)
        if ratio >= 0:
            out["low"] = max(out["low"], 0.0)
    if error > 0:
        out["p"] = 2 * tail(abs(float(after - before)) / error)
    return out


def holm(values):
    order = sorted(range(len(values)), key=lambda i: values[i])
    out, largest = [0.0] * len(values), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(values) - rank) * values[i]))
        out[i] = largest
    return out


def trend(values):
    if len(values) < 3 or len(set(values)) == 1:
        return None
    return scipy.stats.kendalltau(range(len(values)), [float(value) for value in values]).pvalue


def data_set(rng, number):
    kind = KINDS[number % len(KINDS)]
    stat = ("median", "mean", "ratio", "rate")[number // len(KINDS) % 4]
    blocks = rng.randrange(1, 6) if kind != "noise" else rng.randrange(6, 13)
    sizes = [rng.randrange(1, 6)] * blocks
    if number % 3 == 0:
        sizes[-1] = rng.randrange(1, 6)
    loop, vs = (loop_of(rng, kind, stat, sizes) for _ in range(2))
    case = {"kind": kind, "stat": stat, "loop": loop, "vs": vs, "estimate": expected_estimate(stat, loop),
            "comparison": expected_comparison(stat, loop, vs), "trend": trend(blocks_of(stat, loop))}
    return case


def pair_of_runs(rng, number):
    kind = KINDS[number % len(KINDS)]
    stat = ("median", "mean", "ratio", "rate")[number // len(KINDS) % 4]
    runs = []
    for _ in range(2):
        sizes = [rng.randrange(1, 6)] * rng.randrange(1, 13)
        if number % 3 == 0:
            sizes[-1] = rng.randrange(1, 6)
        runs.append(loop_of(rng, kind, stat, sizes))
        runs[-1]["deviation"] = round(rng.uniform(0, 3), 2) if number % 5 == 0 else 0
    return {"kind": kind, "stat": stat, "base": runs[0], "head": runs[1], "comparison": expected_runs(stat, *runs)}


def main():
    rng = random.Random(20261128)
    cases = [data_set(rng, number) for number in range(500)]
    families = []
    for start in range(0, 500, 20):
        values = [case["comparison"]["p"] for case in cases[start:start + 20] if case["comparison"]]
        values = [float(value) for value in values if value is not None]
        families.append({"p": values, "adjusted": holm(values)})
    rng = random.Random(20261129)
    runs = [pair_of_runs(rng, number) for number in range(200)]
    path = pathlib.Path(__file__).with_name("scipy.json")
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    holms = ",\n".join(json.dumps(each, separators=(",", ":")) for each in families)
    pairs = ",\n".join(json.dumps(each, separators=(",", ":")) for each in runs)
    path.write_text('{"scipy":"%s","numpy":"%s","cases":[\n%s\n],"holm":[\n%s\n],"runs":[\n%s\n]}\n' %
                    (scipy.__version__, numpy.__version__, lines, holms, pairs))


if __name__ == "__main__":
    main()
