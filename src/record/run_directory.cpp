#include "record/run_directory.hpp"

#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

#include "io/replaced_file.hpp"
#include "record/seal.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view temporary_run_file = "run.json.new";

/// The files that a run writes. Only these are sealed with hashes; --force removes them and the leftovers of a killed
/// run.
constexpr std::array<std::string_view, 9> sealed_files = {samples_file,       workers_file,  background_file,
                                                          "roofline.vl.json", "summary.csv", "summary.json",
                                                          "report.md",        "report.html", "ENVIRONMENT.md"};

std::vector<std::string> own_files() {
    // The seal is removed first, so that it never covers the files of two runs.
    std::vector<std::string> names = {std::string(sums_file), std::string(sums_file) + ".tmp", std::string(run_file),
                                      std::string(temporary_run_file)};
    for (const std::string_view name : sealed_files) {
        names.emplace_back(name);
        names.push_back(std::string(name) + ".tmp");
    }
    return names;
}

Failure unusable(const fs::path& path, std::string cause, int sys_errno) {
    return fail({sys_errno == ENOSPC ? ExitCode::internal : ExitCode::usage, "create", path.string(), std::move(cause),
                 sys_errno == ENOSPC ? "free space or give another --out" : "give a writable --out", sys_errno});
}

fs::path numbered(const fs::path& path, int number) {
    return number == 1 ? path : fs::path(path.string() + "-" + std::to_string(number));
}

struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

} // namespace

Result<void> RunDirectory::check(const fs::path& path, bool force) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (!fs::exists(status) && fs::is_symlink(fs::symlink_status(path, error)))
        return fail({ExitCode::usage, "create", path.string(), "it is a symbolic link to nothing",
                     "create its target, or give another --out"});
    if (fs::exists(status)) {
        if (!fs::is_directory(status)) return unusable(path, "it exists and is not a directory", 0);
        const bool empty = fs::is_empty(path, error);
        if (error) return unusable(path, "the directory cannot be read", error.value());
        if (!empty && !force)
            return fail({ExitCode::usage, "create", path.string(), "the directory exists and is not empty",
                         "give another --out, or --force to replace the run in it"});
        if (::access(path.c_str(), W_OK) != 0) return unusable(path, "the directory is not writable", errno);
        return {};
    }
    fs::path parent = fs::absolute(path, error).parent_path();
    while (!parent.empty() && !fs::exists(parent, error) && parent != parent.parent_path())
        parent = parent.parent_path();
    if (!fs::is_directory(parent, error)) return unusable(path, parent.string() + " is not a directory", ENOTDIR);
    if (::access(parent.c_str(), W_OK | X_OK) != 0) return unusable(path, parent.string() + " is not writable", errno);
    return {};
}

Result<RunDirectory> RunDirectory::create(const fs::path& path, bool force) {
    TRY(check(path, force));
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return unusable(path, "the directory cannot be created", error.value());
    DirectoryLock lock = DirectoryLock::attempt(path);
    if (lock.busy())
        return fail({ExitCode::usage, "create", path.string(), "another bytebound is writing to the directory",
                     "give another --out, or wait until it ends"});
    // Another run may have written to it and ended since the first check.
    TRY(check(path, force));
    for (const std::string& name : own_files()) {
        fs::remove(path / name, error);
        if (error) return unusable(path / name, "the file of a previous run cannot be removed", error.value());
    }
    return RunDirectory(path, std::move(lock));
}

Result<RunDirectory> RunDirectory::create_new(const fs::path& path) {
    std::error_code error;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    for (int number = 1; !error; ++number) {
        const fs::path name = numbered(path, number);
        if (fs::create_directory(name, error)) return RunDirectory(name, DirectoryLock::attempt(name));
        if (error == std::errc::file_exists) error.clear();
    }
    return unusable(path, "the directory cannot be created", error.value());
}

fs::path free_name(const fs::path& path) {
    for (int number = 1;; ++number) {
        std::error_code error;
        if (!fs::exists(fs::symlink_status(numbered(path, number), error))) return numbered(path, number);
    }
}

Result<void> RunDirectory::write_record(const RunRecord& record) const {
    const fs::path file = path_ / run_file, temporary = path_ / temporary_run_file;
    const std::string text = to_json_text(record);
    const int number = replace_file(file, temporary, text);
    if (number == 0) {
        // The reserve is large enough for a longer record, with a failure, on a full disk.
        if (record.status == RunStatus::running) reserve_room(temporary, text.size());
        return {};
    }
    std::error_code ignored;
    const bool first = !fs::exists(file, ignored);
    WriteTrouble trouble = write_trouble(number);
    return fail({first && !trouble.of_space ? ExitCode::usage : ExitCode::internal, "write", file.string(),
                 std::move(trouble.cause), std::move(trouble.remedy), number});
}

Result<FileRecord> hash_file(const fs::path& file) {
    const auto unreadable = [&](int cause) {
        return fail({ExitCode::bad_data, "hash", file.string(), "the file is missing or unreadable",
                     "give a complete run directory", cause});
    };
    std::unique_ptr<std::FILE, Closer> in(std::fopen(file.c_str(), "re"));
    if (!in) return unreadable(errno);
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1)
        return fail({ExitCode::internal, "hash", file.string(), "libcrypto has no SHA-256", "install libssl3"});
    FileRecord record;
    std::array<unsigned char, 1 << 16> block;
    while (const std::size_t bytes = std::fread(block.data(), 1, block.size(), in.get())) {
        EVP_DigestUpdate(context.get(), block.data(), bytes);
        record.bytes += bytes;
    }
    if (std::ferror(in.get()) != 0) return unreadable(errno);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned length = 0;
    EVP_DigestFinal_ex(context.get(), digest.data(), &length);
    static constexpr std::string_view digits = "0123456789abcdef";
    for (unsigned i = 0; i < length; ++i) {
        record.sha256 += digits[digest[i] >> 4];
        record.sha256 += digits[digest[i] & 15];
    }
    return record;
}

Result<std::map<std::string, FileRecord>> RunDirectory::hash_files() const {
    std::map<std::string, FileRecord> files;
    for (const std::string_view name : sealed_files) {
        std::error_code error;
        if (!fs::exists(path_ / name, error) && !error) continue;
        auto record = TRY(hash_file(path_ / name));
        files.emplace(name, std::move(record));
    }
    return files;
}

Result<void> RunDirectory::seal(const std::map<std::string, FileRecord>& files) const {
    std::map<std::string, FileRecord> all = files;
    all[std::string(run_file)] = TRY(hash_file(path_ / run_file));
    const fs::path file = path_ / sums_file;
    const int number = replace_file(file, file.string() + ".tmp", sums_text(all));
    if (number == 0) return {};
    WriteTrouble trouble = write_trouble(number);
    return fail(
        {ExitCode::internal, "write", file.string(), std::move(trouble.cause), std::move(trouble.remedy), number});
}

Result<RunRecord> read_run_record(const fs::path& directory) {
    const fs::path file = directory / run_file;
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return fail({ExitCode::bad_data, "read", file.string(), "the file is missing or unreadable",
                     "give a run directory that bytebound run wrote", errno});
    std::ostringstream text;
    text << in.rdbuf();
    return parse_run_record(std::move(text).str(), file.string());
}

} // namespace bytebound
