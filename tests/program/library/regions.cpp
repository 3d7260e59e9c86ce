// Regions of known content; test_library.py reads the files that they leave.
#include <bytebound/bytebound.hpp>

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

/// Touches `pages` new pages: as many page faults.
void touch(int pages) {
    const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE)),
                      bytes = page * static_cast<std::size_t>(pages);
    char* memory = static_cast<char*>(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    madvise(memory, bytes, MADV_NOHUGEPAGE);
    for (std::size_t at = 0; at < bytes; at += page)
        memory[at] = 1;
    munmap(memory, bytes);
}

/// Code and data of everything are in memory after the first pass, "warm".
void nested() {
    for (int i = 0; i < 2; ++i) {
        BYTEBOUND_REGION(i == 0 ? "warm" : "outer");
        touch(3);
        for (int j = 0; j < 2; ++j) {
            BYTEBOUND_REGION(i == 0 ? "warm" : "inner");
            touch(5);
        }
    }
}

void threads() {
    std::thread others[2];
    for (std::thread& other : others)
        other = std::thread([] {
            for (int i = 0; i < 10; ++i) {
                BYTEBOUND_REGION("work");
                touch(2);
            }
        });
    for (std::thread& other : others)
        other.join();
}

void faults() {
    bytebound_region_end("nothing began");
    bytebound_region_begin("left");
    bytebound_region_begin("left too");
    { BYTEBOUND_REGION("inside"); }
    bytebound_region_end("nothing began");
    bytebound_region_begin("outer");
    bytebound_region_begin("cut");
    bytebound_region_end("outer"); // ends "cut", which is not recorded
    const std::string long_name(256, 'x');
    bytebound_region_begin(long_name.c_str());
    bytebound_region_end(long_name.c_str());
    for (int i = 0; i < 70; ++i)
        bytebound_region_begin("deep");
    for (int i = 0; i < 70; ++i)
        bytebound_region_end("deep");
    try {
        BYTEBOUND_REGION("thrown");
        throw std::runtime_error("");
    } catch (const std::runtime_error&) {
    }
    errno = 77;
    bytebound_region_begin("errno");
    bytebound_region_end("errno");
    if (errno != 77) std::abort();
    bytebound_region_begin("open at the end");
}

void forks() {
    BYTEBOUND_REGION("parent");
    if (fork() == 0) {
        { BYTEBOUND_REGION("child"); }
        std::exit(0); // ends no scope
    }
    if (fork() == 0) _exit(0); // never records
    while (wait(nullptr) > 0) {
    }
}

void ends_by(const char* how) {
    for (int i = 0; i < 3; ++i) {
        BYTEBOUND_REGION("before the end");
    }
    BYTEBOUND_REGION("never ends");
    if (std::strcmp(how, "abort") == 0) std::abort();
    if (std::strcmp(how, "_exit") == 0) _exit(0);
    if (std::strcmp(how, "exit") == 0) std::exit(0);
    if (std::strcmp(how, "kill") == 0) kill(getpid(), SIGKILL);
    if (std::strcmp(how, "exec") == 0) execlp("true", "true", nullptr);
    if (std::strcmp(how, "thread") == 0) {
        std::thread([] {
            BYTEBOUND_REGION("of a thread that outlives main");
            pause();
        }).detach();
        usleep(20000);
        std::exit(0);
    }
}

void many(int passes) {
    BYTEBOUND_REGION("all");
    for (int i = 0; i < passes; ++i) {
        BYTEBOUND_REGION("one");
    }
}

void names() {
    char name[32];
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 1030; ++i) {
            std::snprintf(name, sizeof name, "region %d", i); // one address, many names
            bytebound_region_begin(name);
            bytebound_region_end(name);
        }
}

} // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "nested") nested();
    if (what == "threads") threads();
    if (what == "faults") faults();
    if (what == "forks") forks();
    if (what == "ends") ends_by(argv[2]);
    if (what == "many") many(std::atoi(argv[2]));
    if (what == "names") names();
    if (what == "status") {
        char line[512];
        BYTEBOUND_REGION("one");
        const int code = bytebound_region_status(line, sizeof line);
        std::printf("%d %s\n", code, line);
    }
}
