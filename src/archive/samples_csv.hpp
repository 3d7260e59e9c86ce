#pragma once
// The raw steps as CSV files.

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "archive/written_file.hpp"
#include "base/error.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// Comment lines and header, each ending in a newline.
std::string header_text(const SampleTable& shape, SampleFile kind);
/// One record of RFC 4180 (lines end in
/// ), with the newline. A reading that is not a count (unsupported, read_failed) leaves its cells empty.
std::string row_text(const SampleTable& shape, const Sample& sample, SampleFile kind);

/// Possible ends of a file. A killed writer leaves a truncated last line, which is dropped and counted.
enum class FileEnd { whole, cut };

/// Error: bad_data with file, line and cause. The header distinguishes samples.csv from workers.csv; background.csv
/// must be requested.
Result<SampleTable> read_samples(const std::filesystem::path& file, FileEnd end = FileEnd::whole,
                                 SampleFile kind = SampleFile::steps);
Result<SampleTable> parse_samples(std::string_view text, const std::string& name, FileEnd end = FileEnd::whole,
                                  SampleFile kind = SampleFile::steps);

/// Appends phases to a file; append() has written them when it returns. If an append fails (ENOSPC), its partial text
/// is removed, so that finished phases remain readable.
class SampleWriter {
public:
    /// Error: internal if the header cannot be written.
    static Result<SampleWriter> create(std::shared_ptr<WrittenFile> file, SampleTable shape, SampleFile kind);
    Result<void> append(std::span<const Sample> samples);
    const SampleTable& shape() const { return shape_; }

private:
    Result<void> write(std::string_view text);

    std::shared_ptr<WrittenFile> file_;
    std::uint64_t phases_ = 0; ///< appends
    SampleTable shape_;
    SampleFile kind_ = SampleFile::steps;
};

} // namespace bytebound
