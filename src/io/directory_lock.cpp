#include "io/directory_lock.hpp"

#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/input_file.hpp"
#include "base/text.hpp"

namespace bytebound {
namespace {

constexpr InputKind owner_kind{"the owner of a directory", 1024};

std::string host() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// "PID HOST". Best effort: a directory that cannot be written has no run either.
void write_owner(int directory) {
    const std::string name(owner_file), text = std::to_string(::getpid()) + " " + host() + "\n";
    ::unlinkat(directory, name.c_str(), 0);
    const Descriptor file(
        ::openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (file) static_cast<void>(::write(file.get(), text.data(), text.size()) == 0);
}

/// The directory may come from someone else, so only a number and the characters of host names are shown.
std::string read_owner(int directory) {
    static const std::string unknown = "another bytebound";
    const Descriptor file(::openat(directory, std::string(owner_file).c_str(),
                                   O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC));
    const auto text = file ? read_input(file.get(), owner_kind) : tl::unexpected(InputFault{});
    if (!text) return unknown;
    const auto words = split(trim(*text), ' ');
    const bool plain = words.size() == 2 && !words[1].empty() &&
                       words[1].find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") == std::string::npos;
    if (!plain || !parse_unsigned(words[0])) return unknown;
    return "process " + words[0] + " on host " + words[1];
}

} // namespace

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
    std::swap(directory_, other.directory_);
    std::swap(held_, other.held_);
    std::swap(busy_, other.busy_);
    std::swap(error_, other.error_);
    std::swap(owner_, other.owner_);
    return *this;
}

void DirectoryLock::release() noexcept {
    if (!directory_ || !std::exchange(held_, false)) return;
    ::unlinkat(directory_.get(), owner_file.data(), 0);
    ::flock(directory_.get(), LOCK_UN);
}

DirectoryLock DirectoryLock::wait(const std::filesystem::path& directory) {
    DirectoryLock lock;
    lock.directory_ = open_directory(directory);
    while (lock.directory_ && ::flock(lock.descriptor(), LOCK_EX) != 0 && errno == EINTR) {
    }
    return lock;
}

std::string DirectoryLock::holder(int directory) {
    if (::flock(directory, LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK ? read_owner(directory) : "";
    ::flock(directory, LOCK_UN);
    return "";
}

DirectoryLock DirectoryLock::attempt(const std::filesystem::path& directory) {
    DirectoryLock lock;
    lock.directory_ = open_directory(directory);
    if (!lock.directory_) {
        lock.error_ = errno;
        return lock;
    }
    lock.held_ = ::flock(lock.descriptor(), LOCK_EX | LOCK_NB) == 0;
    lock.busy_ = !lock.held_ && errno == EWOULDBLOCK;
    if (lock.held_) write_owner(lock.descriptor());
    if (lock.busy_) lock.owner_ = read_owner(lock.descriptor());
    return lock;
}

} // namespace bytebound
