#pragma once
// A machine's sys/ and proc/ in a temporary directory, from a map path -> text.

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/sysroot.hpp"

namespace bytebound::test {

/// Paths relative to the tree's root, without a leading slash ("sys/devices/system/cpu/online"), and the text of each
/// file. A path that ends in '/' is an empty directory.
using TreeFiles = std::map<std::string, std::string>;

/// Owns the directory and removes it.
class Tree {
public:
    explicit Tree(const TreeFiles& files = {}) {
        std::string name = (std::filesystem::temp_directory_path() / "bytebound-tree-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory: " + name);
        root_ = name;
        for (const auto& [path, text] : files)
            write(path, text);
    }
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;
    ~Tree() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }

    void write(const std::string& path, std::string_view text) const {
        if (path.ends_with('/')) {
            std::filesystem::create_directories(root_ / path);
            return;
        }
        std::filesystem::create_directories((root_ / path).parent_path());
        // A line feed ends the text, as in the kernel's files.
        std::ofstream(root_ / path, std::ios::binary) << text << '\n';
    }
    void remove(const std::string& path) const { std::filesystem::remove_all(root_ / path); }

    const std::filesystem::path& path() const { return root_; }
    SysRoot root() const { return SysRoot(root_); }

private:
    std::filesystem::path root_;
};

} // namespace bytebound::test
