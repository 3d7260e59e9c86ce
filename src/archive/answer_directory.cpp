#include "archive/answer_directory.hpp"

#include <unistd.h>

#include <cerrno>
#include <map>

#include "archive/run_file_names.hpp"
#include "archive/seal.hpp"
#include "base/write_error.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffered_bytes = 1 << 20;

Result<void> written(const std::string& path, int number) {
    if (number == 0) return {};
    return fail(write_error(path, number));
}

} // namespace

Result<void> AnswerFile::flush() {
    hash_.update(buffer_);
    TRY(written(path_, file_.append(buffer_)));
    buffer_.clear();
    return {};
}

Result<void> AnswerFile::append(std::string_view text) {
    buffer_ += text;
    return buffer_.size() < buffered_bytes ? Result<void>() : flush();
}

Result<AnswerDirectory> AnswerDirectory::create(const fs::path& path, bool force, const DirectoryKind& kind) {
    std::error_code error;
    const bool new_one = !fs::exists(path, error), fresh = !fs::exists(path / kind.record, error);
    AnswerDirectory directory(path, TRY(create_output_directory(path, force, kind)), new_one);
    directory.fresh_ = fresh;
    directory.record_ = kind.record;
    return directory;
}

AnswerDirectory::~AnswerDirectory() {
    files_.clear(); // in the directory, which must be empty to be removed
    if (!created_ || lock_.descriptor() < 0) return;
    lock_.release();
    ::rmdir(path_.c_str());
}

Result<AnswerFile*> AnswerDirectory::add(std::string name) {
    const std::string path = (path_ / name).string();
    auto file = TemporaryFile::create(lock_.descriptor());
    if (!file) return fail(write_error(path, file.error()));
    return &files_.emplace_back(std::move(*file), std::move(name), path);
}

Result<void> AnswerDirectory::add(std::string name, std::string_view text) {
    AnswerFile* const file = TRY(add(std::move(name)));
    return file->append(text);
}

Result<void> AnswerDirectory::publish() {
    std::map<std::string, FileRecord> sums;
    for (AnswerFile& file : files_) {
        TRY(file.flush());
        TRY(written(file.path_, file.file_.sync()));
        sums[file.name_] = TRY(file.hash_.result());
    }
    // A seal never covers files of two answers.
    const std::string seal(sums_file), seal_path = (path_ / sums_file).string();
    if (::unlinkat(lock_.descriptor(), seal.c_str(), 0) != 0 && errno != ENOENT) return written(seal_path, errno);
    TRY(written(seal_path, sync_to_disk(lock_.descriptor())));
    // The record first: by it, --force knows the directory of a process that was killed in between.
    for (auto file = files_.begin(); file != files_.end(); ++file)
        if (file->name_ == record_) files_.splice(files_.begin(), files_, file);
    const auto put_in_place = [&]() -> Result<void> {
        for (AnswerFile& file : files_)
            TRY(written(file.path_, file.file_.publish(file.name_)));
        return written(seal_path, replace_file(lock_.descriptor(), seal, sums_text(sums)));
    };
    const auto placed = put_in_place();
    if (placed) {
        created_ = false;
        return placed;
    }
    ::unlinkat(lock_.descriptor(), seal.c_str(), 0); // it may have its name, and only the directory was not synced
    if (fresh_)
        for (const AnswerFile& file : files_)
            ::unlinkat(lock_.descriptor(), file.name_.c_str(), 0);
    return placed;
}

} // namespace bytebound
