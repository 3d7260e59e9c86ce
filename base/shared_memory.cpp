#include "base/shared_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace bytebound {
namespace {

Failure not_shared(std::size_t bytes) {
    return fail({ExitCode::not_possible, "share", std::to_string(bytes) + " bytes",
                 "the kernel refused memory for another process", "raise the limits (ulimit -f, -v), and mount /proc",
                 errno});
}

} // namespace

Result<SharedMemory> SharedMemory::make(std::size_t bytes) {
    SharedMemory memory;
    memory.writable = Descriptor(::memfd_create("bytebound", MFD_CLOEXEC));
    if (!memory.writable || ::ftruncate(memory.writable.get(), static_cast<off_t>(bytes)) != 0)
        return not_shared(bytes);
    const std::string path = "/proc/self/fd/" + std::to_string(memory.writable.get());
    memory.readable = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!memory.readable) return not_shared(bytes);
    memory.region = TRY(MappedRegion::of_file(memory.writable.get(), bytes, huge_page_size));
    return memory;
}

void collapse_to_huge_pages(void* address, std::size_t bytes) noexcept {
    constexpr int collapse = 25; // MADV_COLLAPSE, which the headers of Debian 12's libc lack
    static_cast<void>(::madvise(address, bytes, collapse));
}

} // namespace bytebound
