#pragma once

#include <filesystem>
#include <utility>

#include "base/error.hpp"

namespace bytebound {

/// A private folder below the temporary directory; the destructor removes it with its contents.
class EmulationFolder {
public:
    EmulationFolder() = default; ///< no folder
    /// Error: not_possible, with the problem of TMPDIR.
    static Result<EmulationFolder> make();
    EmulationFolder(EmulationFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    EmulationFolder& operator=(EmulationFolder&& other) noexcept {
        std::swap(path_, other.path_);
        return *this;
    }
    ~EmulationFolder();
    const std::filesystem::path& path() const { return path_; }

private:
    explicit EmulationFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

} // namespace bytebound
