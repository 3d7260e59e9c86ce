// resctrl in a tree made by the test: real files, and a scripted kernel that fills a new group's mon_data.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>
#include <utility>

#include "counters/resctrl/domain_bytes.hpp"
#include "counters/resctrl/monitor_group.hpp"
#include "counters/resctrl/resctrl_collector.hpp"
#include "support/forwarding_sys.hpp"
#include "support/tree.hpp"

using namespace bytebound;

namespace {

namespace fs = std::filesystem;

/// CPUs 0 and 1 share the L3 with id 0, CPUs 2 and 3 the one with id 1; the leader is pinned to CPU 0.
class ResctrlKernel final : public test::ForwardingSys {
public:
    std::vector<std::string> domains = {"mon_L3_00", "mon_L3_01"};
    int mkdir_error = 0;
    std::vector<int> affinity = {0};
    std::vector<std::string> removed;

    SysResult make_directory(const char* path) override {
        if (mkdir_error != 0) return {-1, mkdir_error};
        const SysResult made = ForwardingSys::make_directory(path);
        if (!made.ok()) return made;
        for (const std::string& domain : domains) {
            const fs::path files = fs::path(path) / "mon_data" / domain;
            fs::create_directories(files);
            for (const char* name : {"mbm_total_bytes", "mbm_local_bytes", "llc_occupancy"})
                std::ofstream(files / name) << "0\n";
        }
        std::ofstream(fs::path(path) / "tasks").flush();
        return made;
    }
    SysResult remove_directory(const char* path) override {
        removed.push_back(fs::path(path).filename());
        return fs::remove_all(path) > 0 ? SysResult{0, 0} : SysResult{-1, ENOENT};
    }
    SysResult sched_getaffinity(pid_t, std::size_t, cpu_set_t* set) override {
        CPU_ZERO(set);
        for (const int cpu : affinity)
            CPU_SET(static_cast<std::size_t>(cpu), set);
        return {8, 0};
    }
};

struct Machine {
    test::Tree tree;
    ResctrlKernel kernel;
    std::string name = "bytebound-" + std::to_string(::getpid());
    std::string groups = "sys/fs/resctrl/mon_groups/";

    explicit Machine(const std::string& model = "106") {
        tree.write("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: " + model +
                                       "\nflags\t\t: fpu cqm_mbm_total");
        tree.write("proc/filesystems", "nodev\tresctrl");
        tree.write("sys/fs/resctrl/info/L3_MON/mon_features", "llc_occupancy\nmbm_total_bytes\nmbm_local_bytes");
        tree.write("sys/fs/resctrl/mon_groups/", "");
        tree.write("sys/devices/system/cpu/online", "0-3");
        for (int cpu = 0; cpu < 4; ++cpu) {
            const std::string home = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index3/";
            tree.write(home + "level", "3");
            tree.write(home + "id", cpu < 2 ? "0" : "1");
        }
    }
    ResctrlCollector collector() { return {kernel, tree.root(), true}; }
    void set(const std::string& domain, const std::string& event, const std::string& text) const {
        tree.write(groups + name + "/mon_data/" + domain + "/" + event, text);
    }
    void total(const std::string& first, const std::string& second) const {
        set("mon_L3_00", "mbm_total_bytes", first);
        set("mon_L3_01", "mbm_total_bytes", second);
    }
    bool has(const std::string& path) const { return tree.root().exists(path); }
};

/// Files of two domains, with texts and errors chosen by the test.
class ScriptedDomains final : public test::ForwardingSys {
public:
    std::vector<std::string> texts = {"0", "0"};
    std::vector<int> errors = {0, 0};

    DomainBytes two(const std::atomic<bool>& first, const std::atomic<bool>& second) {
        DomainBytes bytes;
        for (const auto* needed : {&first, &second}) {
            fds_.push_back(static_cast<int>(open_file("/dev/null", 0).value));
            bytes.add(UniqueFd(*this, fds_.back()), *needed);
        }
        return bytes;
    }
    SysResult read_at_start(int fd, void* buffer, std::size_t) override {
        const std::size_t domain = fd == fds_[0] ? 0 : 1;
        if (errors[domain] != 0) return {-1, errors[domain]};
        std::memcpy(buffer, texts[domain].data(), texts[domain].size());
        return {static_cast<long>(texts[domain].size()), 0};
    }

private:
    std::vector<int> fds_;
};

/// The total over the two readings of `counters`.
Reading step(WorkerCounters& counters, const std::function<void()>& work) {
    std::vector<CounterValue> before(counters.size()), after(counters.size());
    REQUIRE(counters.read(before));
    work();
    REQUIRE(counters.read(after));
    return difference(before[0], after[0]);
}

} // namespace

TEST_CASE("a domain's file contains a number or one of the kernel's words") {
    CHECK(parse_domain_answer("18446744073709551615\n") == DomainAnswer{DomainState::bytes, 18446744073709551615u});
    CHECK(parse_domain_answer("0") == DomainAnswer{DomainState::bytes, 0});
    CHECK(parse_domain_answer("Unavailable\n") == DomainAnswer{DomainState::unavailable, 0});
    CHECK(parse_domain_answer("Unassigned\n") == DomainAnswer{DomainState::unassigned, 0});
    for (const char* text : {"Error\n", "", "\n", "12x", "-1", "18446744073709551616", "1 2"})
        CHECK(parse_domain_answer(text).state == DomainState::error);
}

TEST_CASE("the groups of a process are parsed in the kernel's format") {
    CHECK(parse_resctrl_groups("res:/\nmon:\n") == ResctrlPlace{"", ""});
    CHECK(parse_resctrl_groups("res:/\nmon:probe\n") == ResctrlPlace{"", "probe"});
    CHECK(parse_resctrl_groups("res:web\nmon:\n") == ResctrlPlace{"web", ""});
    CHECK(parse_resctrl_groups("res:\nmon:\n") == ResctrlPlace{"", ""});
    test::Tree old; // before Linux 5.6
    old.write("sys/fs/resctrl/tasks", "1");
    old.write("sys/fs/resctrl/batch/tasks", "77\n" + std::to_string(::getpid()) + "\n78");
    CHECK(resctrl_place(old.root()).control == "batch");
    old.write("sys/fs/resctrl/batch/tasks", "77\n78");
    CHECK(resctrl_place(old.root()).control.empty());
}

TEST_CASE("the plan offers bytes of all threads, the total as dram_bytes and nothing as reads or writes") {
    Machine machine;
    auto collector = machine.collector();
    CHECK(collector.capability() == Capability::yes("mbm_total_bytes, mounted at /sys/fs/resctrl"));
    const auto plan = collector.plan({{"cycles"}, false, 0, {}, {}});
    REQUIRE(plan);
    CHECK(plan->source == "resctrl");
    REQUIRE(plan->events.size() == 2);
    CHECK(plan->events[0].name == "mbm_total_bytes");
    CHECK(plan->events[0].role == "dram_bytes");
    CHECK(plan->events[1].name == "mbm_local_bytes");
    CHECK(plan->events[1].role.empty());
    for (const PlannedEvent& event : plan->events) {
        CHECK(event.unit == "bytes");
        CHECK(event.sharing == Sharing::group);
        CHECK(event.pass == 0);
        CHECK(event.event);
    }
    CHECK(plan->notes[1] == "llc_occupancy is a gauge, not a counter, so it is not offered");
    CHECK(plan->notes.size() == 2);
}

TEST_CASE("bytes are summed over all domains, without the files of clusters within them") {
    Machine machine;
    machine.kernel.domains = {"mon_L3_00", "mon_L3_00/mon_sub_L3_00", "mon_L3_01"};
    auto collector = machine.collector();
    const auto plan = *collector.plan({});
    const auto counters = *collector.open(plan, 0);
    REQUIRE(counters->size() == 2);
    machine.set("mon_L3_00/mon_sub_L3_00", "mbm_total_bytes", "999");
    machine.total("1000", "50");
    // 64 + 6
    CHECK(step(*counters, [&] { machine.total("1064", "56"); }).count == 70);
    const Reading idle = step(*counters, [] {});
    CHECK(idle.count == 0);
    CHECK(idle.state == ReadingState::counted);
}

TEST_CASE("every worker's thread joins the group, with one write per thread") {
    Machine machine;
    auto collector = machine.collector();
    const auto plan = *collector.plan({});
    const std::string tasks = machine.groups + machine.name + "/tasks";
    const auto leader = *collector.open(plan, 0);
    CHECK(*machine.tree.root().read(tasks) == std::to_string(::gettid()));
    pid_t tid = 0;
    std::thread([&] {
        tid = ::gettid();
        const auto worker = collector.open(plan, 0);
        CHECK((worker && (*worker)->size() == 2));
    }).join();
    // Each write to a plain file replaces its content, whereas the kernel would append.
    CHECK(machine.tree.root().read(tasks)->starts_with(std::to_string(tid)));
}

TEST_CASE("a domain that is not counted makes the step never_ran, if one of our threads runs there") {
    Machine machine;
    auto collector = machine.collector();
    const auto plan = *collector.plan({});
    const auto counters = *collector.open(plan, 0); // pinned to CPU 0: domain 0
    for (const char* word : {"Unavailable", "Unassigned"}) {
        machine.total("100", "0");
        step(*counters, [] {});
        CHECK(step(*counters, [&] { machine.total(word, "0"); }).state == ReadingState::never_ran);
        CHECK(step(*counters, [&] { machine.total("5", "0"); }).state == ReadingState::never_ran);
        const Reading again = step(*counters, [&] { machine.total("12", "0"); });
        CHECK(again.state == ReadingState::counted);
        CHECK(again.count == 7);
    }
    // No worker runs at domain 1.
    machine.total("20", "Unavailable");
    step(*counters, [] {});
    const Reading other = step(*counters, [&] { machine.total("21", "Unavailable"); });
    CHECK(other.state == ReadingState::counted);
    CHECK(other.count == 1);
    // Now one does.
    machine.kernel.affinity = {2};
    const auto second = *collector.open(plan, 0);
    CHECK(step(*counters, [] {}).state == ReadingState::never_ran);
}

TEST_CASE("a domain that gets its first thread within a step has no earlier number to subtract") {
    Machine machine;
    auto collector = machine.collector();
    const auto plan = *collector.plan({});
    const auto counters = *collector.open(plan, 0);
    machine.total("20", "Unavailable");
    step(*counters, [] {});
    std::unique_ptr<WorkerCounters> second;
    const Reading joined = step(*counters, [&] {
        machine.kernel.affinity = {2};
        second = *collector.open(plan, 0);
        machine.total("21", "5000");
    });
    CHECK(joined.state == ReadingState::never_ran);
    const Reading next = step(*counters, [&] { machine.total("22", "5004"); });
    CHECK(next.state == ReadingState::counted);
    CHECK(next.count == 5);
}

TEST_CASE("if sysfs has no ids of the L3 caches, every domain must answer") {
    Machine machine;
    for (int cpu = 0; cpu < 4; ++cpu)
        machine.tree.remove("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index3/id");
    auto collector = machine.collector();
    const auto plan = *collector.plan({});
    const auto counters = *collector.open(plan, 0);
    machine.total("1", "Unavailable");
    step(*counters, [] {});
    CHECK(step(*counters, [] {}).state == ReadingState::never_ran);
}

TEST_CASE("a counter that restarts at 0, or a hardware error, fails only the affected step") {
    Machine machine;
    auto collector = machine.collector();
    const auto plan = *collector.plan({});
    const auto counters = *collector.open(plan, 0);
    machine.total("1000", "7");
    step(*counters, [] {});
    // 1000 -> 30 at domain 0 although the sum over both grows.
    CHECK(step(*counters, [&] { machine.total("30", "9000"); }).state == ReadingState::read_failed);
    const Reading next = step(*counters, [&] { machine.total("40", "9000"); });
    CHECK(next.state == ReadingState::counted);
    CHECK(next.count == 10);
    CHECK(step(*counters, [&] { machine.total("Error", "9000"); }).state == ReadingState::read_failed);
}

TEST_CASE("a file that cannot be read any more stops the run") {
    Machine machine;
    auto collector = machine.collector();
    const auto plan = *collector.plan({});
    const auto counters = *collector.open(plan, 0);
    class Broken final : public test::ForwardingSys {
        SysResult read_at_start(int, void*, std::size_t) override { return {-1, ENODEV}; }
    } broken;
    const int fd = static_cast<int>(machine.kernel.open_file("/dev/null", 0).value);
    DomainBytes bytes;
    const std::atomic<bool> needed{true};
    bytes.add(UniqueFd(broken, fd), needed);
    bytes.read(broken, 1);
    CHECK(bytes.failed_errno() == ENODEV);
}

TEST_CASE("only an unreadable domain that is needed fails the reading, regardless of the other domains") {
    ScriptedDomains domains;
    std::atomic<bool> first{true}, second{false};
    DomainBytes bytes = domains.two(first, second);
    bytes.read(domains, 10);
    domains.errors = {EIO, 0};
    bytes.read(domains, 20);
    CHECK(bytes.failed_errno() == EIO);
    domains.errors = {EIO, ENODEV}; // of the needed domain
    bytes.read(domains, 30);
    CHECK(bytes.failed_errno() == EIO);
    first = false;
    second = true;
    bytes.read(domains, 40);
    CHECK(bytes.failed_errno() == ENODEV);
    domains.errors = {EIO, 0};
    bytes.read(domains, 50);
    CHECK(bytes.failed_errno() == 0);
    const CounterValue good = bytes.read(domains, 60);
    domains.texts[1] = "7";
    CHECK(difference(good, bytes.read(domains, 70)) == Reading{7, 10, 10, ReadingState::counted});
}

TEST_CASE("a decrease by one byte is a restart, an equal number is not, and restarts in domains without workers are "
          "ignored") {
    ScriptedDomains domains;
    std::atomic<bool> first{true}, second{false};
    DomainBytes bytes = domains.two(first, second);
    domains.texts = {"1000", "500"};
    CounterValue last = bytes.read(domains, 10);
    const auto step = [&](std::vector<std::string> texts) {
        domains.texts = std::move(texts);
        const CounterValue before = std::exchange(last, bytes.read(domains, last.enabled_ns + 10));
        return difference(before, last);
    };
    CHECK(step({"1000", "500"}) == Reading{0, 10, 10, ReadingState::counted});
    CHECK(step({"999", "500"}).state == ReadingState::read_failed);
    CHECK(step({"1003", "499"}) == Reading{4, 10, 10, ReadingState::counted});
    CHECK(step({"1003", "501"}) == Reading{2, 10, 10, ReadingState::counted});
    second = true;
    CHECK(step({"1003", "500"}).state == ReadingState::read_failed);
}

TEST_CASE("the group exists until the collector and all its counters are destroyed") {
    Machine machine;
    const std::string path = machine.groups + machine.name;
    std::unique_ptr<WorkerCounters> counters;
    {
        auto collector = machine.collector();
        const auto plan = *collector.plan({});
        { const auto one_phase = collector.open(plan, 0); }
        CHECK(machine.has(path));
        counters = *collector.open(plan, 0);
    }
    CHECK(machine.has(path));
    counters.reset();
    CHECK_FALSE(machine.has(path));
    CHECK(machine.kernel.removed == std::vector<std::string>{machine.name});
}

TEST_CASE("an exception removes the group") {
    Machine machine;
    try {
        auto collector = machine.collector();
        const auto plan = collector.plan({});
        throw 1;
    } catch (int) {
    }
    CHECK_FALSE(machine.has(machine.groups + machine.name));
}

TEST_CASE("groups of dead processes are removed, those of living ones and of other programs are kept") {
    Machine machine;
    machine.tree.write("proc/4711/stat", "");
    for (const char* name : {"bytebound-4711", "bytebound-999999991", "bytebound-999999992", "theirs", "bytebound-x"})
        machine.tree.write(machine.groups + name + "/tasks", "");
    // In another PID namespace: the process is not visible in proc, but its thread is listed.
    machine.tree.write(machine.groups + "bytebound-999999992/tasks", "5");
    auto collector = machine.collector();
    const auto plan = collector.plan({});
    CHECK(machine.kernel.removed == std::vector<std::string>{"bytebound-999999991"});
    CHECK(machine.has(machine.groups + "bytebound-4711"));
}

TEST_CASE("the group is below the control group of the process, and the threads return to their former group") {
    Machine machine;
    machine.groups = "sys/fs/resctrl/batch/mon_groups/";
    machine.tree.write("proc/self/cpu_resctrl_groups", "res:batch\nmon:watched");
    machine.tree.write(machine.groups + "watched/tasks", "");
    {
        auto collector = machine.collector();
        const auto plan = *collector.plan({});
        const auto counters = collector.open(plan, 0);
        CHECK(machine.has(machine.groups + machine.name + "/mon_data/mon_L3_00"));
    }
    CHECK_FALSE(machine.has(machine.groups + machine.name));
    CHECK(machine.tree.root().read(machine.groups + "watched/tasks")->starts_with(std::to_string(::gettid())));
}

TEST_CASE("a group that cannot be made is a reason with the kernel's errno and what to do") {
    struct Row {
        int error;
        const char* reason;
        const char* remedy;
    };
    for (const Row& row :
         {Row{ENOSPC, "no RMID is free: all belong to groups (ENOSPC)",
              "remove unused groups: sudo rmdir /sys/fs/resctrl/mon_groups/NAME"},
          Row{EBUSY, "the free RMIDs are in limbo: lines of their previous groups are still in the cache (EBUSY)",
              "try again in a few seconds"},
          Row{EACCES, "monitoring groups in sys/fs/resctrl belong to root (EACCES)", "run as root"},
          Row{EROFS, "resctrl is mounted read-only, as in a container (EROFS)",
              "on the host: sudo mount -o remount,rw /sys/fs/resctrl"},
          Row{EINVAL, "the kernel refuses it (EINVAL)", "cat /sys/fs/resctrl/info/last_cmd_status"}}) {
        Machine machine;
        machine.kernel.mkdir_error = row.error;
        const auto plan = machine.collector().plan({});
        REQUIRE(plan);
        REQUIRE(plan->events.size() == 2);
        CHECK_FALSE(plan->events[0].event);
        CHECK(plan->events[0].pass == -1);
        CHECK(plan->events[0].reason == row.reason);
        CHECK(plan->events[0].remedy == row.remedy);
    }
}

TEST_CASE("a total that is configured to omit traffic does not feed dram_bytes") {
    Machine machine;
    const std::string setting = "sys/fs/resctrl/info/L3_MON/mbm_total_bytes_config";
    machine.tree.write(setting, "0=0x7f;1=0x33"); // 0x33: reads only
    {
        const auto plan = machine.collector().plan({});
        CHECK(plan->events[0].reason ==
              "it is configured to count only part of the traffic: 1=0x33 in mbm_total_bytes_config");
        CHECK(plan->events[0].remedy == "echo '1=0x7f' | sudo tee /sys/fs/resctrl/info/L3_MON/mbm_total_bytes_config");
        CHECK(plan->events[1].event);
    }
    machine.tree.write(setting, "0=0x7f;1=0x4f"); // omits reads of slow memory, which does not exist here
    CHECK(machine.collector().plan({})->events[0].event);
}

TEST_CASE("without resctrl the plan says why, and on a recorded machine nothing is made") {
    Machine machine;
    machine.tree.remove("sys/fs/resctrl");
    const auto plan = machine.collector().plan({});
    CHECK(plan->events[0].reason == "resctrl is not mounted");
    CHECK(plan->events[0].remedy == "sudo mount -t resctrl resctrl /sys/fs/resctrl");
    Machine recorded;
    ResctrlCollector collector(recorded.kernel, recorded.tree.root());
    CHECK(collector.plan({})->events[0].reason == "this is a recorded machine: nothing is opened on it");
    CHECK_FALSE(recorded.has(recorded.groups + recorded.name));
}
