#include "base/trial_process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.hpp"
#include "base/mapped_region.hpp"

namespace bytebound {
namespace {

constexpr unsigned longest_s = 20;
constexpr int code_returned = 0, code_refused = 117; // a library that gives up uses small codes other than 0

constexpr std::size_t longest_text = std::size_t{8} << 20; ///< a machine of 512 CPUs needs half a MiB

/// Memory that the child fills and the parent reads; a pipe would need descriptors, which may be what is scarce.
struct SharedText {
    std::size_t length;
    char text[longest_text - sizeof(std::size_t)];
};

[[noreturn]] void run_child(const std::function<bool(std::string&)>& action, SharedText* shared) {
    // Closed first: below a limit of four descriptors there is none for /dev/null otherwise.
    ::close(STDOUT_FILENO);
    ::close(STDERR_FILENO);
    const int output = ::open("/dev/null", O_WRONLY);
    if (output >= 0) static_cast<void>(::dup(output));
    ::alarm(longest_s);
    std::string text;
    const bool returned = action(text);
    shared->length = text.size();
    text.copy(shared->text, sizeof shared->text);
    ::_exit(returned ? code_returned : code_refused);
}

} // namespace

TrialEnd try_in_child(const std::function<bool(std::string& text)>& action) {
    // Only the pages that the text needs are ever touched.
    const auto memory = MappedRegion::shared(sizeof(SharedText));
    if (!memory) return {.untried = "no memory to try it in (" + errno_name(memory.error().sys_errno) + ")"};
    auto* const shared = reinterpret_cast<SharedText*>(memory->data());
    std::fflush(nullptr); // or exit() in the child writes the buffers a second time
    const pid_t child = ::fork();
    if (child < 0) return {.untried = "no process to try it in (" + errno_name(errno) + ")"};
    if (child == 0) run_child(action, shared);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return {.untried = "no word of the process that tried it"};
    if (WIFSIGNALED(status)) return {false, signal_name(WTERMSIG(status))};
    if (WEXITSTATUS(status) == code_refused) return {};
    if (WEXITSTATUS(status) != code_returned) return {false, "exit status " + std::to_string(WEXITSTATUS(status))};
    if (shared->length > sizeof shared->text) return {false, "what it made is longer than 8 MiB"};
    return {.returned = true, .text = std::string(shared->text, shared->length)};
}

} // namespace bytebound
