#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "io/file_size_limit.hpp"
#include "record/samples.hpp"

namespace bytebound {

SampleWriter::SampleWriter(int fd, std::string name, SampleTable shape, SampleFile kind)
    : fd_(fd), name_(std::move(name)), shape_(std::move(shape)), kind_(kind) {}

SampleWriter::SampleWriter(SampleWriter&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), written_(other.written_), phases_(other.phases_),
      name_(std::move(other.name_)), shape_(std::move(other.shape_)), kind_(other.kind_) {}

SampleWriter& SampleWriter::operator=(SampleWriter&& other) noexcept {
    if (this != &other) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = std::exchange(other.fd_, -1);
        written_ = other.written_;
        phases_ = other.phases_;
        name_ = std::move(other.name_);
        shape_ = std::move(other.shape_);
        kind_ = other.kind_;
    }
    return *this;
}

SampleWriter::~SampleWriter() {
    if (fd_ >= 0) ::close(fd_);
}

Result<SampleWriter> SampleWriter::create(const std::filesystem::path& file, SampleTable shape, SampleFile kind) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail({errno == ENOSPC ? ExitCode::internal : ExitCode::usage, "create", file.string(),
                     "the file cannot be written", "give a writable --out", errno});
    SampleWriter writer(fd, file.string(), std::move(shape), kind);
    writer.shape_.rows.clear();
    TRY(writer.write_all(header_text(writer.shape_, kind)));
    return writer;
}

Result<void> SampleWriter::append(std::span<const Sample> samples) {
    std::string text;
    for (const Sample& sample : samples)
        text += row_text(shape_, sample, kind_);
    auto written = write_all(text);
    if (written) ++phases_;
    return written;
}

Result<void> SampleWriter::write_all(std::string_view text) {
    const FileSizeLimitAsError limit;
    std::string_view rest = text;
    while (!rest.empty()) {
        const ssize_t bytes = ::write(fd_, rest.data(), rest.size());
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes <= 0) {
            const int cause = bytes < 0 ? errno : ENOSPC;
            if (::ftruncate(fd_, static_cast<off_t>(written_)) == 0)
                ::lseek(fd_, static_cast<off_t>(written_), SEEK_SET);
            std::string remedy = cause == EFBIG ? "raise ulimit -f" : "free space or give another --out";
            if (phases_ > 0) remedy += "; finished phases are kept";
            return fail({ExitCode::internal, "write", name_,
                         cause == ENOSPC || cause == EDQUOT ? "no space left on the device"
                         : cause == EFBIG                   ? "the file would exceed the file-size limit"
                                                            : "the write failed",
                         std::move(remedy), cause});
        }
        rest.remove_prefix(static_cast<std::size_t>(bytes));
    }
    written_ += text.size();
    return {};
}

} // namespace bytebound
