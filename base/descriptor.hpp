#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

namespace bytebound {

/// Owner of a descriptor of a file or directory, closed with close(2). Counters have UniqueFd, which tests can script.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

private:
    int number_ = -1;
};

/// Opened for flock(2), fsync(2) and the *at() calls; "" is the working directory. Without a number: see errno.
Descriptor open_directory(const std::filesystem::path& path);

/// Writes the whole text from an offset on, in as many calls as it takes. Returns the errno of the failure, else 0.
int write_all(const Descriptor& file, std::string_view text, std::uint64_t offset);

/// fsync(2) of a file or directory. Returns the errno of the failure, else 0, also on a file system that cannot sync
/// it.
int sync_to_disk(int descriptor);

} // namespace bytebound
