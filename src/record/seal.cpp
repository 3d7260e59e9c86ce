#include "record/seal.hpp"

#include <array>
#include <fstream>

#include <fmt/format.h>

#include "base/text.hpp"
#include "record/run_directory.hpp"

namespace bytebound {
namespace {

constexpr std::array raw_files = {run_file, samples_file, workers_file, background_file};
constexpr std::size_t digits_of_sha256 = 64;

/// "HEX  NAME" or, as sha256sum -b writes it, "HEX *NAME".
bool parse_sum(std::string_view line, std::map<std::string, std::string>& sums) {
    if (line.size() < digits_of_sha256 + 3) return false;
    const std::string_view hash = line.substr(0, digits_of_sha256), between = line.substr(digits_of_sha256, 2);
    if (hash.find_first_not_of("0123456789abcdef") != std::string_view::npos) return false;
    if (between != "  " && between != " *") return false;
    sums[std::string(line.substr(digits_of_sha256 + 2))] = hash;
    return true;
}

} // namespace

std::string sums_text(const std::map<std::string, FileRecord>& files) {
    std::string text;
    for (const auto& [name, file] : files)
        text += file.sha256 + "  " + name + "\n";
    return text;
}

SealCheck check_seal(const std::filesystem::path& directory) {
    SealCheck check;
    std::ifstream in(directory / sums_file);
    if (!in) return check;
    check.present = true;
    for (std::string line; std::getline(in, line);)
        check.readable = parse_sum(line, check.sums) && check.readable;
    if (!check.readable) return check;
    for (const std::string_view name : raw_files) {
        std::error_code error;
        const auto sum = check.sums.find(std::string(name));
        const bool exists = std::filesystem::exists(directory / name, error);
        if (sum == check.sums.end()) {
            if (exists) check.changed.push_back(std::string(name) + " (not listed)");
        } else if (!exists) {
            check.changed.push_back(std::string(name) + " (missing)");
        } else if (const auto file = hash_file(directory / name); !file || file->sha256 != sum->second) {
            check.changed.emplace_back(name);
        }
    }
    return check;
}

std::string seal_caveat(const SealCheck& check, RunStatus status) {
    if (!check.present)
        return status == RunStatus::complete
                   ? "SHA256SUMS is missing, so it is unknown whether the files are those that the run wrote"
                   : "";
    if (!check.readable)
        return "SHA256SUMS is malformed, so it is unknown whether the files are those that the run wrote";
    if (check.changed.empty()) return "";
    return fmt::format("not the files that the run wrote, by SHA256SUMS: {}; these figures are not those of the run",
                       join(check.changed, ", "));
}

} // namespace bytebound
