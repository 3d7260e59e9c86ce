#pragma once
// Files of another tool -> an imported run.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/stop.hpp"
#include "import/import_builder.hpp"
#include "import/import_options.hpp"
#include "import/text_lines.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// One row of the constant table of formats.
struct ImportFormat {
    std::string_view name;    ///< word of the command line; also the source of its figures
    std::string_view purpose; ///< one line for the help
    Result<void> (*read)(const TextSource& source, const std::string& file, const ImportOptions& options,
                         ImportBuilder& into);
    ImportBuilder::Naming naming;
    std::string_view tool;    ///< "perf stat", for sentences
    bool file_is_row = false; ///< without --name, what was measured is called as its file
};
std::span<const ImportFormat> import_formats();
const ImportFormat* find_import_format(std::string_view name);

struct ImportRequest {
    const ImportFormat* format = nullptr;
    std::vector<std::string> files;
    /// None, one for all files, or one per file. Files with one name are the blocks of one row.
    std::vector<std::string> names;
    ImportOptions options;
    std::vector<std::string> command; ///< as called
};

struct ImportedRun {
    RunRecord record; ///< without files and status
    ImportedSamples samples;
};
/// Reads every file once, from beginning to end, and hashes what it reads. Error: that of the format, bad_data for a
/// file that cannot be read, usage for names that do not fit the files, or that of the signal in `stop`.
Result<ImportedRun> import_files(const ImportRequest& request, const StopFlag& stop);

} // namespace bytebound
