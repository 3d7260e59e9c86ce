/* A plug-in loop in C: paired replacement without tables. It finds the removed and added rows by comparing the masks,
 * and the slot of a removed row in a table from id to slot.
 *
 *   cc -O3 -shared -fPIC -o libpairs.so plug_in.c $(pkg-config --cflags bytebound-counters)
 *   bytebound run --loops paired,index --loop ./libpairs.so */
#include <bytebound/loop.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const bytebound_loop_setup *setup;
    uint32_t rows;              /* active now */
    uint32_t *slot_of, *id_at;  /* of active rows; of slots 0 ... rows - 1 */
    uint32_t *removed, *added;  /* the ids of a step */
    uint64_t *stored, *touched; /* per step, for traffic() */
} pairs;

static void destroy(void *state) {
    pairs *own = (pairs *)state;
    if (own == NULL) return;
    free(own->slot_of);
    free(own->id_at);
    free(own->removed);
    free(own->added);
    free(own->stored);
    free(own->touched);
    free(own);
}

static void place(pairs *own, uint32_t id, uint32_t slot) {
    own->slot_of[id] = slot;
    own->id_at[slot] = id;
}

static void *create(const bytebound_loop_setup *setup) {
    pairs *own = (pairs *)calloc(1, sizeof *own);
    if (own == NULL) return NULL;
    own->setup = setup;
    own->slot_of = (uint32_t *)calloc(setup->pool_rows, sizeof(uint32_t));
    own->id_at = (uint32_t *)calloc(setup->slab_rows + 1u, sizeof(uint32_t));
    own->removed = (uint32_t *)calloc(setup->slab_rows + 1u, sizeof(uint32_t));
    own->added = (uint32_t *)calloc(setup->slab_rows + 1u, sizeof(uint32_t));
    own->stored = (uint64_t *)calloc(setup->steps + 1u, sizeof(uint64_t));
    own->touched = (uint64_t *)calloc(setup->steps + 1u, sizeof(uint64_t));
    if (!own->slot_of || !own->id_at || !own->removed || !own->added || !own->stored || !own->touched) {
        snprintf(setup->error, setup->error_bytes, "no memory for tables of %u rows", setup->pool_rows);
        destroy(own);
        return NULL;
    }
    for (uint32_t id = 0; id < setup->pool_rows; ++id)
        if (setup->masks[id / 64] >> (id % 64) & 1) place(own, id, own->rows++);
    return own;
}

/* Copies pool row `id` into `slot`. */
static void copy_row(const bytebound_loop_setup *setup, uint32_t id, uint32_t slot) {
    for (uint32_t group = 0; group < setup->groups; ++group) {
        const uint64_t bytes = setup->row_bytes[group];
        memcpy(setup->slab[group] + slot * bytes, setup->pool[group] + id * bytes, bytes);
    }
}

static void move_row(const bytebound_loop_setup *setup, uint32_t from, uint32_t to) {
    for (uint32_t group = 0; group < setup->groups; ++group) {
        const uint64_t bytes = setup->row_bytes[group];
        memcpy(setup->slab[group] + to * bytes, setup->slab[group] + from * bytes, bytes);
    }
}

static int step(void *state, uint32_t number) {
    pairs *own = (pairs *)state;
    const bytebound_loop_setup *setup = own->setup;
    const uint64_t *before = setup->masks + (size_t)number * setup->mask_words, *after = before + setup->mask_words;
    uint32_t removed = 0, added = 0, moved = 0;
    for (uint32_t word = 0; word < setup->mask_words; ++word) {
        for (uint64_t bits = before[word] & ~after[word]; bits != 0; bits &= bits - 1)
            own->removed[removed++] = word * 64 + (uint32_t)__builtin_ctzll(bits);
        for (uint64_t bits = after[word] & ~before[word]; bits != 0; bits &= bits - 1)
            own->added[added++] = word * 64 + (uint32_t)__builtin_ctzll(bits);
    }
    for (uint32_t i = 0; i < added; ++i) { /* overwrite, then append */
        const uint32_t slot = i < removed ? own->slot_of[own->removed[i]] : own->rows++;
        copy_row(setup, own->added[i], slot);
        place(own, own->added[i], slot);
    }
    if (removed > added) { /* fill the remaining holes below the new end with rows from above it */
        const uint32_t rows = own->rows - (removed - added);
        uint32_t last = own->rows;
        for (uint32_t i = added; i < removed; ++i)
            own->id_at[own->slot_of[own->removed[i]]] = UINT32_MAX;
        for (uint32_t i = added; i < removed; ++i) {
            const uint32_t hole = own->slot_of[own->removed[i]];
            if (hole >= rows) continue;
            while (own->id_at[--last] == UINT32_MAX) {
            }
            move_row(setup, last, hole);
            place(own, own->id_at[last], hole);
            ++moved;
        }
        own->rows = rows;
    }
    own->stored[number] = added + moved;
    own->touched[number] = 16 * (uint64_t)setup->mask_words + 8 * ((uint64_t)added + removed + moved) * 2;
    return 0;
}

static uint32_t placed(void *state, uint32_t *ids) {
    const pairs *own = (const pairs *)state;
    memcpy(ids, own->id_at, own->rows * sizeof *ids);
    return own->rows;
}

static void traffic(void *state, uint32_t number, bytebound_loop_traffic *out) {
    const pairs *own = (const pairs *)state;
    out->rows_written = own->stored[number];
    out->metadata_bytes = own->touched[number];
}

const bytebound_loop *bytebound_loop_entry(uint32_t harness_abi) {
    static const bytebound_loop loop = {BYTEBOUND_LOOP_ABI, sizeof(bytebound_loop), "pairs",
                                        "paired replacement in C", create,  step,
                                        placed,                    traffic, destroy};
    return harness_abi == BYTEBOUND_LOOP_ABI ? &loop : NULL;
}
