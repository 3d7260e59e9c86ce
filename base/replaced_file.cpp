#include "base/replaced_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>

namespace bytebound {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = ".bytebound-", suffix = ".tmp";
constexpr std::size_t random_digits = 16;
constexpr std::string_view hexadecimal = "0123456789abcdef";

/// Empty if the kernel gives no random bytes.
std::string unpredictable_name() {
    std::array<unsigned char, random_digits / 2> bytes;
    if (::getentropy(bytes.data(), bytes.size()) != 0) return {};
    std::string name(prefix);
    for (const unsigned char byte : bytes)
        name.append({hexadecimal[byte >> 4], hexadecimal[byte & 15]});
    return name.append(suffix);
}

/// Locked, and not removed between its creation and its lock.
bool is_held(int file) {
    struct stat status {};
    // A file system without locks (some NFS servers) has no remover either.
    if (::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
    return ::fstat(file, &status) == 0 && status.st_nlink > 0;
}

struct DirectoryCloser {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

/// A temporary file without an owner.
bool is_abandoned(int directory, const char* name) {
    const Descriptor file(::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    // A link or a FIFO of this name is not ours.
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    return ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
}

/// Whether the name leads to an entry of /proc: /dev/stdout, /dev/fd/1, /proc/self/fd/1. Its file is open in a process,
/// which would go on writing to the file that was replaced.
bool is_open_file(fs::path name) {
    constexpr int most_links = 40; // as the kernel
    std::error_code error;
    for (int links = 0; links < most_links && fs::is_symlink(fs::symlink_status(name, error)); ++links) {
        const fs::path folder = fs::canonical(name.has_parent_path() ? name.parent_path() : ".", error);
        if (folder.string().starts_with("/proc/")) return true;
        name = folder / fs::read_symlink(name, error);
    }
    return false;
}

tl::unexpected<std::string> refused(const char* cause) { return tl::unexpected(std::string(cause)); }

} // namespace

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
    std::swap(directory_, other.directory_);
    std::swap(name_, other.name_);
    std::swap(file_, other.file_);
    std::swap(appended_, other.appended_);
    return *this;
}

tl::expected<TemporaryFile, int> TemporaryFile::create(int directory) {
    constexpr int attempts = 100;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        TemporaryFile temporary;
        temporary.name_ = unpredictable_name();
        if (temporary.name_.empty()) return tl::unexpected(errno);
        temporary.file_ = Descriptor(
            ::openat(directory, temporary.name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
        if (!temporary.file_ && errno == EEXIST) continue;
        if (!temporary.file_) return tl::unexpected(errno);
        temporary.directory_ = directory;
        if (is_held(temporary.file_.get())) return temporary;
    }
    return tl::unexpected(EEXIST);
}

int TemporaryFile::write(std::string_view text) {
    if (const int number = write_all(file_, text, 0); number != 0) return number;
    if (::ftruncate(file_.get(), static_cast<off_t>(text.size())) != 0) return errno;
    return sync_to_disk(file_.get());
}

int TemporaryFile::append(std::string_view text) {
    if (const int number = write_all(file_, text, appended_); number != 0) return number;
    // The kernel begins to write at once, so that sync() has less to wait for. It may refuse to.
    ::sync_file_range(file_.get(), static_cast<off64_t>(appended_), static_cast<off64_t>(text.size()),
                      SYNC_FILE_RANGE_WRITE);
    appended_ += text.size();
    return 0;
}

int TemporaryFile::reserve(std::size_t bytes) { return ::posix_fallocate(file_.get(), 0, static_cast<off_t>(bytes)); }

int TemporaryFile::publish(const std::string& name) {
    if (::renameat(directory_, name_.c_str(), directory_, name.c_str()) != 0) return errno;
    name_.clear();
    return sync_to_disk(directory_);
}

void TemporaryFile::remove() noexcept {
    if (file_ && !name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
}

int replace_file(int directory, const std::string& name, std::string_view text) {
    auto temporary = TemporaryFile::create(directory);
    if (!temporary) return temporary.error();
    const int number = temporary->write(text);
    return number != 0 ? number : temporary->publish(name);
}

int replace_file(const fs::path& file, std::string_view text) {
    const Descriptor directory = open_directory(file.parent_path());
    return directory ? replace_file(directory.get(), file.filename().string(), text) : errno;
}

bool is_temporary_name(std::string_view name) {
    if (name.size() != prefix.size() + random_digits + suffix.size()) return false;
    return name.starts_with(prefix) && name.ends_with(suffix) &&
           name.substr(prefix.size(), random_digits).find_first_not_of(hexadecimal) == std::string_view::npos;
}

void remove_leftovers(int directory) {
    // A descriptor of its own, because reading a directory moves the position of its descriptor.
    const std::unique_ptr<DIR, DirectoryCloser> entries(
        ::fdopendir(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
    if (!entries) return;
    while (const dirent* entry = ::readdir(entries.get()))
        if (is_temporary_name(entry->d_name) && is_abandoned(directory, entry->d_name))
            ::unlinkat(directory, entry->d_name, 0);
}

void remove_leftovers(const fs::path& directory) {
    const Descriptor opened = open_directory(directory);
    if (opened) remove_leftovers(opened.get());
}

/// An open file such as /dev/stdout is refused, too: replaced, it would lose what is in it.
tl::expected<fs::path, std::string> output_file(const fs::path& name) {
    std::error_code error;
    const fs::file_type type = fs::status(name, error).type();
    switch (type) {
    case fs::file_type::directory: return refused("it is a directory");
    case fs::file_type::character:
    case fs::file_type::block: return refused("it is a device");
    case fs::file_type::fifo: return refused("it is a FIFO");
    case fs::file_type::socket: return refused("it is a socket");
    case fs::file_type::not_found:
        if (fs::is_symlink(fs::symlink_status(name, error))) return refused("it is a symbolic link to nothing");
        return name;
    default: break;
    }
    if (is_open_file(name)) return refused("it is a file that is open already");
    const fs::path followed = fs::canonical(name, error);
    return error || followed.empty() ? name : followed;
}

} // namespace bytebound
