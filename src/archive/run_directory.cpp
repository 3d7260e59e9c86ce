#include "archive/run_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "archive/record_json.hpp"
#include "archive/seal.hpp"
#include "base/input_file.hpp"
#include "base/write_error.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

Failure not_written(const fs::path& file, int number, ExitCode otherwise) {
    return fail(write_error(file.string(), number, {.otherwise = otherwise}));
}

bool is_full(int number) { return number == ENOSPC || number == EDQUOT; }

Error unreadable(const fs::path& file) {
    return {ExitCode::bad_data, "read", file.string(), "the file is missing or unreadable",
            "give a run directory that bytebound run wrote"};
}

Failure input_failure(const fs::path& file, const InputFault& fault) {
    Error error = unreadable(file);
    if (!fault.cause.empty()) error.cause = fault.cause;
    error.sys_errno = fault.error;
    return fail(std::move(error));
}

} // namespace

int RunDirectory::publish(TemporaryFile file, const std::string& name, std::string_view text) {
    if (const int number = file.write(text); number != 0) return number;
    auto record = hash_text(text);
    if (!record) return ENOSYS;
    if (const int number = file.publish(name); number != 0) return number;
    published_.insert_or_assign(name, Published{std::move(*record), file.take()});
    return 0;
}

int RunDirectory::write_file(const std::string& name, std::string_view text) {
    auto file = TemporaryFile::create(descriptor());
    return file ? publish(std::move(*file), name, text) : file.error();
}

int RunDirectory::reserve_room(std::size_t bytes) {
    constexpr std::size_t growth = 64 * 1024;
    auto reserve = TemporaryFile::create(descriptor());
    if (!reserve) return is_full(reserve.error()) ? reserve.error() : 0;
    const int number = reserve->reserve(bytes + growth);
    if (number == 0) reserve_ = std::move(*reserve);
    return is_full(number) ? number : 0;
}

Result<void> RunDirectory::write_record(const RunRecord& record) {
    const std::string text = to_json_text(record), name(run_file);
    const bool first = published_.count(name) == 0, running = record.status == RunStatus::running;
    // The reserve is large enough for a longer record, with a failure, on a full disk. Without it a run does not begin,
    // because its run.json could say "running" for ever. Later ones take the space of the record that was replaced.
    int number = first && running ? reserve_room(text.size()) : 0;
    if (number == 0)
        number = reserve_ && !first ? publish(std::exchange(reserve_, {}), name, text) : write_file(name, text);
    if (number != 0) return not_written(path_ / name, number, first ? ExitCode::usage : ExitCode::internal);
    forget_former_run();
    if (first || !running) return {};
    number = reserve_room(text.size());
    if (number != 0) return not_written(path_ / name, number, ExitCode::internal);
    return {};
}

Result<std::shared_ptr<WrittenFile>> RunDirectory::create_file(std::string_view name) {
    auto file = std::make_shared<WrittenFile>(TRY(WrittenFile::create(descriptor(), path_ / name)));
    appended_[std::string(name)] = file;
    return file;
}

Result<std::optional<std::string>> RunDirectory::text_of(std::string_view name) const {
    if (const auto file = appended_.find(std::string(name)); file != appended_.end())
        return std::optional(TRY(file->second->text()));
    if (created_) return std::nullopt;
    return text_in_run(descriptor(), path_, name);
}

Result<std::map<std::string, FileRecord>> RunDirectory::files() const {
    std::map<std::string, FileRecord> files;
    for (const auto& [name, file] : appended_)
        files[name] = TRY(file->record());
    for (const auto& [name, file] : published_)
        if (name != run_file && name != sums_file) files[name] = file.record;
    return files;
}

Result<void> RunDirectory::sync() const {
    for (const auto& [name, file] : appended_)
        TRY(file->sync());
    return {};
}

Result<void> RunDirectory::check_in_place(const std::string& name, int file, const FileRecord& record) const {
    struct stat ours {
    }, named{};
    if (::fstat(file, &ours) == 0 && ::fstatat(descriptor(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
        ours.st_dev == named.st_dev && ours.st_ino == named.st_ino && std::cmp_equal(ours.st_size, record.bytes))
        return {};
    return fail({ExitCode::internal, "seal", (path_ / name).string(),
                 "another program has replaced or changed the file since it was written",
                 "keep other programs out of the run directory, and measure again"});
}

Result<void> RunDirectory::seal(const std::map<std::string, FileRecord>& files) {
    for (const auto& [name, file] : appended_) {
        const FileRecord record = TRY(file->record());
        TRY(check_in_place(name, file->descriptor(), record));
    }
    for (const auto& [name, file] : published_)
        TRY(check_in_place(name, file.file.get(), file.record));
    std::map<std::string, FileRecord> all = files;
    all[std::string(run_file)] = published_.at(std::string(run_file)).record;
    const int number = write_file(std::string(sums_file), sums_text(all));
    if (number == 0) return {};
    // It may be in place already, where only the sync of the directory failed. run.json is about to change.
    ::unlinkat(descriptor(), std::string(sums_file).c_str(), 0);
    return not_written(path_ / sums_file, number, ExitCode::internal);
}

Result<std::optional<std::string>> text_in_run(int directory, const fs::path& path, std::string_view name) {
    const InputKind& kind = name == run_file ? input::run_record : input::samples;
    auto text = read_input_in(directory, std::string(name), kind);
    if (text) return std::optional(std::move(*text));
    if (text.error().error == ENOENT) return std::nullopt;
    return input_failure(path / name, text.error());
}

Result<FileRecord> hash_file(int directory, const std::string& name) {
    Sha256 hash;
    const auto read = read_input_blocks_in(directory, name, input::hashed, [&](std::span<const char> block) {
        hash.update({block.data(), block.size()});
    });
    if (!read) return input_failure(name, read.error());
    return hash.result();
}

Result<RunRecord> read_run_record(const fs::path& directory) {
    const fs::path file = directory / run_file;
    return parse_run_record(TRY(read_input(file, input::run_record, unreadable(file))), file.string());
}

} // namespace bytebound
