#include "archive/written_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/write_error.hpp"

namespace bytebound {
namespace {

Failure changed_by_others(const std::string& path) {
    return fail({ExitCode::internal, "read back", path, "another program has changed the file since it was written",
                 "keep other programs out of the run directory, and measure again"});
}

} // namespace

Result<WrittenFile> WrittenFile::create(int directory, const std::filesystem::path& path) {
    Descriptor file(
        ::openat(directory, path.filename().c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!file) return fail(write_error(path.string(), errno, {.operation = "create"}));
    return WrittenFile(std::move(file), path.string());
}

int WrittenFile::append(std::string_view text) {
    if (const int number = write_all(file_, text, bytes_); number != 0) {
        static_cast<void>(::ftruncate(file_.get(), static_cast<off_t>(bytes_)) == 0);
        return number;
    }
    bytes_ += text.size();
    hash_.update(text);
    return 0;
}

Result<void> WrittenFile::sync() const {
    const int number = sync_to_disk(file_.get());
    if (number == 0) return {};
    return fail({ExitCode::internal, "sync", path_, "the file could not be written to the disk completely",
                 "check the disk, or give another --out", number});
}

Result<std::string> WrittenFile::text() const {
    std::string text(bytes_, '\0');
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t got = ::pread(file_.get(), text.data() + at, text.size() - at, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            return fail({ExitCode::internal, "read back", path_, "the file cannot be read", "check the disk", errno});
        if (got == 0) return changed_by_others(path_);
        at += static_cast<std::size_t>(got);
    }
    if (TRY(hash_text(text)).sha256 != TRY(record()).sha256) return changed_by_others(path_);
    return text;
}

} // namespace bytebound
