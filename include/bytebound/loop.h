/* A loop of your own for `bytebound run --loop ./libmine.so[:ARGS]` (docs/plug-ins.md). C99 and C++11.
 *
 * The library exports one function, bytebound_loop_entry(). bytebound loads it in a process of its own, once for each
 * phase, calls create(), step() for every step in order, placed(), traffic() for every step, destroy(), all on one
 * pinned thread, and then checks every byte of the slab itself. Only step() is timed and counted.
 *
 * Structs carry their size in bytes and grow only at the end; a member exists if it lies within the size. */
#ifndef BYTEBOUND_LOOP_H
#define BYTEBOUND_LOOP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BYTEBOUND_LOOP_ABI 1u
#define BYTEBOUND_LOOP_NOT_TOLD UINT64_MAX

/* What create() receives. The memory is bytebound's and exists until destroy() has returned. Only the slab may be
 * written: a write to pool or masks, or beside the slab, ends the process. */
typedef struct bytebound_loop_setup {
    uint32_t size;
    uint32_t pool_rows;         /* ids are 0 ... pool_rows - 1 */
    uint32_t slab_rows;         /* slots are 0 ... slab_rows - 1; no step has more active rows */
    uint32_t steps;             /* step() is called for 0 ... steps - 1; the first ones warm up */
    uint32_t mask_words;        /* 64-bit words of a mask */
    uint32_t groups;            /* a row has a part in each group of columns, such as up and down */
    const uint64_t *row_bytes;  /* of each group's part */
    const unsigned char *const *pool; /* of each group: row id is at pool[group] + id * row_bytes[group] */
    unsigned char *const *slab; /* of each group: slot s is at slab[group] + s * row_bytes[group] */
    /* steps + 1 masks. Row id is active before step t if bit id % 64 of masks[t * mask_words + id / 64] is set, and
     * after it if that of mask t + 1 is. */
    const uint64_t *masks;
    const char *arguments; /* ARGS of --loop; "" without */
    char *error;           /* create() may write here why it fails: error_bytes with the final 0 */
    size_t error_bytes;
} bytebound_loop_setup;

/* What a step did, for the computed figures. BYTEBOUND_LOOP_NOT_TOLD, as they are at first: "n/a". */
typedef struct bytebound_loop_traffic {
    uint32_t size;
    uint32_t reserved;
    uint64_t rows_written;   /* rows stored into the slab */
    uint64_t metadata_bytes; /* bytes loaded and stored in masks, lists and tables */
} bytebound_loop_traffic;

typedef struct bytebound_loop {
    uint32_t abi;      /* BYTEBOUND_LOOP_ABI */
    uint32_t size;     /* sizeof(bytebound_loop) */
    const char *name;  /* of the loop in tables and files: 1 to 32 letters, digits, '_', '-' or '.' */
    const char *about; /* one line for the report, or NULL */
    /* The slab holds the rows of mask 0: the lowest active id in slot 0, and so on. Returns the loop's state, which the
     * other functions receive; NULL: it failed. */
    void *(*create)(const bytebound_loop_setup *setup);
    /* Brings the slab from mask `step` to mask `step` + 1: afterwards every active row is in one of the slots 0 ... m - 1,
     * in any order, where m is the number of active rows. Returns 0; anything else ends the loop as failed. */
    int (*step)(void *state, uint32_t step);
    /* Writes the id of the row in each slot to `ids`, which has slab_rows entries, and returns the number of rows. */
    uint32_t (*placed)(void *state, uint32_t *ids);
    /* What step number `step` did; called after the last step. May be NULL. */
    void (*traffic)(void *state, uint32_t step, bytebound_loop_traffic *traffic);
    void (*destroy)(void *state); /* May be NULL. */
} bytebound_loop;

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
/* The exported function. `harness_abi`: BYTEBOUND_LOOP_ABI of the program. Returns NULL if it does not know that one. */
const bytebound_loop *bytebound_loop_entry(uint32_t harness_abi);

#ifdef __cplusplus
}
#endif

#endif
