#pragma once

#include <fcntl.h>

#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>

#include "archive/run_directory.hpp"
#include "archive/samples_csv.hpp"

namespace bytebound::test {

/// A file for a SampleWriter, outside of a run directory; an existing one is emptied.
inline std::shared_ptr<WrittenFile> written_file(const std::filesystem::path& path) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file) throw std::runtime_error("cannot create " + path.string());
    return std::make_shared<WrittenFile>(std::move(file), path.string());
}

/// Writes SHA256SUMS over the files that are in a directory, as the run that wrote them would have.
inline void seal_as_it_is(const std::filesystem::path& path) {
    const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::string sums;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
        const std::string name = entry.path().filename().string();
        if (name != sums_file) sums += hash_file(directory.get(), name)->sha256 + "  " + name + "\n";
    }
    replace_file(directory.get(), std::string(sums_file), sums);
}

} // namespace bytebound::test
