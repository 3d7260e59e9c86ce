#include "io/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace bytebound {
namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& word : words)
        pointers.push_back(const_cast<char*>(word.c_str())); // posix_spawn(3) promises not to modify it
    pointers.push_back(nullptr);
    return pointers;
}

/// What the child sets up before exec.
class Preparation {
public:
    explicit Preparation(const std::filesystem::path& log) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
    }
    ~Preparation() { ::posix_spawn_file_actions_destroy(&actions_); }
    Preparation(const Preparation&) = delete;
    Preparation& operator=(const Preparation&) = delete;
    const posix_spawn_file_actions_t* actions() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

} // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& words,
                                         const std::vector<std::string>& environment,
                                         const std::filesystem::path& log) {
    const Preparation preparation(log);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, words.at(0).c_str(), preparation.actions(), nullptr,
                                    pointers_to(words).data(), pointers_to(environment).data());
    if (error != 0)
        return fail({ExitCode::internal, "start", words[0], "the process could not be started",
                     "check that the file is executable", error});
    return ChildProcess(pid);
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    kill();
    pid_ = std::exchange(other.pid_, -1);
    return *this;
}

std::optional<ProcessEnd> ChildProcess::poll() {
    if (pid_ < 0) return ProcessEnd{};
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return {};
    pid_ = -1;
    if (ended < 0) return ProcessEnd{1, 0}; // another part of the process reaped it: exit status unknown
    return WIFSIGNALED(status) ? ProcessEnd{0, WTERMSIG(status)} : ProcessEnd{WEXITSTATUS(status), 0};
}

void ChildProcess::kill() noexcept {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

} // namespace bytebound
