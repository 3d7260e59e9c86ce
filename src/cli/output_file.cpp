#include "cli/output_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include <fmt/format.h>

#include "base/replaced_file.hpp"
#include "base/write_error.hpp"
#include "cli/parser.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

/// "out.md" -> "./out.md": a folder to open.
fs::path in_folder(const fs::path& file) { return file.has_parent_path() ? file : "." / file; }

Failure not_written(const std::string& name, int number) {
    constexpr std::string_view another = "give the name of a file in a writable folder";
    return fail(write_error(name, number, {.elsewhere = " or give another file", .otherwise_remedy = another}));
}

} // namespace

Result<void> check_output_file(std::string_view option, const std::string& name) {
    if (name.empty()) return bad_value(option, "the name is empty", "give a file");
    const auto file = output_file(name);
    if (!file) return bad_value(option, "'" + name + "' cannot be written: " + file.error(), "give the name of a file");
    std::error_code error;
    const fs::path folder = in_folder(*file).parent_path();
    if (!fs::is_directory(folder, error)) return not_written(name, fs::exists(folder, error) ? ENOTDIR : ENOENT);
    // There, verify would find a file in excess.
    for (const auto& [what, file_of] : {std::pair("run", "run.json"), std::pair("suite", "suite.json")})
        if (fs::exists(folder / file_of, error) && fs::exists(folder / "SHA256SUMS", error))
            return bad_value(option, fmt::format("'{}' is in the directory of a {}", name, what),
                             "give a file outside of it");
    if (::access(folder.c_str(), W_OK | X_OK) != 0) return not_written(name, errno);
    return {};
}

bool same_output(const std::string& a, const std::string& b) {
    std::error_code error;
    const fs::path first = fs::weakly_canonical(a, error), second = fs::weakly_canonical(b, error);
    return a == b || (!first.empty() && first == second);
}

bool is_inside(const std::string& name, const std::string& folder) {
    std::error_code error;
    const auto file = output_file(name);
    fs::path above = fs::weakly_canonical(file ? in_folder(*file) : in_folder(name), error);
    while (above.has_relative_path()) {
        above = above.parent_path();
        if (fs::equivalent(above, folder, error)) return true;
    }
    return false;
}

Result<void> write_output_file(const std::string& name, std::string_view text) {
    const auto file = output_file(name);
    if (!file) return fail({ExitCode::usage, "write", name, file.error(), "give the name of a file"});
    if (const int number = replace_file(in_folder(*file), text); number != 0) return not_written(name, number);
    return {};
}

} // namespace bytebound
