#include "io/replaced_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "io/file_size_limit.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Opened for writing without truncation, so that an existing file keeps its reserved blocks.
std::unique_ptr<std::FILE, Closer> open_over(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return nullptr;
    std::unique_ptr<std::FILE, Closer> out(::fdopen(fd, "w"));
    if (!out) ::close(fd);
    return out;
}

int write_synced(const fs::path& file, const std::string& text) {
    const auto out = open_over(file);
    if (!out) return errno;
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), out.get()) != text.size()) return errno != 0 ? errno : ENOSPC;
    if (std::fflush(out.get()) != 0) return errno;
    if (::ftruncate(::fileno(out.get()), static_cast<off_t>(text.size())) != 0) return errno;
    if (::fsync(::fileno(out.get())) != 0 && errno != EINVAL && errno != EROFS) return errno;
    return 0;
}

} // namespace

int replace_file(const fs::path& file, const fs::path& temporary, const std::string& text) {
    const FileSizeLimitAsError limit;
    int number = write_synced(temporary, text);
    if (number == 0 && std::rename(temporary.c_str(), file.c_str()) != 0) number = errno;
    std::error_code ignored;
    if (number != 0) fs::remove(temporary, ignored);
    return number;
}

void reserve_room(const fs::path& temporary, std::size_t bytes) {
    constexpr std::size_t growth = 64 * 1024;
    const FileSizeLimitAsError limit;
    const auto out = open_over(temporary);
    if (!out) return;
    if (::posix_fallocate(::fileno(out.get()), 0, static_cast<off_t>(bytes + growth)) != 0) ::unlink(temporary.c_str());
}

WriteTrouble write_trouble(int number) {
    if (number == ENOSPC || number == EDQUOT)
        return {true, "no space left on the device", "free space or give another --out"};
    if (number == EFBIG) return {true, "the file would exceed the file-size limit", "raise ulimit -f"};
    return {false, "the file cannot be written", "give a writable --out"};
}

} // namespace bytebound
