#include "base/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

#include "base/descriptor.hpp"
#include "base/text.hpp"

namespace bytebound {
namespace {

using Take = std::function<void(std::span<const char>)>;

tl::unexpected<InputFault> refused(std::string cause) { return tl::unexpected(InputFault{std::move(cause), 0}); }
tl::unexpected<InputFault> failed(int error) { return tl::unexpected(InputFault{{}, error}); }

tl::unexpected<InputFault> too_large(const InputKind& kind) {
    return refused("it is larger than " + format_size(static_cast<double>(kind.limit)) + ", the limit of " +
                   std::string(kind.name));
}

std::string_view name_of_type(mode_t mode) {
    if (S_ISFIFO(mode)) return "a FIFO";
    if (S_ISSOCK(mode)) return "a socket";
    return "a device";
}

/// The size that the file states; 0 for one of procfs.
InputResult<std::uint64_t> check_type(int descriptor, const InputKind& kind) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return failed(errno);
    if (S_ISDIR(status.st_mode)) return tl::unexpected(InputFault{"it is a directory, not a file", EISDIR});
    if (!S_ISREG(status.st_mode)) return refused("it is " + std::string(name_of_type(status.st_mode)) + ", not a file");
    if (std::cmp_greater(status.st_size, kind.limit)) return too_large(kind);
    return static_cast<std::uint64_t>(status.st_size);
}

/// read(2) rather than a stream: sysfs reports errors at read(2), and a stream would lose the errno.
InputResult<void> read_all(int descriptor, const InputKind& kind, const Take& take) {
    std::array<char, 1 << 16> block;
    for (std::uint64_t bytes = 0;;) {
        const ssize_t got = ::read(descriptor, block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(errno);
        if (got == 0) return {};
        bytes += static_cast<std::uint64_t>(got);
        if (bytes > kind.limit) return too_large(kind);
        take({block.data(), static_cast<std::size_t>(got)});
    }
}

int open_input(int directory, const char* file) {
    return ::openat(directory, file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

} // namespace

InputResult<std::string> read_input(int descriptor, const InputKind& kind) {
    const auto size = check_type(descriptor, kind);
    if (!size) return tl::unexpected(size.error());
    try {
        std::string text;
        text.reserve(*size);
        const auto read =
            read_all(descriptor, kind, [&](std::span<const char> block) { text.append(block.data(), block.size()); });
        if (!read) return tl::unexpected(read.error());
        return text;
    } catch (const std::bad_alloc&) {
        return failed(ENOMEM);
    }
}

InputResult<std::string> read_input(const std::filesystem::path& file, const InputKind& kind) {
    return read_input_in(AT_FDCWD, file.string(), kind);
}

InputResult<std::string> read_input_in(int directory, const std::string& name, const InputKind& kind) {
    const Descriptor descriptor(open_input(directory, name.c_str()));
    if (descriptor.get() < 0) return failed(errno);
    return read_input(descriptor.get(), kind);
}

InputResult<void> read_input_blocks_in(int directory, const std::string& name, const InputKind& kind,
                                       const Take& take) {
    const Descriptor descriptor(open_input(directory, name.c_str()));
    if (descriptor.get() < 0) return failed(errno);
    const auto size = check_type(descriptor.get(), kind);
    if (!size) return tl::unexpected(size.error());
    return read_all(descriptor.get(), kind, take);
}

InputResult<InputBlocks> InputBlocks::open(const std::filesystem::path& file, const InputKind& kind) {
    Descriptor descriptor(open_input(AT_FDCWD, file.c_str()));
    if (descriptor.get() < 0) return failed(errno);
    const auto size = check_type(descriptor.get(), kind);
    if (!size) return tl::unexpected(size.error());
    return InputBlocks(std::move(descriptor), kind);
}

InputResult<std::size_t> InputBlocks::read(std::span<char> into) {
    for (;;) {
        const ssize_t got = ::read(file_.get(), into.data(), into.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(errno);
        bytes_ += static_cast<std::uint64_t>(got);
        if (bytes_ > kind_.limit) return too_large(kind_);
        return static_cast<std::size_t>(got);
    }
}

Result<std::string> read_input(const std::filesystem::path& file, const InputKind& kind, Error otherwise) {
    auto text = read_input(file, kind);
    if (text) return *std::move(text);
    if (!text.error().cause.empty()) otherwise.cause = std::move(text.error().cause);
    otherwise.sys_errno = text.error().error;
    return fail(std::move(otherwise));
}

} // namespace bytebound
