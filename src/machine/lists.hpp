#pragma once
// Numbers and sorted lists of numbers from files of sys/ and proc/. Internal to machine/.

#include <optional>
#include <string>
#include <vector>

#include "base/sysroot.hpp"

namespace bytebound {

/// A file that should contain a list of CPUs or nodes and does not.
struct FileFault {
    std::string path; ///< below the root
    std::string text; ///< its content
};

/// nullopt if the file is missing, or (with a fault) if its content is not a list of numbers that
/// Linux can have.
std::optional<std::vector<int>> list_of(const SysRoot& root, const std::string& path, std::vector<FileFault>& faults);
/// The CPUs of a bitmap file; nullopt if it is missing or malformed.
std::optional<std::vector<int>> mask_of(const SysRoot& root, const std::string& path);
/// The CPUs of a list file, or of the bitmap file beside it where the list is missing or unreadable (archives of
/// machines often keep only one of them). nullopt if neither lists a CPU set.
std::optional<std::vector<int>> cpus_of(const SysRoot& root, const std::string& list, const std::string& mask);
/// nullopt if the file is missing or its content is not an unsigned number: package -1 means unknown.
std::optional<int> unsigned_of(const SysRoot& root, const std::string& path);
/// The numbers N of a directory's entries PREFIX<N>, sorted.
std::vector<int> numbered_entries(const SysRoot& root, const std::string& directory, const std::string& prefix);

std::vector<int> intersection(const std::vector<int>& a, const std::vector<int>& b);
std::vector<int> difference(const std::vector<int>& a, const std::vector<int>& b);

} // namespace bytebound
