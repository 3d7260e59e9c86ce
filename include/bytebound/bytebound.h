/* bytebound-counters: hardware and software counters around your own code.
 *
 *     bytebound_set *set;
 *     char text[256];
 *     if (bytebound_open("instructions,page-faults", 0, &set, text, sizeof text)) fail(text);
 *     bytebound_begin(set);
 *     work();
 *     bytebound_end(set, readings);
 *
 * The counters of a set run from bytebound_open() to bytebound_close(): they are never stopped or reset, a measurement is
 * the difference of two reads. What could not be counted is a reading with a state and a reason, never a 0.
 *
 * Costs are those of a 2-core virtual machine (docs/library.md). A set belongs to the thread that opened it, and counts
 * that thread. Functions of different sets may run at the same time. No function is for signal handlers. No function
 * writes to stdout or stderr. Texts are UTF-8 in English and are not stable; codes, states and names of functions are.
 *
 * This header is C99 and C++11. Symbols have the version BYTEBOUND_COUNTERS_1: a program that was linked with one release
 * runs with later ones. Structures that the library fills are never changed; those that it returns grow at their end. */
#ifndef BYTEBOUND_BYTEBOUND_H
#define BYTEBOUND_BYTEBOUND_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define BYTEBOUND_CHECKED __attribute__((warn_unused_result))
#else
#define BYTEBOUND_CHECKED
#endif

#ifdef __cplusplus
#define BYTEBOUND_NOEXCEPT noexcept
extern "C" {
#else
#define BYTEBOUND_NOEXCEPT
#endif

/* What a function returns. The first four are the exit codes of the program bytebound. */
enum {
    BYTEBOUND_OK = 0,
    BYTEBOUND_INTERNAL = 1,     /* the kernel gave an answer that it should not give, or no memory is left */
    BYTEBOUND_USAGE = 2,        /* a wrong argument: an unknown event, a null pointer, an unknown flag */
    BYTEBOUND_NOT_POSSIBLE = 3, /* this machine or user cannot do it: descriptors are used up, perf is refused */
    BYTEBOUND_NO_VALUE = 4,     /* the event was not counted: see its state and reason */
    BYTEBOUND_WRONG_THREAD = 5, /* another thread opened the set */
    BYTEBOUND_AFTER_FORK = 6    /* this process is a fork of the one that opened the set */
};

/* State of an event over an interval. Only the first two have a value. */
enum {
    BYTEBOUND_COUNTED = 0,       /* it counted the whole time */
    BYTEBOUND_SCALED = 1,        /* it shared a counter with others: extrapolated by enabled / running */
    BYTEBOUND_NEVER_RAN = 2,     /* it had no counter during the interval */
    BYTEBOUND_NOT_AVAILABLE = 3, /* it is not open: the machine, the user's permissions or this library prevent it */
    BYTEBOUND_READ_FAILED = 4    /* the kernel returned no answer or an impossible one */
};

/* How directly a value was obtained. */
enum {
    BYTEBOUND_TIER_NONE = 0,    /* there is no value */
    BYTEBOUND_TIER_COUNTED = 1, /* a counter of the thread that ran the whole time */
    BYTEBOUND_TIER_SCALED = 2,  /* a multiplexed counter, extrapolated */
    BYTEBOUND_TIER_SHARED = 3   /* a counter of a whole socket or memory controller: it includes everybody's events */
};

/* Flags of bytebound_open(). */
enum {
    BYTEBOUND_MULTIPLEX = 1 /* events that do not fit may share counters: their readings are scaled */
};

/* An open set of events. */
typedef struct bytebound_set bytebound_set;

/* One event of a set. Texts are never null and live as long as the set. */
typedef struct bytebound_event {
    const char *name;   /* as it was given, or the value of its term name= */
    const char *unit;   /* of the value: "ns", "MiB"; "" for a number of events */
    const char *domain; /* "u" user code, "k" kernel code, "uk" both, "-" the event does not distinguish them */
    const char *source; /* "perf" or "uncore"; "" if it is not open */
    const char *reason; /* why it is not open; "" if it is */
    const char *remedy; /* what can be done about that */
    const char *caveat; /* how an ambiguous name was read, or what a sum leaves out; "": nothing to say */
    int32_t open;       /* 1 if it is counted, 0 if not */
    int32_t shared;     /* 1 if it counts a whole socket or memory controller instead of this thread */
} bytebound_event;

/* The kernel's words for one counter at one moment. Only differences have a meaning. */
typedef struct bytebound_sample {
    uint64_t count;
    uint64_t enabled_ns;
    uint64_t running_ns;
} bytebound_sample;

/* One event over an interval. `count`, and the times in ns that it was enabled and had a counter, are valid in the states
 * counted and scaled; in the others `count` is UINT64_MAX. Use bytebound_value() for the value. */
typedef struct bytebound_reading {
    uint64_t count;
    uint64_t enabled_ns;
    uint64_t running_ns;
    double unit_scale; /* value = count * enabled_ns / running_ns * unit_scale */
    int32_t state;     /* BYTEBOUND_COUNTED, ... */
    int32_t tier;      /* BYTEBOUND_TIER_COUNTED, ... */
} bytebound_reading;

/* Version of the library, "0.1.0". */
const char *bytebound_version(void) BYTEBOUND_NOEXCEPT;

/* "counted", "scaled", "never ran", "not available", "read failed"; "" for another number. */
const char *bytebound_state_name(int32_t state) BYTEBOUND_NOEXCEPT;

/* "counted", "scaled", "shared"; "" for another number and for no tier. */
const char *bytebound_tier_name(int32_t tier) BYTEBOUND_NOEXCEPT;

/* Opens events on the calling thread and starts counting. `names` are separated by commas, in the grammar of
 * `bytebound run --events`: "cycles", "LLC-load-misses:uk", "cpu/event=0x3c,umask=0/", "r01c0", "msr/tsc/",
 * "uncore_imc/cas_count_read/", "mem:0x601040/8:w". The names of libpfm4 (skx::...) and of PAPI (PAPI_...) are not
 * available in this library. Without a modifier an event counts user code only. The events are those of the calling
 * thread, not of threads that it starts; those of memory controllers are of the whole machine.
 *
 * An event that cannot be counted here does not make the call fail: it is not open and has a reason. What does not fit
 * into the counters beside the events before it is not open, unless `flags` has BYTEBOUND_MULTIPLEX.
 *
 * Returns BYTEBOUND_OK and sets *set, which the caller closes; or another code, sets *set to null and writes one line to
 * `error` (at most `error_size` bytes with the final 0; null and 0 are allowed):
 * USAGE (a name that no grammar knows or that is listed twice, no name, an unknown flag), NOT_POSSIBLE (the events were
 * tried, but cannot be opened together now), INTERNAL.
 *
 * Cost: 1 to 3 ms for each event, since each is tried. Allocates; holds one descriptor for each counter. */
int bytebound_open(const char *names, unsigned flags, bytebound_set **set, char *error,
                   size_t error_size) BYTEBOUND_NOEXCEPT BYTEBOUND_CHECKED;

/* Closes a set and frees it; null is allowed. Any thread may do it. Cost: 10 to 100 us. */
void bytebound_close(bytebound_set *set) BYTEBOUND_NOEXCEPT;

/* Number of events, in the order of their names, open or not; 0 for null. Cost: a few ns. */
size_t bytebound_event_count(const bytebound_set *set) BYTEBOUND_NOEXCEPT;

/* Event `index`; null if there is none. Cost: a few ns. */
const bytebound_event *bytebound_event_at(const bytebound_set *set, size_t index) BYTEBOUND_NOEXCEPT;

/* Number of samples that bytebound_read() fills: one for each counter; an event of memory controllers has several.
 * Cost: a few ns. */
size_t bytebound_sample_count(const bytebound_set *set) BYTEBOUND_NOEXCEPT;

/* Reads the counters now, into `samples` (bytebound_sample_count() of them). For many steps, keep the samples of each
 * moment and make the differences later.
 * Returns OK; WRONG_THREAD, AFTER_FORK, USAGE (null); INTERNAL if the kernel refused: bytebound_read_error() has the text
 * and the samples make readings in the state READ_FAILED.
 * Cost: one read(2) for each group of events (0.4 to 1 us), or about 30 ns for each event where the kernel allows reads
 * in user space (rdpmc) of all events of a group. Neither allocates nor locks. */
int bytebound_read(bytebound_set *set, bytebound_sample *samples) BYTEBOUND_NOEXCEPT BYTEBOUND_CHECKED;

/* Makes readings (bytebound_event_count() of them) from the samples of two moments.
 * Returns OK, even if none of the events has a value; USAGE for null. Cost: about 5 ns for each event. */
int bytebound_difference(const bytebound_set *set, const bytebound_sample *before, const bytebound_sample *after,
                         bytebound_reading *readings) BYTEBOUND_NOEXCEPT;

/* bytebound_read() into a buffer of the set. A second call starts the interval again. */
int bytebound_begin(bytebound_set *set) BYTEBOUND_NOEXCEPT;

/* Reads again and makes the readings since the last bytebound_begin(). May be called several times: the interval always
 * starts there. Returns the codes of bytebound_read(), and USAGE if there was no bytebound_begin(); the readings are then
 * in the state READ_FAILED. Cost: those of bytebound_read() and bytebound_difference(). */
int bytebound_end(bytebound_set *set, bytebound_reading *readings) BYTEBOUND_NOEXCEPT;

/* The value of a reading in the event's unit, extrapolated if it is scaled. Returns OK and sets *value; NO_VALUE, and
 * leaves *value as it is, if it was not counted; USAGE for null. Cost: a few ns. */
int bytebound_value(const bytebound_reading *reading, double *value) BYTEBOUND_NOEXCEPT BYTEBOUND_CHECKED;

/* Why the reading of event `index` has no value; "" if it has one. The text lives as long as the set. Cost: a few ns. */
const char *bytebound_reason(const bytebound_set *set, size_t index,
                             const bytebound_reading *reading) BYTEBOUND_NOEXCEPT;

/* Writes the line of the last failed read to `text` (at most `size` bytes with the final 0). Returns OK, or NO_VALUE and
 * an empty text if no read failed. Allocates. */
int bytebound_read_error(const bytebound_set *set, char *text, size_t size) BYTEBOUND_NOEXCEPT;

/* Regions: named parts of a program, of which every pass is recorded under `bytebound exec --regions -- COMMAND`. The two
 * functions are declared if BYTEBOUND_REGIONS is defined before this header is included (-DBYTEBOUND_REGIONS); otherwise
 * their calls are removed, and their argument is not evaluated.
 *
 * A pass begins and ends in one thread. Passes may be nested; an end without a begin is counted and ignored, an end of an
 * outer pass also ends those inside, which are then not recorded. `name` is a text of at most 255 bytes; a thread may
 * have 1024 names and 64 levels, and what exceeds this is counted as dropped. errno is kept.
 *
 * Cost: without the environment of exec about 2 ns. While recording, one reading of the counters each (bytebound_read()).
 * Nothing is locked, and nothing allocated but at the first region of a thread, which opens the counters and creates a file
 * (some ms), and about every 16 000 passes, when the file grows by 1 MiB (0.2 ms, behind the pass).
 * Not for signal handlers: such a call is ignored and counted if it interrupts another one. */
#ifdef BYTEBOUND_REGIONS
void bytebound_region_begin(const char *name) BYTEBOUND_NOEXCEPT;
void bytebound_region_end(const char *name) BYTEBOUND_NOEXCEPT;
#else
#define bytebound_region_begin(name) ((void)sizeof(name))
#define bytebound_region_end(name) ((void)sizeof(name))
#endif

/* Whether regions are recorded: OK; NO_VALUE if the environment does not request it; NOT_POSSIBLE if a thread could not
 * record. Writes a line to `text` (at most `size` bytes with the final 0; null and 0 are allowed). Cost: below 1 us. */
int bytebound_region_status(char *text, size_t size) BYTEBOUND_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
