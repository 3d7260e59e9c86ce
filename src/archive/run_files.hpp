#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "archive/raw_steps.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace bytebound {

/// A run directory that is only read: nothing in it is locked, written or removed, unlike RunDirectory::open().
class RunFiles {
public:
    /// Error (bad_data): it cannot be opened.
    static Result<RunFiles> open(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }
    int descriptor() const { return directory_.get(); }
    /// The process that writes to it now: "process 71 on host n1"; empty: none.
    std::string writer() const;
    /// Everything in it, sorted.
    Result<std::vector<std::string>> names() const;
    /// run.json or a file of raw steps; nullopt: there is none. Error: bad_data.
    Result<std::optional<std::string>> text_of(std::string_view name) const;
    /// text_of() of this object, which must outlive it.
    RunTexts texts() const;

private:
    RunFiles(std::filesystem::path path, Descriptor directory)
        : path_(std::move(path)), directory_(std::move(directory)) {}

    std::filesystem::path path_;
    Descriptor directory_;
};

} // namespace bytebound
