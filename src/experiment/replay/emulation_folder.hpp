#pragma once

#include <filesystem>
#include <utility>

#include "base/error.hpp"

namespace bytebound {

/// A folder of its own below the temporary one, gone with its content at the end.
class EmulationFolder {
public:
    EmulationFolder() = default; ///< none
    /// Error: not_possible, with what TMPDIR lacks.
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
