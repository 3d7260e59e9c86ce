#include "experiment/replay/emulation_folder.hpp"

#include <stdlib.h>

#include <cerrno>
#include <string>

namespace bytebound {

namespace fs = std::filesystem;

Result<EmulationFolder> EmulationFolder::make() {
    std::error_code none;
    const fs::path temporary = fs::temp_directory_path(none);
    const auto unusable = [](const std::string& object, int error) {
        return fail({ExitCode::not_possible, "emulate", object,
                     "a folder for the emulator's output cannot be created there", "set TMPDIR to a writable folder",
                     error});
    };
    if (none) {
        const char* named = ::getenv("TMPDIR");
        return unusable(named == nullptr ? "temporary folder" : named, none.value());
    }
    std::string pattern = (temporary / "bytebound-emulation-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return unusable(temporary.string(), errno);
    return EmulationFolder(pattern);
}

EmulationFolder::~EmulationFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

} // namespace bytebound
