#include "library/region_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/clock.hpp"

namespace bytebound {
namespace {

constexpr std::uint64_t window_size = 1 << 20;
constexpr int most_files_of_a_thread = 10'000; // thread ids are used again

/// Space for the file up to `end`, so that a store into the mapping never meets a full disk (SIGBUS).
int reserve(int fd, std::uint64_t from, std::uint64_t end) noexcept {
    rlimit limit{};
    // Beyond this limit the kernel would send SIGXFSZ.
    if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && end > limit.rlim_cur) return EFBIG;
    return ::posix_fallocate(fd, static_cast<off_t>(from), static_cast<off_t>(end - from));
}

void* map(int fd, std::uint64_t at, std::uint64_t bytes) noexcept {
    void* mapped =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, static_cast<off_t>(at));
    return mapped == MAP_FAILED ? nullptr : mapped;
}

} // namespace

int RegionFile::create(const char* directory, std::uint64_t process, std::uint64_t thread) noexcept {
    std::array<char, 4096> path;
    for (int n = 0; fd_ < 0; ++n) {
        if (n == most_files_of_a_thread) return EEXIST;
        const int length =
            std::snprintf(path.data(), path.size(), "%s/regions-%llu-%llu-%d.bbr", directory,
                          static_cast<unsigned long long>(process), static_cast<unsigned long long>(thread), n);
        if (length < 0 || static_cast<std::size_t>(length) >= path.size()) return ENAMETOOLONG;
        fd_ = ::open(path.data(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
        if (fd_ < 0 && errno != EEXIST) return errno;
    }
    int error = reserve(fd_, 0, region_format::header_bytes);
    if (error == 0) {
        header_ = static_cast<region_format::Header*>(map(fd_, 0, region_format::header_bytes));
        error = header_ == nullptr ? errno : extend(0);
    }
    if (error != 0) {
        ::unlink(path.data());
        abandon();
        return error;
    }
    std::memcpy(header_->magic, region_format::magic, sizeof header_->magic);
    header_->byte_order = region_format::byte_order;
    header_->version = region_format::version;
    header_->header_bytes = region_format::header_bytes;
    header_->process = process;
    header_->thread = thread;
    header_->opened_ns = now_ns();
    return 0;
}

int RegionFile::extend(std::size_t bytes) noexcept {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t at = next_ / page * page;
    const std::uint64_t size = (window_size + bytes + page - 1) / page * page;
    if (const int error = reserve(fd_, at, at + size); error != 0) return error;
    auto* mapped = static_cast<std::byte*>(map(fd_, at, size));
    if (mapped == nullptr) return errno;
    // MAP_POPULATE maps the pages of a file for reading: without these stores, each would be a page fault of a pass.
    for (std::uint64_t offset = next_ - at; offset < size; offset += page)
        static_cast<volatile std::byte&>(mapped[offset]) = std::byte{0};
    if (window_ != nullptr) ::munmap(window_, window_bytes_);
    window_ = mapped;
    window_at_ = at;
    window_bytes_ = size;
    ++header_->windows;
    return 0;
}

void* RegionFile::room(std::size_t bytes) noexcept {
    if (header_->error != 0) return nullptr;
    if (next_ + bytes > window_at_ + window_bytes_) {
        header_->error = extend(bytes);
        if (header_->error != 0) return nullptr;
    }
    return window_ + (next_ - window_at_);
}

void RegionFile::commit(std::size_t bytes) noexcept {
    next_ += bytes;
    std::atomic_ref(header_->record_bytes).store(next_ - region_format::header_bytes, std::memory_order_release);
}

void RegionFile::close() noexcept {
    if (header_ == nullptr) return;
    header_->closed_ns = now_ns();
    // A failure leaves zeros behind the records, which readers ignore.
    if (::ftruncate(fd_, static_cast<off_t>(next_)) != 0) header_->error = errno;
    abandon();
}

void RegionFile::abandon() noexcept {
    if (window_ != nullptr) ::munmap(window_, window_bytes_);
    if (header_ != nullptr) ::munmap(header_, region_format::header_bytes);
    if (fd_ >= 0) ::close(fd_);
    window_ = nullptr;
    header_ = nullptr;
    fd_ = -1;
}

} // namespace bytebound
