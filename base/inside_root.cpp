#include "base/inside_root.hpp"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace bytebound {
namespace {

constexpr int links_at_most = 40; // as Linux

/// The directories from the root to the current one, so that ".." goes back along the path that led here.
class Directories {
public:
    explicit Directories(const std::filesystem::path& root) {
        push(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    Directories(const Directories&) = delete;
    Directories& operator=(const Directories&) = delete;
    ~Directories() { back_to(0); }

    bool empty() const { return descriptors_.empty(); }
    int current() const { return descriptors_.back(); }
    bool push(int descriptor) {
        if (descriptor >= 0) descriptors_.push_back(descriptor);
        return descriptor >= 0;
    }
    void up() {
        if (descriptors_.size() > 1) back_to(descriptors_.size() - 1);
    }
    void to_root() { back_to(1); }

private:
    void back_to(std::size_t size) {
        const int error = errno; // the caller's, of an open that failed
        for (; descriptors_.size() > size; descriptors_.pop_back())
            ::close(descriptors_.back());
        errno = error;
    }

    std::vector<int> descriptors_;
};

/// The names of a path, the last one first.
std::vector<std::string> names_backwards(std::string_view path) {
    std::vector<std::string> names;
    for (std::string& name : split(path, '/'))
        if (!name.empty() && name != ".") names.push_back(std::move(name));
    return {names.rbegin(), names.rend()};
}

int refused(int error) {
    errno = error;
    return -1;
}

} // namespace

int open_inside(const std::filesystem::path& root, std::string_view relative, int flags) {
    Directories directories(root);
    if (directories.empty()) return -1;
    std::vector<std::string> names = names_backwards(relative);
    for (int links = 0; !names.empty();) {
        const std::string name = std::move(names.back());
        names.pop_back();
        if (name == "..") {
            directories.up();
            continue;
        }
        std::array<char, PATH_MAX> target;
        const ssize_t length = ::readlinkat(directories.current(), name.c_str(), target.data(), target.size());
        if (length >= 0) {
            if (++links > links_at_most) return refused(ELOOP);
            const std::string_view path(target.data(), static_cast<std::size_t>(length));
            if (path.starts_with('/')) directories.to_root();
            const auto inner = names_backwards(path);
            names.insert(names.end(), inner.begin(), inner.end());
            continue;
        }
        if (names.empty()) return ::openat(directories.current(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC);
        if (!directories.push(
                ::openat(directories.current(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)))
            return -1;
    }
    return ::openat(directories.current(), ".", flags | O_CLOEXEC);
}

} // namespace bytebound
