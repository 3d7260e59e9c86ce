// Four CPUs on two nodes of a real kernel. The kernel must confirm what our topology code binds. Also checks counters
// when a CPU goes offline, and when permissions or descriptors are missing.

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include "guest_main.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <map>

#include "counters/names/explain.hpp"
#include "counters/perf_event/perf_collector.hpp"
#include "machine/memory_binding.hpp"
#include "machine/page_proof.hpp"
#include "machine/pin.hpp"

using namespace bytebound;

CATCH_REGISTER_LISTENER(TapLines)

namespace {

constexpr std::uint64_t page = 4096, pages = 64;

Machine here() {
    auto machine = discover(SysRoot());
    REQUIRE(machine);
    return *machine;
}

bool write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path);
    file << text << std::flush;
    return file.good();
}

/// 64 pages, bound as requested and then written by a thread on `cpus`.
std::map<int, std::uint64_t> nodes_of_pages(const std::string& cpus, const std::string& memory) {
    const Machine machine = here();
    const auto placement = resolve_placement(machine, cpus, memory, 1);
    REQUIRE(placement);
    const auto pin = Pin::bind(kernel_sys, machine, placement->cpus[0]);
    REQUIRE(pin);
    CHECK(pin->bound());
    CHECK(pin->read_back() == placement->cpus);
    CHECK(::sched_getcpu() == placement->cpus[0]);
    void* memory_begin = ::mmap(nullptr, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory_begin != MAP_FAILED);
    const auto bound = bind_memory(kernel_sys, machine, *placement, memory_begin, pages * page);
    REQUIRE(bound);
    CHECK(*bound);
    for (std::uint64_t i = 0; i < pages; ++i)
        static_cast<volatile char*>(memory_begin)[i * page] = 1;
    const auto proof = query_pages(kernel_sys, *placement, "buffer", memory_begin, pages * page);
    REQUIRE(proof);
    CHECK(proof->in_place == pages);
    ::munmap(memory_begin, pages * page);
    return proof->on_node;
}

/// The planner's reason for the names: "" if there is none.
std::string reason_of(const std::string& name) {
    const auto plan = PerfCollector(kernel_sys, SysRoot()).plan({{name}, false, 0, {}});
    return plan ? plan->events[0].reason : to_line(plan.error());
}

/// Runs `ask` as user nobody at a level of perf_event_paranoid and returns its result.
template <class Ask>
std::string as_nobody(const char* level, Ask ask) {
    REQUIRE(write_file("/proc/sys/kernel/perf_event_paranoid", level));
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        std::string answer = "setuid failed";
        if (::setgid(65534) == 0 && ::setuid(65534) == 0) answer = ask();
        const bool written = ::write(pipe_ends[1], answer.data(), answer.size()) >= 0;
        ::_exit(written ? 0 : 1);
    }
    ::close(pipe_ends[1]);
    std::string answer;
    char buffer[512];
    for (ssize_t n = 0; (n = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0;)
        answer.append(buffer, static_cast<std::size_t>(n));
    ::close(pipe_ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    return answer;
}

std::string whole_cpu() {
    Event event = *EventResolver(SysRoot(), 0).resolve("cycles:u")->event;
    event.scope = Scope::cpu;
    const auto group = Group::open(kernel_sys, std::span(&event, 1), 0);
    return group ? "" : explain_open_failure(event, group.error().sys_errno, SysRoot()).cause;
}

} // namespace

TEST_CASE("the policy that a program was started with is the kernel's answer") {
    constexpr int default_policy = 0, interleave = 3;
    const unsigned long both = 3;
    REQUIRE(::syscall(SYS_set_mempolicy, interleave, &both, 3) == 0);
    CHECK(outside_memory_policy(kernel_sys, here()) == "interleave of nodes 0-1");
    REQUIRE(::syscall(SYS_set_mempolicy, default_policy, nullptr, 0) == 0);
    CHECK(outside_memory_policy(kernel_sys, here()).empty());
}

TEST_CASE("the machine is two nodes of two CPUs at distance 21") {
    const Machine machine = here();
    REQUIRE(machine.nodes.size() == 2);
    CHECK(machine.nodes[0].cpus == std::vector<int>{0, 1});
    CHECK(machine.nodes[1].cpus == std::vector<int>{2, 3});
    CHECK(machine.nodes[0].distance == std::vector<int>{10, 21});
    CHECK(machine.nodes[1].distance == std::vector<int>{21, 10});
    CHECK(machine.online == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("a pinned thread runs where it was pinned, and its pages are verified where they were bound") {
    using Nodes = std::map<int, std::uint64_t>;
    CHECK(nodes_of_pages("0", "local") == Nodes{{0, 64}});
    CHECK(nodes_of_pages("3", "local") == Nodes{{1, 64}});
    CHECK(nodes_of_pages("0", "1") == Nodes{{1, 64}});
    CHECK(nodes_of_pages("3", "0") == Nodes{{0, 64}});
    CHECK(nodes_of_pages("1", "interleave") == Nodes{{0, 32}, {1, 32}});
}

TEST_CASE("the affinity from before a pin is restored") {
    const Machine machine = here();
    {
        const auto pin = Pin::bind(kernel_sys, machine, 2);
        REQUIRE(pin);
        CHECK(*read_affinity(kernel_sys) == std::vector<int>{2});
    }
    CHECK(*read_affinity(kernel_sys) == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("pages that first touch put on the other node are reported as out of place") {
    const Machine machine = here();
    const auto local = resolve_placement(machine, "0", "local", 1), remote = resolve_placement(machine, "2", "1", 1);
    REQUIRE(local);
    REQUIRE(remote);
    const auto pin = Pin::bind(kernel_sys, machine, 0);
    void* begin = ::mmap(nullptr, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(begin != MAP_FAILED);
    for (std::uint64_t i = 0; i < pages; ++i)
        static_cast<volatile char*>(begin)[i * page] = 1;
    const auto proof = query_pages(kernel_sys, *remote, "buffer", begin, pages * page);
    REQUIRE(proof);
    CHECK(proof->in_place == 0);
    CHECK(proof->on_node == std::map<int, std::uint64_t>{{0, 64}});
    CHECK(proof->percent_in_place() == 0);
    ::munmap(begin, pages * page);
}

TEST_CASE("a counter of a CPU that goes offline freezes, and no new one opens there") {
    Event event = resolved("cycles:u");
    auto group = Group::open(kernel_sys, std::span(&event, 1), 3);
    REQUIRE(group);
    const CounterValue running = values_of(*group)[0];
    ::usleep(20'000);
    CHECK(difference(running, values_of(*group)[0]).state == ReadingState::counted);

    REQUIRE(write_file("/sys/devices/system/cpu/cpu3/online", "0"));
    const CounterValue before = values_of(*group)[0];
    ::usleep(20'000);
    const Reading frozen = difference(before, values_of(*group)[0]);
    CHECK(frozen.state == ReadingState::never_ran);
    CHECK(frozen.count == 0);
    const auto none = Group::open(kernel_sys, std::span(&event, 1), 3);
    REQUIRE_FALSE(none);
    CHECK(none.error().sys_errno == ENODEV);
    CHECK(explain_open_failure(event, ENODEV, SysRoot()).cause ==
          "PMU armv8_pmuv3 is not present on this CPU, or the CPU is offline");

    const Machine machine = here();
    CHECK(machine.offline == std::vector<int>{3});
    const auto placement = resolve_placement(machine, "3", "local", 1);
    REQUIRE_FALSE(placement);
    CHECK(placement.error().code == ExitCode::not_possible);
    CHECK(to_line(placement.error()) ==
          "place CPU 3: it is offline; bring it online (echo 1 > /sys/devices/system/cpu/cpu3/online) or choose among "
          "0-2");

    // The event does not resume with its CPU; a new one opens.
    REQUIRE(write_file("/sys/devices/system/cpu/cpu3/online", "1"));
    const CounterValue back = values_of(*group)[0];
    ::usleep(20'000);
    CHECK(difference(back, values_of(*group)[0]).state == ReadingState::never_ran);
    CHECK(Group::open(kernel_sys, std::span(&event, 1), 3));
}

TEST_CASE("a thread whose CPU goes offline continues counting on another one") {
    const Machine machine = here();
    auto pin = Pin::bind(kernel_sys, machine, 3);
    REQUIRE(pin);
    Group group = opened({"cycles:u"});
    const CounterValue before = values_of(group)[0];
    REQUIRE(write_file("/sys/devices/system/cpu/cpu3/online", "0"));
    for (int i = 0; i < 10'000'000; ++i)
        asm volatile("" : "+r"(i));
    const Reading reading = difference(before, values_of(group)[0]);
    CHECK(::sched_getcpu() != 3);
    CHECK(reading.state == ReadingState::counted);
    CHECK(reading.count > 1'000'000); // QEMU's cycles are ns of host time here
    REQUIRE(write_file("/sys/devices/system/cpu/cpu3/online", "1"));
}

TEST_CASE("at every level of perf_event_paranoid an unprivileged user gets the reason for what it forbids") {
    const auto user = [] { return reason_of("cycles:u"); };
    const auto kernel = [] { return reason_of("cycles:k"); };
    CHECK(as_nobody("3", user) ==
          "perf_event_paranoid is 3 and there is no CAP_PERFMON: counting user code needs level "
          "2 or lower (EACCES)");
    CHECK(as_nobody("2", user) == "");
    CHECK(as_nobody("2", kernel) == "perf_event_paranoid is 2 and there is no CAP_PERFMON: counting kernel code needs "
                                    "level 1 or lower (EACCES)");
    CHECK(as_nobody("1", kernel) == "");
    CHECK(as_nobody("1", whole_cpu) ==
          "perf_event_paranoid is 1 and there is no CAP_PERFMON: counting a whole CPU needs level 0 or lower");
    CHECK(as_nobody("0", whole_cpu) == "");
    CHECK(as_nobody("-1", whole_cpu) == "");
    CHECK(as_nobody("-1", kernel) == "");
    REQUIRE(write_file("/proc/sys/kernel/perf_event_paranoid", "3"));
}

TEST_CASE("root counts at every level") { CHECK(reason_of("cycles:k") == ""); }

TEST_CASE("without free descriptors the reason is their limit, and nothing stays open") {
    rlimit old{}, few{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &old) == 0);
    const int next = ::dup(0);
    REQUIRE(next >= 0);
    ::close(next);
    few = {static_cast<rlim_t>(next) + 2, old.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    const std::vector<Event> four(4, *EventResolver(SysRoot(), 0).resolve("cycles:u")->event);
    const auto group = Group::open(kernel_sys, four);
    const int after = ::dup(0);
    ::close(after);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &old) == 0);
    REQUIRE_FALSE(group);
    CHECK(group.error().sys_errno == EMFILE);
    CHECK(after == next);
    const Diagnosis why = explain_open_failure(four[0], EMFILE, SysRoot());
    CHECK(why.cause == "the process has no file descriptors left");
    CHECK(why.remedy == "raise the limit: ulimit -n 4096");
}

TEST_CASE("instructions do not open without a fixed icount, and cycles do") {
    CHECK(reason_of("instructions:u") == "PMU armv8_pmuv3 does not have this event (ENOENT)");
    CHECK(reason_of("cycles:u") == "");
}

int main(int argc, char** argv) { return run_unless(cannot_count({"cycles:u"}), argc, argv); }
