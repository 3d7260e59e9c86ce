#include "counters/known_truth/kernel_events.hpp"

#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace bytebound::known_truth {
namespace {

constexpr unsigned most_attempts = 100; ///< to leave the CPU once; a second one is rare

std::uint64_t cpu_time_so_far() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(time.tv_nsec);
}

} // namespace

Result<FreshPages> FreshPages::map(std::size_t pages) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    auto region = TRY(MappedRegion::anonymous(pages * page, page));
    // EINVAL: the kernel has no transparent huge pages, so there is nothing to disable.
    if (::madvise(region.data(), region.size(), MADV_NOHUGEPAGE) != 0 && errno != EINVAL)
        return fail({ExitCode::not_possible, "map", "fresh pages", "madvise(MADV_NOHUGEPAGE) failed",
                     "see bytebound doctor", errno});
    return FreshPages(std::move(region), page);
}

std::size_t FreshPages::touch() noexcept {
    std::size_t touched = 0;
    for (std::size_t at = 0; at < region_.size(); at += page_bytes_, ++touched)
        *reinterpret_cast<volatile unsigned char*>(region_.data() + at) = 1;
    return touched;
}

std::uint64_t switches_so_far() noexcept {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return static_cast<std::uint64_t>(usage.ru_nvcsw) + static_cast<std::uint64_t>(usage.ru_nivcsw);
}

std::uint64_t take_naps(unsigned naps) noexcept {
    const std::uint64_t before = switches_so_far();
    for (unsigned i = 0; i < naps; ++i) {
        const std::uint64_t awake = switches_so_far();
        // A timer that fires before the thread has left its CPU ends a nap without a switch (a guest whose CPU was
        // taken away in between): then it is repeated.
        for (unsigned attempt = 0; attempt < most_attempts && switches_so_far() == awake; ++attempt) {
            const timespec nap{0, 50'000};
            ::nanosleep(&nap, nullptr);
        }
    }
    return switches_so_far() - before;
}

std::uint64_t spend_cpu_time(std::uint64_t ns) noexcept {
    const std::uint64_t before = cpu_time_so_far();
    std::uint64_t spent = 0;
    while (spent < ns)
        spent = cpu_time_so_far() - before;
    return spent;
}

std::string WatchedWord::event_name(std::size_t bytes, bool reads_too) const {
    assert(bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8);
    char text[64];
    std::snprintf(text, sizeof text, "mem:%#lx/%zu:%s", reinterpret_cast<unsigned long>(bytes_), bytes,
                  reads_too ? "rw" : "w");
    return text;
}

void WatchedWord::touch(unsigned writes, unsigned reads) noexcept {
    for (unsigned i = 0; i < writes; ++i)
        bytes_[0] = static_cast<std::uint8_t>(i);
    for (unsigned i = 0; i < reads; ++i)
        static_cast<void>(bytes_[0]);
}

} // namespace bytebound::known_truth
