// A process that drives one box of the module fakepmu at a steady rate until it is killed.
//
//   vm_background PMU NODE READS_PER_S WRITES_PER_S
//
// The amounts are proportional to elapsed time, even if the process wakes up late.

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::uint64_t now_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

} // namespace

int main(int argc, char** argv) {
    const int drive = ::open("/sys/kernel/debug/fakepmu/drive", O_WRONLY);
    if (argc != 5 || drive < 0) return 1;
    const std::string box = std::string("box ") + argv[1] + " " + argv[2] + " ";
    const std::uint64_t rates[] = {std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10)};
    std::uint64_t told[2] = {};
    const std::uint64_t begin = now_ns();
    for (;;) {
        std::string line = box;
        for (int i = 0; i < 2; ++i) {
            const std::uint64_t due = rates[i] * ((now_ns() - begin) / 1000) / 1'000'000;
            line += std::to_string(due - told[i]) + " ";
            told[i] = due;
        }
        if (::write(drive, line.data(), line.size()) < 0) return 1;
        const timespec pause{0, 50'000};
        ::nanosleep(&pause, nullptr);
    }
}
