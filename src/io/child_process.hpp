#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

/// How a process ended.
struct ProcessEnd {
    int exit_code = 0; ///< argument of exit(); meaningless after a signal
    int signal = 0;    ///< the signal that killed it; 0: it exited
    bool fine() const { return signal == 0 && exit_code == 0; }
};

/// A child process. The destructor kills it if it still runs.
class ChildProcess {
public:
    /// Runs words[0], a path. stdin is empty; stdout and stderr go to `log`. Error (internal) with the errno.
    static Result<ChildProcess> start(const std::vector<std::string>& words,
                                      const std::vector<std::string>& environment, const std::filesystem::path& log);
    /// The same with this process's environment, as the leader of a session of its own, which kill() ends as a whole.
    /// stdout and stderr go to this process's stderr. The child's descriptor `number` is a copy of `descriptor`.
    static Result<ChildProcess> start_beside(const std::vector<std::string>& words, int descriptor, int number);
    ChildProcess(ChildProcess&& other) noexcept
        : pid_(std::exchange(other.pid_, -1)), leads_(std::exchange(other.leads_, false)) {}
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess() { kill(); }

    /// nullopt while it runs. Does not wait.
    std::optional<ProcessEnd> poll();
    /// Kills it and waits for its end.
    void kill() noexcept;
    pid_t pid() const { return pid_; } ///< -1: it ended

private:
    explicit ChildProcess(pid_t pid, bool leads = false) : pid_(pid), leads_(leads) {}
    pid_t pid_ = -1;     ///< -1: ended and reaped
    bool leads_ = false; ///< a process group
};

} // namespace bytebound
