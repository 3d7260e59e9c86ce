#include <utility>

#include "archive/samples_csv.hpp"
#include "archive/written_file.hpp"
#include "base/write_error.hpp"

namespace bytebound {

Result<SampleWriter> SampleWriter::create(std::shared_ptr<WrittenFile> file, SampleTable shape, SampleFile kind) {
    SampleWriter writer;
    writer.file_ = std::move(file);
    writer.shape_ = std::move(shape);
    writer.shape_.rows.clear();
    writer.kind_ = kind;
    TRY(writer.write(header_text(writer.shape_, kind)));
    return writer;
}

Result<void> SampleWriter::append(std::span<const Sample> samples) {
    std::string text;
    for (const Sample& sample : samples)
        text += row_text(shape_, sample, kind_);
    auto written = write(text);
    if (written) ++phases_;
    return written;
}

Result<void> SampleWriter::write(std::string_view text) {
    const int cause = file_->append(text);
    if (cause == 0) return {};
    return fail(write_error(file_->path(), cause,
                            {.otherwise_remedy = "give another --out",
                             .then = phases_ > 0 ? "; finished phases are kept" : "",
                             .otherwise = ExitCode::internal}));
}

} // namespace bytebound
