"""The configurations on which the simulator, callgrind and a brute-force replay are compared."""
import concurrent.futures
import os
from types import SimpleNamespace

import brute_force
from conftest import call, load

LINE = 64

# Rows have 2048 bytes by default. Every step moves some hundred lines: the program's own stack, heap and code, which
# callgrind sees and the simulator does not, add one or two lines per step.
BASE = dict(N=2048, m=256, hidden_dim=256, up_cols=256, gate_cols=0, dtype="f32", pattern="random", ks=128, add=None,
            remove=None, warmup=12, steps=8, between="none", llc=(1 << 20, 16), tau=0.5, seed=1, copy="memcpy")

# If many rows hit and few are written back, those lines would weigh too much; hence longer rows and a larger cache.
TWICE = dict(hidden_dim=512, up_cols=512, llc=(2 << 20, 16))

RUNS = {
    # far more than the cache
    "random": dict(loops="paired,hybrid,oracle", **TWICE),
    "random rebuilt": dict(loops="index,mask", m=448),
    "block": dict(loops="paired,hybrid,oracle", pattern="block", **TWICE),
    "block rebuilt": dict(loops="index,mask", m=448, pattern="block"),
    "992-byte rows": dict(loops="paired,index,oracle", dtype="bf16", hidden_dim=496, up_cols=496, m=448, ks=192),
    "three groups": dict(loops="paired,mask,hybrid", dtype="i8", hidden_dim=992, up_cols=800, gate_cols=352, m=448),
    "f16 512 KiB": dict(loops="paired,index,mask", dtype="f16", N=1500, m=480, ks=256, llc=(512 << 10, 8)),
    "grows": dict(loops="paired,index,hybrid", ks=None, add=96, remove=32, m=448),
    "shrinks": dict(loops="paired,mask,oracle", ks=None, add=16, remove=48, m=1400, N=1800, seed=7),
    "hybrid rebuilds": dict(loops="hybrid,oracle", m=448, ks=288, **TWICE),
    "slab used between": dict(loops="paired,hybrid", between="use"),
    "slab used, rebuilt": dict(loops="index", m=448, between="use"),
    # well below the cache: what is new is fetched, the rest hits
    "evicted between": dict(loops="paired,mask", between="evict", N=256, m=96, ks=96, warmup=3),
    "resident random": dict(loops="paired,index,oracle", N=256, m=64, ks=16, warmup=2),
    "resident block": dict(loops="paired,mask,hybrid", N=1024, m=96, ks=48, warmup=2, pattern="block", llc=(2 << 20, 16)),
    # about as large as the cache
    "somewhat too large": dict(loops="index,mask", N=512, m=330, ks=64),
    "just too large": dict(loops="index,mask", N=512, m=160, ks=32, llc=(512 << 10, 8)),
    # rows that are not a multiple of 32 bytes, so that accesses cross lines: callgrind then counts one miss for two lines. How many
    # depends on the copy's accesses: those of --copy avx2 are known.
    "odd rows": dict(loops="paired,index", dtype="bf16", hidden_dim=513, up_cols=461, m=448, copy="avx2"),
    "odd groups": dict(loops="paired,mask,hybrid", dtype="i8", hidden_dim=1000, up_cols=777, gate_cols=333, m=448,
                       copy="avx2"),
}

# Short enough for a replay in Python, with every loop, pattern, kind of row and gap.
EXACT = ["random", "block rebuilt", "992-byte rows", "grows", "shrinks", "hybrid rebuilds", "slab used between",
         "slab used, rebuilt", "evicted between", "odd rows", "odd groups"]

def options(name):
    return SimpleNamespace(**{**BASE, **RUNS[name]})


def words(o):
    change = ["--ks", o.ks] if o.ks is not None else ["--add", o.add, "--remove", o.remove]
    return ["--N", o.N, "--m", o.m, "--hidden-dim", o.hidden_dim, "--up-cols", o.up_cols, "--gate-cols", o.gate_cols,
            "--dtype", o.dtype, "--pattern", o.pattern, *change, "--warmup", o.warmup, "--steps-per-k", o.steps,
            "--between", o.between, "--llc", f"{o.llc[0]}:{o.llc[1]}", "--tau", o.tau, "--seed", o.seed, "--copy", o.copy,
            "--loops", o.loops, "--repeats", 1, "--batch", 1, "--qualify", "off", "--quiet"]


def copy_of(loaded, loop):
    """The copy method of a loop's rows: oracle's is the winner of a trial."""
    return next(e["copy_method"] for e in loaded.run["experiments"] if e["loop"] == loop)


def config(o, loop, copy="memcpy"):
    """The same for the brute-force replay."""
    element = brute_force.ELEMENT[o.dtype]
    groups = tuple(element * c for c in (o.up_cols, o.hidden_dim, o.gate_cols) if c)
    added, removed = (-(-o.ks // 2), o.ks // 2) if o.ks is not None else (o.add, o.remove)
    return brute_force.Config(loop=loop, N=o.N, m=o.m, groups=groups, added=added, removed=removed,
                              alternate=o.ks is not None, k=added + removed, pattern=o.pattern, seed=o.seed,
                              warmup=o.warmup, steps=o.steps, between=o.between, llc_bytes=o.llc[0], ways=o.llc[1],
                              tau=o.tau, oracle_arena=loop == "oracle", copy=copy)


def footprint_bytes(c):
    """Rows that the loop visits repeatedly, in the pool and in the slab: `index` and `mask` those of one set,
    the others those that ever come. hybrid counts as the loop that it takes."""
    sets = brute_force.sets_of(c, brute_force.plan(c))
    slab = max(len(s) for s in sets)
    rebuilds = c.loop in ("index", "mask") or (c.loop == "hybrid" and c.k > c.tau * c.m)
    rows = slab if rebuilds else len(frozenset().union(*(b - a for a, b in zip(sets, sets[1:]))))
    return (rows + slab) * sum(c.groups)

def runs_here():
    """The configurations whose copy method this CPU supports."""
    with open("/proc/cpuinfo") as file:
        has_avx2 = " avx2 " in file.read()
    return [name for name in RUNS if options(name).copy == "memcpy" or has_avx2]


def measure_all(folder, collectors="callgrind,sim"):
    """name -> run directory; two at once, as each uses its processes in turn."""
    def one(name):
        out = folder / name.replace(" ", "-")
        done = call("run", *words(options(name)), "--collector", collectors, "--out", out, timeout=300)
        assert done.returncode == 0, f"{name}: {done.stderr}"
        return name, load(out, done)

    with concurrent.futures.ThreadPoolExecutor(min(len(os.sched_getaffinity(0)), 2)) as pool:
        return dict(pool.map(one, runs_here()))


def agreement(name, loaded):
    """One row of the table for each loop of a run: sums over the measured phase, in lines."""
    o = options(name)
    for loop in o.loops.split(","):
        if copy_of(loaded, loop).startswith(("nt", "prefetch")):
            continue  # not emulated
        steps = [s for s in loaded.samples if s["loop"] == loop]

        def total(column):
            return sum(int(s[column]) for s in steps)

        c = config(o, loop)
        touched = 2 * total("rows_written") * sum(-(-g // LINE) for g in c.groups)
        rows_fetched = (total("sim:pool_read_bytes") + total("sim:slab_read_bytes")) // LINE
        odd = any(g % 32 for g in c.groups)
        yield SimpleNamespace(
            name=name, loop=loop, steps=o.steps, odd=odd, expected=expected_of_callgrind(c) if odd else None, footprint=footprint_bytes(c) / o.llc[0],
            hits=max(0.0, 1 - rows_fetched / touched) if touched else 0.0,
            fetched=(total("sim:llc_misses"), total("callgrind:llc_misses")),
            written=(total("sim:dram_write_bytes") // LINE, total("callgrind:dram_write_bytes") // LINE))


def expected_of_callgrind(c):
    """(fetched, written) where lines that callgrind counts as one are counted as one."""
    steps = brute_force.replay(c, brute_force.VectorMachine)
    return tuple(sum(lines[which] for step in steps for lines in step.values()) for which in (0, 1))


def distinct(rows):
    """Without loops that simulate the same lines as another loop of their run: a hybrid that acts as paired."""
    return list({(row.name, row.fetched[0], row.written[0]): row for row in reversed(rows)}.values())


def off_by(pair):
    """(lines, share)"""
    lines = abs(pair[1] - pair[0])
    return lines, lines / max(pair[0], 1)


def table(rows):
    out = ["| run | loop | footprint / LLC | hits | fetched: sim | callgrind | difference | written back: sim | callgrind "
           "| difference |", "|---|---|---|---|---|---|---|---|---|---|"]
    for r in rows:
        cells = [r.name, r.loop, f"{r.footprint:.2f}", f"{100 * r.hits:.0f} %"]
        for sim, callgrind in (r.fetched, r.written):
            share = f"{100 * (callgrind - sim) / sim:+.2f} %" if sim else f"{callgrind - sim:+d} lines"
            cells += [str(sim), str(callgrind), share]
        out.append("| " + " | ".join(cells) + " |")
    return "\n".join(out)
