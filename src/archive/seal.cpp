#include "archive/seal.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "archive/run_directory.hpp"
#include "base/error.hpp"
#include "base/input_file.hpp"
#include "base/text.hpp"

namespace bytebound {
namespace {

constexpr std::size_t digits_of_sha256 = 64;

bool is_inside(const std::string& name, SealScope scope) {
    if (scope == SealScope::directory) return name.find('/') == std::string::npos;
    const auto parts = split(name, '/');
    return std::all_of(parts.begin(), parts.end(),
                       [](const std::string& part) { return !part.empty() && part != "." && part != ".."; });
}

/// "HEX  NAME" or, as sha256sum -b writes it, "HEX *NAME".
bool parse_sum(std::string_view line, SealScope scope, std::map<std::string, std::string>& sums) {
    if (line.size() < digits_of_sha256 + 3) return false;
    const std::string_view hash = line.substr(0, digits_of_sha256), between = line.substr(digits_of_sha256, 2);
    if (hash.find_first_not_of("0123456789abcdef") != std::string_view::npos) return false;
    if (between != "  " && between != " *") return false;
    // A name that is listed twice, or is of another directory, is none that a run has.
    std::string name(line.substr(digits_of_sha256 + 2));
    return is_inside(name, scope) && sums.try_emplace(std::move(name), hash).second;
}

bool exists(int directory, const std::string& name) {
    struct stat status {};
    return ::fstatat(directory, name.c_str(), &status, 0) == 0;
}

/// Compares a file with its hash in `sums`.
void note_change(int directory, const std::string& name, const std::map<std::string, std::string>& sums,
                 const std::map<std::string, std::string>& shown, std::vector<std::string>& changed) {
    const auto sum = sums.find(name);
    const auto read = shown.find(name);
    const bool present = read != shown.end() || exists(directory, name);
    if (sum == sums.end()) {
        if (present) changed.push_back(name + " (not listed)");
        return;
    }
    if (!present) {
        changed.push_back(name + " (missing)");
        return;
    }
    const auto now = read != shown.end() ? Result<FileRecord>(FileRecord{0, read->second}) : hash_file(directory, name);
    if (!now || now->sha256 != sum->second) changed.push_back(name);
}

} // namespace

std::string sums_text(const std::map<std::string, FileRecord>& files) {
    std::string text;
    for (const auto& [name, file] : files)
        text += file.sha256 + "  " + name + "\n";
    return text;
}

SealCheck read_seal(int directory, SealScope scope) {
    SealCheck check;
    const auto text = read_input_in(directory, std::string(sums_file), input::sums);
    if (!text && text.error().error == ENOENT) return check;
    check.present = true;
    check.readable = text.has_value();
    if (!text) check.fault = text.error().cause.empty() ? errno_name(text.error().error) : text.error().cause;
    std::string_view lines = text ? std::string_view(*text) : std::string_view();
    for (; !lines.empty(); lines.remove_prefix(std::min(lines.find('\n'), lines.size() - 1) + 1))
        check.readable = parse_sum(lines.substr(0, lines.find('\n')), scope, check.sums) && check.readable;
    return check;
}

SealCheck check_seal(int directory, const std::map<std::string, std::string>& shown) {
    SealCheck check = read_seal(directory);
    if (!check.present || !check.readable) return check;
    for (const auto& [name, kind] : run_files)
        if (kind == RunFileKind::source) note_change(directory, std::string(name), check.sums, shown, check.changed);
    return check;
}

std::vector<std::string> changed_raw_files(int directory, const std::map<std::string, FileRecord>& files,
                                           const std::map<std::string, std::string>& shown) {
    std::map<std::string, std::string> sums;
    for (const auto& [name, file] : files)
        sums[name] = file.sha256;
    std::vector<std::string> changed;
    for (const auto& [name, kind] : run_files)
        if (kind == RunFileKind::source && name != run_file)
            note_change(directory, std::string(name), sums, shown, changed);
    return changed;
}

std::string seal_caveat(const SealCheck& check, RunStatus status) {
    if (!check.present)
        return status == RunStatus::complete
                   ? "SHA256SUMS is missing, so it is unknown whether the files are those that the run wrote"
                   : "";
    if (!check.fault.empty())
        return fmt::format(
            "SHA256SUMS cannot be read ({}), so it is unknown whether the files are those that the run wrote",
            check.fault);
    if (!check.readable)
        return "SHA256SUMS is malformed, so it is unknown whether the files are those that the run wrote";
    if (check.changed.empty()) return "";
    return fmt::format("not the files that the run wrote, by SHA256SUMS: {}; these figures are not those of the run",
                       join(check.changed, ", "));
}

} // namespace bytebound
