/* A plug-in for the tests: a gather that misbehaves as its arguments say: "KIND@STEP". NAME, ABI and others by -D. */
#define _GNU_SOURCE
#include <bytebound/loop.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef NAME
#define NAME "faulty"
#endif
#ifndef ABI
#define ABI BYTEBOUND_LOOP_ABI
#endif
#ifndef SIZE
#define SIZE sizeof(bytebound_loop)
#endif

static const bytebound_loop_setup *setup;
static char kind[64];
static uint32_t at, active, now;
static int is(const char *name) { return strcmp(kind, name) == 0 && now == at; }

static void list(uint32_t mask, uint32_t *ids) {
    const uint64_t *words = setup->masks + (size_t)mask * setup->mask_words;
    active = 0;
    for (uint32_t word = 0; word < setup->mask_words; ++word)
        for (uint64_t bits = words[word]; bits != 0; bits &= bits - 1)
            ids[active++] = word * 64 + (uint32_t)__builtin_ctzll(bits);
}

static void *idle(void *unused) {
    for (;;)
        pause();
    return unused;
}

static void *create(const bytebound_loop_setup *given) {
    setup = given;
    const char *text = strrchr(given->arguments, '@');
    if (text != NULL) snprintf(kind, sizeof kind, "%.*s", (int)(text - given->arguments), given->arguments);
    at = text == NULL ? 0 : (uint32_t)atoi(text + 1);
    if (strcmp(kind, "refuse") == 0) {
        snprintf(given->error, given->error_bytes, "%u rows are odd", given->pool_rows);
        return NULL;
    }
    if (strcmp(kind, "no reason") == 0) return NULL;
    if (strcmp(kind, "create dies") == 0) abort();
    return calloc(given->slab_rows, sizeof(uint32_t));
}

static void misbehave(void) {
    unsigned char *slab = setup->slab[0];
    const uint64_t slab_bytes = setup->slab_rows * setup->row_bytes[0];
    if (is("crash")) *(volatile int *)8 = 1;
    if (is("abort")) abort();
    if (is("hang")) {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        for (;;) pause();
    }
    if (is("exit")) exit(0);
    if (is("_exit")) _exit(3);
    if (is("fork and exit") && fork() != 0) exit(0);
    if (is("close")) for (int fd = 0; fd < 1024; ++fd) close(fd);
    if (is("affinity")) {
        cpu_set_t all;
        CPU_ZERO(&all);
        for (int cpu = 0; cpu < 64; ++cpu) CPU_SET(cpu, &all);
        sched_setaffinity(0, sizeof all, &all);
    }
    if (is("signals")) {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        signal(SIGTERM, SIG_IGN);
    }
    if (is("print")) {
        puts("plug-in says hello on stdout");
        fprintf(stderr, "plug-in says hello on stderr\n");
    }
    if (is("thread")) {
        pthread_t thread;
        pthread_create(&thread, NULL, idle, NULL);
    }
    if (is("above")) slab[-1] = 1;
    if (is("below")) slab[(slab_bytes + 4095) / 4096 * 4096] = 1;
    if (is("slack")) slab[slab_bytes] ^= 1;
    if (is("pool")) *(unsigned char *)setup->pool[0] = 1;
    if (is("masks")) *(uint64_t *)setup->masks = 1;
    if (is("unlock pool") && mprotect((void *)setup->pool[0], 4096, PROT_READ | PROT_WRITE) == 0) *(char *)setup->pool[0] ^= 1;
    if (is("capabilities")) {
        FILE *status = fopen("/proc/self/status", "r");
        char line[256];
        while (fgets(line, sizeof line, status) != NULL)
            if (strncmp(line, "CapEff:", 7) == 0 || strncmp(line, "NoNewPrivs:", 11) == 0) fputs(line, stderr);
        fclose(status);
        for (int fd = 0; fd < 64; ++fd) {
            char path[64], target[128];
            snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
            const ssize_t length = readlink(path, target, sizeof target);
            if (length > 0) fprintf(stderr, "fd %d %.*s\n", fd, (int)length, target);
        }
    }
}

static int step(void *state, uint32_t number) {
    uint32_t *ids = (uint32_t *)state;
    now = number;
    misbehave();
    if (is("return")) return 7;
    list(number + 1, ids);
    for (uint32_t group = 0; group < setup->groups; ++group)
        for (uint32_t slot = 0; slot < active; ++slot)
            memcpy(setup->slab[group] + slot * setup->row_bytes[group],
                   setup->pool[group] + ids[slot] * setup->row_bytes[group], setup->row_bytes[group]);
    if (now + 1 == setup->steps && strcmp(kind, "flip") == 0) setup->slab[1][5 * setup->row_bytes[1] + 3] ^= 1;
    return 0;
}

static uint32_t placed(void *state, uint32_t *ids) {
    if (strcmp(kind, "placed dies") == 0) raise(SIGBUS);
    if (strcmp(kind, "too many") == 0) return setup->slab_rows + 1;
    memcpy(ids, state, active * sizeof *ids);
    if (strcmp(kind, "beyond ids") == 0) ids[setup->slab_rows] = 0;
    if (strcmp(kind, "one less") == 0) return active - 1;
    if (strcmp(kind, "twice") == 0) ids[1] = ids[0];
    return active;
}

static void traffic(void *state, uint32_t number, bytebound_loop_traffic *out) {
    (void)state;
    if (strcmp(kind, "silent") == 0 && number == at) return;
    out->rows_written = strcmp(kind, "boast") == 0 && number == at ? 1u << 30 : 7;
}

static void destroy(void *state) {
    if (strcmp(kind, "destroy dies") == 0) raise(SIGILL);
    free(state);
}

#ifndef NO_SYMBOL
const bytebound_loop *bytebound_loop_entry(uint32_t harness_abi) {
    static bytebound_loop loop = {ABI, SIZE, NAME, "misbehaves", create, step, placed, traffic, destroy};
    (void)harness_abi;
#ifdef REFUSES
    return NULL;
#endif
    return &loop;
}
#endif

#ifdef DIES_LOADING
__attribute__((constructor)) static void die(void) { raise(SIGFPE); }
#endif
