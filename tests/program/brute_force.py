"""A third simulator, written from the documents alone: docs/loops.md, docs/figures.md and the descriptions of traces and
arena. Plain Python, one dictionary per cache set, no code in common with the program. Slow, and meant to be.

    replay(config) -> per step of the trace {buffer: [lines fetched, lines written back]}
    replay(config, VectorMachine) -> the same as callgrind counts it: see there
"""
from collections import OrderedDict, namedtuple

LINE = 64
PAGE = 4096
ELEMENT = {"f32": 4, "f16": 2, "bf16": 2, "i8": 1}
U64 = (1 << 64) - 1

# k is A + R of the first step; groups are the bytes of one row in each group. oracle_arena: the loop is
# oracle, whose lists of all steps make its arena's index buffer longer. copy: "nt" stores whole lines past the cache;
# "prefetch:WxL" loads the first L lines of a row of a group when the row is found, and copies it W rows later.
Config = namedtuple("Config", "loop N m groups added removed alternate k pattern seed warmup steps between llc_bytes ways "
                              "tau oracle_arena copy", defaults=["memcpy"])


# --- the generators: splitmix64 (Steele, Lea, Flood 2014) and xoshiro256** (Blackman, Vigna 2018) ---

def splitmix(state):
    """(next state, output)"""
    state = (state + 0x9E3779B97F4A7C15) & U64
    z = state
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & U64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & U64
    return state, z ^ (z >> 31)


def rotl(x, by):
    return ((x << by) | (x >> (64 - by))) & U64


class Xoshiro:
    def __init__(self, seed):
        self.s = []
        for _ in range(4):
            seed, word = splitmix(seed)
            self.s.append(word)

    def next(self):
        s = self.s
        result = (rotl((s[1] * 5) & U64, 7) * 9) & U64
        t = (s[1] << 17) & U64
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)
        return result

    def below(self, bound):
        """High half of 32 random bits times the bound; the (2^32 mod bound) lowest products are rejected."""
        rejected = (1 << 32) % bound
        while True:
            product = (self.next() >> 32) * bound
            if product & 0xFFFFFFFF >= rejected:
                return product >> 32


def generator(seed, k, repeat):
    _, out = splitmix(seed)
    _, out = splitmix(out ^ k)
    _, out = splitmix(out ^ repeat)
    return Xoshiro(out)


# --- the trace: sets of ids ---

def plan(config):
    """(A, R) of every step."""
    changes, active = [], config.m
    added, removed = config.added, config.removed
    for _ in range(config.warmup + config.steps):
        if added > config.N - active or removed > active:
            added, removed = removed, added
        assert added <= config.N - active and removed <= active
        changes.append((added, removed))
        active += added - removed
        if config.alternate:
            added, removed = removed, added
    return changes


def random_sets(config, changes, random):
    # The state behind uniform draws without replacement: ids in a list, the active ones in front. Drawn ids are swapped
    # to the edge between the two parts.
    ids = list(range(config.N))
    for i in range(config.m):
        j = i + random.below(config.N - i)
        ids[i], ids[j] = ids[j], ids[i]
    active = config.m
    yield frozenset(ids[:active])
    for added, removed in changes:
        for i in range(removed):
            last = active - 1 - i
            j = random.below(last + 1)
            ids[last], ids[j] = ids[j], ids[last]
        for i in range(added):
            j = active + i + random.below(config.N - active - i)
            ids[active + i], ids[j] = ids[j], ids[active + i]
        gone, come = ids[active - removed:active], ids[active:active + added]
        ids[active - removed:active + added] = come + gone
        active += added - removed
        yield frozenset(ids[:active])


def first_from(start, N, wanted, count):
    found = []
    while len(found) < count:
        if wanted(start):
            found.append(start)
        start = (start + 1) % N
    return found


def block_sets(config, changes, random):
    start = random.below(config.N)
    now = frozenset((start + i) % config.N for i in range(config.m))
    yield now
    for added, removed in changes:
        gone = first_from(random.below(config.N), config.N, lambda i: i in now, removed)
        come = first_from(random.below(config.N), config.N, lambda i: i not in now, added)
        now = (now - frozenset(gone)) | frozenset(come)
        yield now


def sets_of(config, changes):
    random = generator(config.seed, config.k, 0)
    make = random_sets if config.pattern == "random" else block_sets
    return list(make(config, changes, random))


# --- the arena: pool groups, slab groups, index, meta, masks, each on a page of its own ---

class Arena:
    def __init__(self, config, masks, oracle_rows, slab_rows):
        self.at, end = {}, 0
        self.slab_rows = slab_rows

        def place(name, size):
            nonlocal end
            self.at[name] = end
            end = -(-(end + size) // PAGE) * PAGE

        for buffer, rows in (("pool", config.N), ("slab", slab_rows)):
            for g, size in enumerate(config.groups):
                place((buffer, g), rows * size)
        place("index", max(8 * slab_rows, 8 * oracle_rows))
        self.id_at_offset = -(-4 * config.N // LINE) * LINE
        place("meta", self.id_at_offset + 4 * slab_rows)
        self.mask_bytes = -(-config.N // 64) * 8
        place("mask", masks * self.mask_bytes)


# --- the cache: every set an ordered dictionary, the least recently used line first ---

class Cache:
    def __init__(self, size, ways):
        self.ways = ways
        self.sets = [OrderedDict() for _ in range(size // (ways * LINE))]
        self.fetched = dict.fromkeys(("pool", "slab", "mask", "index", "meta"), 0)
        self.written = dict(self.fetched)

    def touch(self, buffer, address, stores):
        line = address // LINE
        lines = self.sets[line % len(self.sets)]
        if line in lines:
            owner, dirty = lines.pop(line)
            lines[line] = (owner, dirty or stores)
            return
        self.fetched[buffer] += 1
        if len(lines) == self.ways:
            _, (owner, dirty) = lines.popitem(last=False)
            self.written[owner] += dirty
        lines[line] = (buffer, stores)

    def store_past(self, buffer, address):
        """A whole line: it goes to memory, and the cache drops its copy."""
        line = address // LINE
        self.sets[line % len(self.sets)].pop(line, None)
        self.written[buffer] += 1

    def empty(self):
        for lines in self.sets:
            for owner, dirty in lines.values():
                self.written[owner] += dirty
            lines.clear()

    def take(self):
        now = {b: [self.fetched[b], self.written[b]] for b in self.fetched}
        self.fetched = dict.fromkeys(self.fetched, 0)
        self.written = dict.fromkeys(self.written, 0)
        return now


class MergingCache(Cache):
    """Counts as callgrind does: an access to two lines that are both absent is one miss, and one write-back if it pushes
    out two dirty lines (valgrind 3.19, callgrind/sim.c, cachesim_ref_wb)."""

    def access(self, buffer, address, size, stores):
        fetched, written = dict(self.fetched), dict(self.written)
        first, last = address // LINE, (address + size - 1) // LINE
        for line in range(first, last + 1):
            self.touch(buffer, line * LINE, stores)
        for now, before in ((self.fetched, fetched), (self.written, written)):
            for surplus in range(sum(now.values()) - sum(before.values()) - 1):
                now[next(b for b in now if now[b] > before[b])] -= 1


# --- the loops, as docs/loops.md has them ---

class Machine:
    """One loop over one trace: its slab as a list of ids, its references into the cache."""

    def __init__(self, config):
        self.c = config
        changes = plan(config)
        self.changes = changes
        self.sets = sets_of(config, changes)
        rows = sum(max(c) for c in changes) if config.oracle_arena else 0
        self.arena = Arena(config, len(self.sets), rows, max(map(len, self.sets)))
        self.cache = Cache(config.llc_bytes, config.ways)
        self.slots = sorted(self.sets[0])
        self.where = {i: s for s, i in enumerate(self.slots)}
        self.pairs = 0
        self.waiting = []
        ahead = config.copy.partition("prefetch:")[2]
        self.ahead = tuple(int(n) for n in ahead.split("x")) if ahead else None

    # references
    def load(self, buffer, offset):
        self.cache.touch(buffer, self.arena.at[buffer] + offset, False)

    def store(self, buffer, offset):
        self.cache.touch(buffer, self.arena.at[buffer] + offset, True)

    def mask_word(self, step, word):
        self.load("mask", step * self.arena.mask_bytes + 8 * word)

    def copy(self, buffer, row, slot):
        if not self.ahead:
            return self.move(buffer, row, slot)
        for g, size in enumerate(self.c.groups):
            source = self.arena.at[buffer, g] + row * size
            lines = range(source // LINE, (source + size - 1) // LINE + 1)
            for line in lines[:self.ahead[1]]:
                self.cache.touch(buffer, line * LINE, False)
        self.waiting.append((buffer, row, slot))
        if len(self.waiting) > self.ahead[0]:
            self.move(*self.waiting.pop(0))

    def finish_copies(self):
        while self.waiting:
            self.move(*self.waiting.pop(0))

    def move(self, buffer, row, slot):
        for g, size in enumerate(self.c.groups):
            source = self.arena.at[buffer, g] + row * size
            target = self.arena.at["slab", g] + slot * size
            # line by line as the copy advances: a 64-byte piece of the row is loaded, then stored
            done_source = done_target = -1
            for at in range(0, size, LINE):
                piece = min(LINE, size - at)
                for base, stores in ((source, False), (target, True)):
                    for line in range((base + at) // LINE, (base + at + piece - 1) // LINE + 1):
                        if stores and line > done_target:
                            whole = target <= line * LINE and (line + 1) * LINE <= target + size
                            if whole and self.c.copy == "nt":
                                self.cache.store_past("slab", line * LINE)
                            else:
                                self.cache.touch("slab", line * LINE, True)
                            done_target = line
                        elif not stores and line > done_source:
                            self.cache.touch(buffer, line * LINE, False)
                            done_source = line

    # parts of steps
    def words(self):
        return -(-self.c.N // 64)

    def scan(self, step):
        """Ids of the set after `step`, ascending, each after the word that holds it was read."""
        after = sorted(self.sets[step + 1])
        at = 0
        for word in range(self.words()):
            self.mask_word(step + 1, word)
            while at < len(after) and after[at] < 64 * (word + 1):
                yield after[at]
                at += 1

    def list_ids(self, step, tables):
        ids = []
        for i in self.scan(step):
            self.store("index", 4 * len(ids))
            if tables:
                self.store("meta", 4 * i)
                self.store("meta", self.arena.id_at_offset + 4 * len(ids))
            ids.append(i)
        return ids

    def gather(self, ids):
        for slot, i in enumerate(ids):
            self.load("index", 4 * slot)
            self.copy("pool", i, slot)
        self.slots = list(ids)
        self.where = {i: s for s, i in enumerate(ids)}

    def diff(self, step):
        """Ids that come and ids that go, ascending; two lists of 4-byte entries, the second N entries behind the first."""
        before, after = self.sets[step], self.sets[step + 1]
        come, gone = [], []
        for word in range(self.words()):
            self.mask_word(step, word)
            self.mask_word(step + 1, word)
            here = range(64 * word, min(64 * (word + 1), self.c.N))
            for i in here:
                if i in after and i not in before:
                    self.store("index", 4 * len(come))
                    come.append(i)
            for i in here:
                if i in before and i not in after:
                    self.store("index", 4 * (self.arena.slab_rows + len(gone)))
                    gone.append(i)
        return come, gone

    def slot_of(self, i, quiet=False):
        if not quiet:
            self.load("meta", 4 * i)
        return self.where[i]

    def place(self, step, come, gone, quiet=False):
        """Copies [(kind, row, slot)], and the tables as they then are. `quiet`: planned ahead, nothing is referenced."""
        load = (lambda *a: None) if quiet else self.load
        store = (lambda *a: None) if quiet else self.store
        mask = (lambda *a: None) if quiet else self.mask_word
        index, second, id_at = 0, 4 * self.arena.slab_rows, self.arena.id_at_offset
        m = len(self.slots)
        copies = []

        def settle(i, slot):
            store("meta", index + 4 * i)
            store("meta", id_at + 4 * slot)
            self.where[i] = slot
            if slot == len(self.slots):
                self.slots.append(i)
            else:
                self.slots[slot] = i

        if len(come) >= len(gone):
            for n, i in enumerate(come):
                slot = m + n - len(gone)
                if n < len(gone):
                    load("index", second + 4 * n)
                    slot = self.slot_of(gone[n], quiet)
                store("index", second + 4 * n)
                load("index", 4 * n)
                settle(i, slot)
                copies.append(("pool", i, slot))
            return copies
        end = m - (len(gone) - len(come))
        holes = []
        for n, i in enumerate(gone):
            load("index", second + 4 * n)
            slot = self.slot_of(i, quiet)
            if slot < end:
                store("index", second + 4 * len(holes))
                holes.append(slot)
        last = m
        after = self.sets[step + 1]
        for n, slot in enumerate(holes):
            load("index", second + 4 * n)
            if n < len(come):
                load("index", 4 * n)
                i = come[n]
                copies.append(("pool", i, slot))
            else:
                while True:
                    last -= 1
                    load("meta", id_at + 4 * last)
                    i = self.slots[last]
                    mask(step + 1, i // 64)
                    if i in after:
                        break
                store("index", 4 * n)
                copies.append(("slab", last, slot))
            settle(i, slot)
        del self.slots[end:]
        return copies

    def replace(self, step, come, gone):
        for n, (buffer, row, slot) in enumerate(self.place(step, come, gone)):
            self.load("index", 4 * n)
            self.load("index", 4 * (self.arena.slab_rows + n))
            self.copy(buffer, row, slot)

    # the loops
    def paired(self, step):
        self.replace(step, *self.diff(step))

    def index(self, step):
        self.gather(self.list_ids(step, False))

    def mask(self, step):
        ids = []
        for i in self.scan(step):
            self.copy("pool", i, len(ids))
            ids.append(i)
        self.slots = ids

    def hybrid(self, step):
        come, gone = self.diff(step)
        rows = len(self.slots) + len(come) - len(gone)
        if len(come) + len(gone) > self.c.tau * rows:
            self.gather(self.list_ids(step, True))
        else:
            self.replace(step, come, gone)

    def oracle(self, step):
        come = sorted(self.sets[step + 1] - self.sets[step])
        gone = sorted(self.sets[step] - self.sets[step + 1])
        for buffer, row, slot in self.place(step, come, gone, quiet=True):
            self.load("index", 8 * self.pairs)
            self.pairs += 1
            self.copy(buffer, row, slot)

    def gap(self):
        if self.c.between == "evict":
            self.cache.empty()
        if self.c.between == "use":
            for g, size in enumerate(self.c.groups):
                base = self.arena.at["slab", g]
                for line in range(base // LINE, (base + len(self.slots) * size - 1) // LINE + 1):
                    self.cache.touch("slab", line * LINE, False)


class VectorMachine(Machine):
    """Rows are copied by the accesses of bytebound's own AVX2 copy (--copy avx2): 32 bytes loaded, then stored, from the
    first byte on; what is left by 32 bytes that end with the row."""
    WIDTH = 32

    def __init__(self, config):
        super().__init__(config)
        self.cache = MergingCache(config.llc_bytes, config.ways)

    def move(self, buffer, row, slot):
        for g, size in enumerate(self.c.groups):
            source = self.arena.at[buffer, g] + row * size
            target = self.arena.at["slab", g] + slot * size
            for at in [*range(0, size - self.WIDTH + 1, self.WIDTH)] + [size - self.WIDTH] * (size % self.WIDTH > 0):
                self.cache.access(buffer, source + at, self.WIDTH, False)
                self.cache.access("slab", target + at, self.WIDTH, True)


def replay(config, kind=None):
    machine = (kind or Machine)(config)
    step_of = getattr(machine, config.loop)
    result = []
    for step in range(len(machine.changes)):
        step_of(step)
        machine.finish_copies()
        assert frozenset(machine.slots) == machine.sets[step + 1]
        result.append(machine.cache.take())
        machine.gap()
        machine.cache.take()
    return result[config.warmup:]

