#include "experiment/exec/launch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/sys.hpp"
#include "machine/pin.hpp"

namespace bytebound {
namespace {

constexpr std::chrono::milliseconds sample_every{5};
constexpr int longest_poll_ms = 50; ///< after which a stop is noticed

/// Pages that the child touches between its note and its exec.
constexpr std::uint64_t rss_margin_bytes = 128 * 1024;

/// What the child says before its gate, and instead of its exec.
struct ChildNote {
    int step = 0; ///< one of Step
    int error = 0;
    std::uint64_t rss_bytes = 0;
};
enum Step { at_gate, memory_policy, descriptors, exec };

std::uint64_t ns_of(const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(time.tv_usec) * 1000u;
}

std::uint64_t max_rss_of(const rusage& usage) { return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024u; }

/// Everything that the child needs, prepared before fork(2): between it and exec only async-signal-safe calls are made.
struct ChildPlan {
    const char* path;
    std::vector<char*> argv, environment;
    std::array<unsigned long, 16> nodes{};
    int memory_mode = -1;
    int input, output, gate, status;
};

void note(int status, Step step, int error) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const ChildNote text{step, error, max_rss_of(usage)};
    while (::write(status, &text, sizeof text) < 0 && errno == EINTR) {
    }
}

[[noreturn]] void run_child(const ChildPlan& plan) {
    const auto give_up = [&](Step step) {
        note(plan.status, step, errno);
        ::_exit(127);
    };
    ::setpgid(0, 0);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXCPU, SIGXFSZ})
        ::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (plan.memory_mode >= 0 &&
        ::syscall(SYS_set_mempolicy, plan.memory_mode, plan.nodes.data(), plan.nodes.size() * sizeof(long) * 8) != 0)
        give_up(memory_policy);
    if (::dup2(plan.input, 0) < 0 || ::dup2(plan.output, 1) < 0 || ::dup2(plan.output, 2) < 0) give_up(descriptors);
    note(plan.status, at_gate, 0);
    char go = 0;
    ssize_t got = 0;
    while ((got = ::read(plan.gate, &go, 1)) < 0 && errno == EINTR) {
    }
    if (got != 1) ::_exit(127); // bytebound is gone
    ::execve(plan.path, plan.argv.data(), plan.environment.data());
    give_up(exec);
    ::_exit(127);
}

bool read_note(int status, ChildNote& note) {
    ssize_t got = 0;
    while ((got = ::read(status, &note, sizeof note)) < 0 && errno == EINTR) {
    }
    return got == static_cast<ssize_t>(sizeof note);
}

ChildPlan plan_of(const Launch& launch) {
    ChildPlan plan{};
    plan.path = launch.path.c_str();
    for (const std::string& word : launch.argv)
        plan.argv.push_back(const_cast<char*>(word.c_str())); // execve(2) does not modify it
    plan.argv.push_back(nullptr);
    for (const std::string& word : launch.environment)
        plan.environment.push_back(const_cast<char*>(word.c_str()));
    for (char** word = ::environ; word != nullptr && *word != nullptr; ++word)
        plan.environment.push_back(*word); // getenv(3) finds the first of a name
    plan.environment.push_back(nullptr);
    if (launch.memory) {
        plan.memory_mode = launch.memory->mode;
        constexpr std::size_t bits = sizeof(long) * 8;
        for (const int node : launch.memory->nodes)
            plan.nodes.at(static_cast<std::size_t>(node) / bits) |= 1ul << (static_cast<std::size_t>(node) % bits);
    }
    return plan;
}

struct Pipe {
    Descriptor read, write;
};
std::optional<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {};
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

Failure not_started(const std::string& name, std::string cause, std::string remedy, int error) {
    return fail({ExitCode::not_possible, "start command", name, std::move(cause), std::move(remedy), error});
}

/// Children of this process now, zombies included: those that the kernel gave it as a subreaper, too.
std::vector<pid_t> own_children() {
    std::vector<pid_t> children;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(entry->path() / "stat");
        std::string text((std::istreambuf_iterator<char>(file)), {});
        const std::size_t after_name = text.rfind(')'); // the name itself may contain anything
        if (after_name == std::string::npos) continue;
        std::istringstream rest(text.substr(after_name + 1));
        char state = 0;
        pid_t parent = 0;
        if (rest >> state >> parent && parent == ::getpid()) children.push_back(std::stoi(name));
    }
    return children;
}

/// Reaps what has ended. Returns whether a child is left.
bool reap() {
    for (;;) {
        const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
        if (ended == 0) return true;
        if (ended < 0 && errno != EINTR) return false;
    }
}

/// Kills every process that a command left, and their children, which come to this process when their parent dies.
/// Returns how many were running.
std::uint64_t kill_leftovers(pid_t group) {
    constexpr std::chrono::milliseconds grace{2}; // of a child that is ending, too
    std::uint64_t killed = 0;
    if (!reap()) return killed;
    std::this_thread::sleep_for(grace);
    if (!reap()) return killed;
    // A group at once, so that a program that forks without end cannot outrun this.
    constexpr int most_rounds = 2000;
    for (int round = 0; round < most_rounds; ++round) {
        const std::vector<pid_t> children = own_children();
        if (round == 0) killed = children.size();
        ::kill(-group, SIGKILL);
        for (const pid_t child : children)
            ::kill(child, SIGKILL);
        if (!reap()) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return killed;
}

} // namespace

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

GatedProcess::GatedProcess(GatedProcess&& other) noexcept
    : name_(std::move(other.name_)), pid_(std::exchange(other.pid_, -1)), gate_(std::move(other.gate_)),
      status_(std::move(other.status_)), begin_ns_(other.begin_ns_), end_ns_(other.end_ns_),
      own_rss_bytes_(other.own_rss_bytes_), timed_out_(other.timed_out_) {}

GatedProcess::~GatedProcess() {
    if (pid_ < 0) return;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    kill_leftovers(pid_);
}

Result<GatedProcess> GatedProcess::start(const Launch& launch) {
    auto gate = make_pipe(), status = make_pipe();
    const Descriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!gate || !status || !input) return not_started(launch.name, "no descriptor is left", "raise ulimit -n", errno);
    ChildPlan plan = plan_of(launch);
    plan.input = input.get();
    plan.output = launch.output;
    plan.gate = gate->read.get();
    plan.status = status->write.get();
    const pid_t pid = ::fork();
    if (pid < 0) return not_started(launch.name, "no process can be made", "raise ulimit -u, or free memory", errno);
    if (pid == 0) {
        // The child must see the end of the gate if bytebound dies.
        ::close(gate->write.get());
        run_child(plan);
    }
    ::setpgid(pid, pid); // in both processes: whichever is first
    status->write = Descriptor();
    GatedProcess process(launch.name, pid, std::move(gate->write), std::move(status->read));
    ChildNote note;
    if (!read_note(process.status_.get(), note))
        return not_started(launch.name, "its process ended before the exec", "try again", 0);
    if (note.step == memory_policy)
        return not_started(launch.name, "the kernel refused its memory policy", "give another --mem", note.error);
    if (note.step == descriptors)
        return not_started(launch.name, "its output cannot be opened", "give another --command-output", note.error);
    KernelSys sys;
    if (const SysResult pinned = launch.cpus.empty() ? SysResult{} : set_affinity(sys, pid, launch.cpus); !pinned.ok())
        return not_started(launch.name, "the kernel refused its CPUs", "give other --cpus", pinned.error);
    process.own_rss_bytes_ = note.rss_bytes;
    return process;
}

Result<void> GatedProcess::go() {
    begin_ns_ = now_ns();
    const char byte = 1;
    while (::write(gate_.get(), &byte, 1) < 0 && errno == EINTR) {
    }
    ChildNote note;
    if (!read_note(status_.get(), note)) return {}; // closed by the exec
    const bool long_list = note.error == E2BIG;
    return fail({ExitCode::usage, "start command", name_,
                 long_list ? "its arguments and the environment are too long" : "it cannot be executed",
                 long_list ? "give fewer arguments, or put them into a file" : "give a program that can be executed",
                 note.error});
}

bool GatedProcess::wait(double timeout_s, const StopFlag& stop, Sampler sample, void* into) {
    const Descriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    const auto timeout_ns = static_cast<std::uint64_t>(timeout_s * 1e9);
    for (;;) {
        pollfd event{ended.get(), POLLIN, 0};
        const int patience = sample != nullptr ? static_cast<int>(sample_every.count()) : longest_poll_ms;
        const int ready = ended ? ::poll(&event, 1, patience) : -1;
        siginfo_t info{};
        if (ready != 0 && ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
            info.si_pid == pid_)
            break;
        if (!ended) std::this_thread::sleep_for(std::chrono::microseconds(100)); // a kernel before 5.3
        if (stop != 0) return false;
        if (sample != nullptr) sample(into, pid_);
        if (timeout_ns != 0 && now_ns() - begin_ns_ > timeout_ns && !timed_out_) {
            timed_out_ = true;
            ::kill(-pid_, SIGKILL);
            ::kill(pid_, SIGKILL);
        }
    }
    end_ns_ = now_ns();
    return true;
}

CommandEnd GatedProcess::finish() {
    CommandEnd end;
    int status = 0;
    rusage usage{};
    while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    const pid_t group = std::exchange(pid_, -1);
    end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    end.timed_out = timed_out_;
    end.time_ns = end_ns_ - begin_ns_;
    end.user_ns = ns_of(usage.ru_utime);
    end.system_ns = ns_of(usage.ru_stime);
    end.page_faults = static_cast<std::uint64_t>(usage.ru_minflt + usage.ru_majflt);
    end.context_switches = static_cast<std::uint64_t>(usage.ru_nvcsw + usage.ru_nivcsw);
    if (const std::uint64_t rss = max_rss_of(usage); rss > own_rss_bytes_ + rss_margin_bytes) end.max_rss_bytes = rss;
    end.children_left = kill_leftovers(group);
    return end;
}

} // namespace bytebound
