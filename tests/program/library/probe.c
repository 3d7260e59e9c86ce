/* The C interface of bytebound-counters from outside: prints what it does, and test_library.py compares. */
#include <bytebound/bytebound.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int watched;
static bytebound_set *shared;

static bytebound_set *opened(const char *names) {
    bytebound_set *set;
    char error[512];
    if (bytebound_open(names, 0, &set, error, sizeof error) != BYTEBOUND_OK) {
        printf("not opened: %s\n", error);
        exit(1);
    }
    return set;
}

static void show(const bytebound_set *set, const bytebound_reading *readings) {
    for (size_t i = 0; i < bytebound_event_count(set); ++i) {
        const bytebound_event *event = bytebound_event_at(set, i);
        const bytebound_reading *reading = &readings[i];
        double value = -1;
        const int code = bytebound_value(reading, &value);
        printf("%s|%s|%s|", event->name, bytebound_state_name(reading->state), bytebound_tier_name(reading->tier));
        if (code == BYTEBOUND_OK)
            printf("%.17g|%s|%s\n", value, event->unit, bytebound_reason(set, i, reading));
        else
            printf("none %d %d|%s|%s\n", code, reading->count == UINT64_MAX, event->unit, bytebound_reason(set, i, reading));
    }
}

/* `writes` stores to a watched word and `pages` touched pages. */
static void known_work(int writes, int pages) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char name[512], *memory;
    bytebound_reading readings[3];
    snprintf(name, sizeof name, "mem:%p/4:w,page-faults,PAPI_TOT_INS", (void *)&watched);
    bytebound_set *set = opened(name);
    memory = mmap(NULL, page * (size_t)pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(memory, page * (size_t)pages, MADV_NOHUGEPAGE);
    bytebound_begin(set);
    bytebound_end(set, readings); /* this code and its data are now in memory */
    bytebound_begin(set);
    for (int i = 0; i < writes; ++i) watched = i;
    for (int i = 0; i < pages; ++i) memory[page * (size_t)i] = 1;
    bytebound_end(set, readings);
    show(set, readings);
    bytebound_close(set);
}

static void *read_elsewhere(void *samples) {
    printf("other thread %d\n", bytebound_read(shared, samples));
    return NULL;
}

/* Readings of samples that were made by hand. */
static void differences(void) {
    static const uint64_t after[6][3] = {{1100, 2000, 2000}, {1100, 2000, 1500}, {1000, 2000, 1000},
                                         {900, 2000, 2000},  {1100, 2000, 3000}, {1100, 900, 900}};
    bytebound_set *set = opened("page-faults");
    for (int i = 0; i < 6; ++i) {
        bytebound_sample from = {1000, 1000, 1000}, to = {after[i][0], after[i][1], after[i][2]};
        bytebound_reading reading;
        bytebound_difference(set, &from, &to, &reading);
        show(set, &reading);
    }
    bytebound_close(set);
}

static void misuse(void) {
    bytebound_set *set = opened("page-faults");
    bytebound_reading reading;
    bytebound_sample sample;
    double value = 7;
    char text[16];
    printf("end without begin %d\n", bytebound_end(set, &reading));
    show(set, &reading);
    printf("null %d %d %d %d %d\n", bytebound_read(NULL, &sample), bytebound_read(set, NULL), bytebound_begin(NULL),
           bytebound_end(set, NULL), bytebound_difference(set, NULL, &sample, &reading));
    printf("no value %d %d %g\n", bytebound_value(&reading, &value), bytebound_value(NULL, &value), value);
    printf("events %zu %zu %d\n", bytebound_event_count(set), bytebound_event_count(NULL), bytebound_event_at(set, 1) == NULL);
    printf("read error %d '%s'\n", bytebound_read_error(set, text, sizeof text), text);
    shared = set;
    pthread_t thread;
    pthread_create(&thread, NULL, read_elsewhere, &sample);
    pthread_join(thread, NULL);
    fflush(stdout);
    const long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); /* without libc's handlers of fork */
    if (child == 0) _exit(bytebound_read(set, &sample));
    int status;
    waitpid((pid_t)child, &status, 0);
    printf("fork %d\n", WEXITSTATUS(status));
    printf("own thread %d\n", bytebound_read(set, &sample));
    bytebound_close(set);
    bytebound_close(NULL);
}

static void refused(const char *names, unsigned flags, size_t size) {
    bytebound_set *set = (bytebound_set *)&set;
    char error[512];
    memset(error, '#', sizeof error);
    const int code = bytebound_open(names, flags, &set, size ? error : NULL, size);
    error[sizeof error - 1] = '\0';
    printf("%d %d %s\n", code, set == NULL, size ? error : "");
    bytebound_close(set);
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "work") == 0) known_work(atoi(argv[2]), atoi(argv[3]));
    else if (argc == 2 && strcmp(argv[1], "differences") == 0) differences();
    else if (argc == 2 && strcmp(argv[1], "misuse") == 0) misuse();
    else if (argc == 4 && strcmp(argv[1], "open") == 0) refused(argv[2], 0, (size_t)atoi(argv[3]));
    else if (argc == 2 && strcmp(argv[1], "null") == 0) refused(NULL, 0, 64), refused("cycles", 2, 64);
    else return 2;
    return 0;
}
