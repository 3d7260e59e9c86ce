#pragma once

#include <utility>

#include "base/sys.hpp"

namespace bytebound {

/// Owner of one file descriptor, closed through the seam that opened it.
class UniqueFd {
public:
    UniqueFd() = default;
    UniqueFd(Sys& sys, int fd) : sys_(&sys), fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : sys_(other.sys_), fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        if (this != &other) {
            reset();
            sys_ = other.sys_;
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;
    ~UniqueFd() { reset(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    void reset() noexcept {
        if (fd_ >= 0) sys_->close(std::exchange(fd_, -1));
    }

private:
    Sys* sys_ = nullptr;
    int fd_ = -1;
};

} // namespace bytebound
