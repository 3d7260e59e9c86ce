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

Result<ChildProcess> ChildProcess::start_beside(const std::vector<std::string>& words, int descriptor, int number) {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, descriptor, number);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t pid = -1;
    const int error =
        ::posix_spawn(&pid, words.at(0).c_str(), &actions, &attributes, pointers_to(words).data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        return fail({ExitCode::internal, "start", words[0], "the process could not be started",
                     "check the limit of processes (ulimit -u), and mount /proc", error});
    return ChildProcess(pid, true);
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    kill();
    pid_ = std::exchange(other.pid_, -1);
    leads_ = std::exchange(other.leads_, false);
    return *this;
}

std::optional<ProcessEnd> ChildProcess::poll() {
    if (pid_ < 0) return ProcessEnd{};
    if (leads_) { // its number is its own until it is reaped, and with it that of its group
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
            return {};
        ::kill(-pid_, SIGKILL);
    }
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return {};
    pid_ = -1;
    if (ended < 0) return ProcessEnd{1, 0}; // another part of the process reaped it: exit status unknown
    return WIFSIGNALED(status) ? ProcessEnd{0, WTERMSIG(status)} : ProcessEnd{WEXITSTATUS(status), 0};
}

void ChildProcess::kill() noexcept {
    if (pid_ < 0) return;
    ::kill(leads_ ? -pid_ : pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

} // namespace bytebound
