#include "counters/search_path.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"

namespace bytebound {

std::optional<std::string> find_program(const char* search_path, const std::string& program) {
    if (search_path == nullptr) return std::nullopt;
    for (const std::string& folder : split(search_path, ':')) {
        const std::string path = folder + "/" + program;
        struct stat status {};
        if (folder.empty() || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        if (::access(path.c_str(), X_OK) == 0) return path;
    }
    return std::nullopt;
}

} // namespace bytebound
