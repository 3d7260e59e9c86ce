#include "library/owner_mark.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

namespace bytebound {
namespace {

std::atomic<std::uint64_t> threads_seen{0};
thread_local std::uint64_t thread_number = 0;

using Mark = std::atomic<std::uint32_t>;
std::atomic<Mark*> mark_page{nullptr};
std::atomic<std::uint32_t> marks_given{0}; ///< in this process and those that it was forked from

/// Stands for the page where the kernel cannot empty it.
Mark always_marked{1};

Mark* make_page() noexcept {
    const auto bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* page = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return &always_marked;
    if (::madvise(page, bytes, MADV_WIPEONFORK) == 0) return static_cast<Mark*>(page);
    ::munmap(page, bytes);
    return &always_marked;
}

} // namespace

std::uint64_t this_thread() noexcept {
    if (thread_number == 0) thread_number = threads_seen.fetch_add(1, std::memory_order_relaxed) + 1;
    return thread_number;
}

std::uint32_t mark_process() noexcept {
    Mark* page = mark_page.load(std::memory_order_acquire);
    if (page == nullptr) {
        Mark* made = make_page();
        // Two threads may come here at once; the page of the second is never used.
        if (mark_page.compare_exchange_strong(page, made, std::memory_order_acq_rel)) page = made;
    }
    std::uint32_t mark = 0;
    const std::uint32_t next = marks_given.load(std::memory_order_relaxed) + 1;
    if (!page->compare_exchange_strong(mark, next, std::memory_order_relaxed)) return mark;
    marks_given.store(next, std::memory_order_relaxed);
    return next;
}

std::uint32_t process_mark() noexcept {
    const Mark* page = mark_page.load(std::memory_order_acquire);
    return page == nullptr ? 0 : page->load(std::memory_order_relaxed);
}

} // namespace bytebound
