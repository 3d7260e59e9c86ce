#pragma once
// Numbers and sorted lists of numbers in the files of sys/ and proc/. Internal to machine/.

#include <optional>
#include <string>
#include <vector>

#include "base/sysroot.hpp"

namespace bytebound {

/// A file that should hold a list of numbers and does not.
struct FileFault {
    std::string path; ///< below the root
    std::string text; ///< what is in it
};

/// Nothing when the file is missing; nothing and a fault when it is there and no list.
std::optional<std::vector<int>> list_of(const SysRoot& root, const std::string& path, std::vector<FileFault>& faults);
/// Nothing when the file is missing or no unsigned number: a package of -1 is unknown.
std::optional<int> unsigned_of(const SysRoot& root, const std::string& path);
/// Numbers N of the entries PREFIX<N> of a directory, sorted.
std::vector<int> numbered_entries(const SysRoot& root, const std::string& directory, const std::string& prefix);

std::vector<int> intersection(const std::vector<int>& a, const std::vector<int>& b);
std::vector<int> difference(const std::vector<int>& a, const std::vector<int>& b);

} // namespace bytebound
