#include "base/descriptor.hpp"

#include <fcntl.h>

#include <cerrno>

namespace bytebound {

Descriptor open_directory(const std::filesystem::path& path) {
    return Descriptor(::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int write_all(const Descriptor& file, std::string_view text, std::uint64_t offset) {
    while (!text.empty()) {
        const ssize_t bytes = ::pwrite(file.get(), text.data(), text.size(), static_cast<off_t>(offset));
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes <= 0) return bytes < 0 ? errno : ENOSPC;
        text.remove_prefix(static_cast<std::size_t>(bytes));
        offset += static_cast<std::uint64_t>(bytes);
    }
    return 0;
}

int sync_to_disk(int descriptor) {
    // fsync(2): EINVAL, EROFS; FUSE: ENOTSUP.
    return ::fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP ? 0 : errno;
}

} // namespace bytebound
