// Memory-controller boxes of a real kernel, driven by known amounts through the module fakepmu. Checks how our groups
// and the uncore collector handle cpumask, redirection, width, saturation and a lack of counters.

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include "guest_main.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <thread>

#include "counters/names/explain.hpp"
#include "counters/perf_event/perf_collector.hpp"
#include "counters/perf_event/uncore_collector.hpp"
#include "preset/preset.hpp"

using namespace bytebound;

CATCH_REGISTER_LISTENER(TapLines)

namespace {

/// Drives the module with lines in its own format.
void drive(const std::string& lines) {
    const int file = ::open("/sys/kernel/debug/fakepmu/drive", O_WRONLY | O_CLOEXEC);
    REQUIRE(file >= 0);
    const auto written = ::write(file, lines.data(), lines.size());
    ::close(file);
    REQUIRE(written == static_cast<ssize_t>(lines.size()));
}

void set_parameter(const std::string& name, const std::string& value) {
    std::ofstream file("/sys/module/fakepmu/parameters/" + name);
    file << value << std::flush;
    REQUIRE(file.good());
}

bool has_imc() { return SysRoot().exists("sys/bus/event_source/devices/uncore_imc_0"); }

Group box_group(const std::vector<std::string>& names, int cpu) {
    std::vector<Event> events;
    for (const std::string& name : names)
        events.push_back(resolved(name));
    auto group = Group::open(kernel_sys, events, cpu);
    INFO((group ? "" : to_line(group.error())));
    REQUIRE(group);
    return std::move(*group);
}

std::vector<std::uint64_t> counts_of(Group& group) {
    std::vector<std::uint64_t> counts;
    for (const CounterValue& value : values_of(group))
        counts.push_back(value.count);
    return counts;
}

using Counts = std::vector<std::uint64_t>;

const std::string reads_0 = "uncore_imc_0/cas_count_read/", writes_0 = "uncore_imc_0/cas_count_write/";

/// This CPU's preset and the counters that it finds here.
MemoryMatch matched() {
    const auto choice = choose_preset(SysRoot(), "auto");
    REQUIRE(choice);
    REQUIRE(choice->preset);
    return match_memory(SysRoot(), *choice->preset);
}

void test_imc() {
    SECTION("a box counts its own reads and writes, in the unit of its files") {
        Group group = box_group({reads_0, writes_0}, 0);
        const Event event = resolved(reads_0);
        CHECK(event.scale == 6.103515625e-5);
        CHECK(event.unit == "MiB");
        CHECK(event.cpus == std::vector<int>{0, 2});
        drive("box 0 0 16384 5\nbox 1 0 7 7\nbox 0 1 9 9\n");
        CHECK(counts_of(group) == Counts{16384, 5});
        CHECK(16384 * event.scale == 1.0);
    }
    SECTION("a box opened on any CPU of its socket is the same box") {
        Group own = box_group({reads_0}, 0), moved = box_group({reads_0}, 1), other = box_group({reads_0}, 3);
        drive("box 0 0 100 0\nbox 0 1 4 0\n");
        CHECK(counts_of(own) == Counts{100});
        CHECK(counts_of(moved) == Counts{100}); // opening once per online CPU would count 200
        CHECK(counts_of(other) == Counts{4});
    }
    SECTION("a box has no thread scope, so the kernel and the plan refuse it") {
        const Event event = resolved(reads_0);
        const auto group = Group::open(kernel_sys, std::span(&event, 1));
        REQUIRE_FALSE(group);
        CHECK(group.error().sys_errno == EINVAL);
        const auto plan = PerfCollector(kernel_sys, SysRoot()).plan({{reads_0}, false, 0, {}});
        REQUIRE(plan);
        CHECK_FALSE(plan->events[0].event);
        CHECK(plan->events[0].reason == "PMU uncore_imc_0 counts a whole socket or domain, not a thread");
    }
    SECTION("a 48-bit counter that wraps loses nothing") {
        set_parameter("start", "281474976710000"); // 2^48 - 656
        Group group = box_group({reads_0, writes_0}, 0);
        drive("box 0 0 16384 655\n");
        const Counts counts = counts_of(group);
        set_parameter("start", "0");
        CHECK(counts == Counts{16384, 655});
    }
    SECTION("four events fit in a box, a fifth opens nowhere in the group") {
        Group four = box_group({reads_0, writes_0, reads_0, writes_0}, 0);
        drive("box 0 0 3 2\n");
        CHECK(counts_of(four) == Counts{3, 2, 3, 2});
        const std::vector<Event> events(5, resolved(reads_0));
        const auto five = Group::open(kernel_sys, events, 0);
        REQUIRE_FALSE(five);
        CHECK(five.error().sys_errno == EINVAL);
    }
    SECTION("a group whose box is full is multiplexed and reported as such") {
        Group four = box_group({reads_0, writes_0, reads_0, writes_0}, 0), more = box_group({reads_0}, 0);
        const CounterValue before = values_of(more)[0];
        ::usleep(40'000);
        const CounterValue after = values_of(more)[0];
        CHECK(after.running_ns - before.running_ns < after.enabled_ns - before.enabled_ns);
    }
}

} // namespace

TEST_CASE("boxes of uncore_imc") {
    if (has_imc()) {
        test_imc();
    } else {
        SUCCEED("this guest has amd_umc");
    }
}

TEST_CASE("the preset finds every box of both sockets once, and the collector sums them in bytes") {
    const MemoryMatch match = matched();
    INFO(match.reason);
    // imc: 2 channels on 2 sockets, reads and writes; umc: one channel on each socket, reads and writes.
    REQUIRE(match.counters.size() == (has_imc() ? 8 : 4));
    for (const MemoryCounter& counter : match.counters) {
        CHECK((counter.cpu == 0 || counter.cpu == 2));
        CHECK(counter.bytes_per_count == 64);
        CHECK(counter.saturates == !has_imc());
    }
    UncoreCollector collector(kernel_sys, SysRoot());
    const auto plan = collector.plan({{}, false, 0, {}, match.counters});
    REQUIRE(plan);
    REQUIRE(plan->events.size() == 2);
    INFO(plan->events[0].reason);
    REQUIRE(plan->events[0].event);
    CHECK(plan->events[0].name == "ddr-read");
    CHECK(plan->events[1].name == "ddr-write");
    auto counters = collector.open(*plan, 0);
    REQUIRE(counters);
    std::vector<CounterValue> before((*counters)->size()), after(before.size());
    const bool first = (*counters)->read(before);
    drive("box 0 0 1000 10\nbox 1 1 200 2\n");
    const bool second = (*counters)->read(after);
    REQUIRE(first);
    REQUIRE(second);
    std::vector<std::uint64_t> bytes;
    std::size_t value = 0;
    for (const PlannedEvent& event : plan->events) {
        std::uint64_t sum = 0;
        for (const EventPart& part : event.parts) {
            const Reading reading = difference(before[value], after[value]);
            CHECK(reading.state == ReadingState::counted);
            sum += reading.count * part.weight;
            ++value;
        }
        bytes.push_back(sum);
    }
    CHECK(bytes == std::vector<std::uint64_t>{1200 * 64, 12 * 64});
}

TEST_CASE("a counter that saturates at its highest value stops counting") {
    if (has_imc()) {
        SUCCEED("these counters wrap");
        return;
    }
    set_parameter("start", "281474976710000"); // 2^48 - 656
    Group group = box_group({"amd_umc_0/event=0x0a,rdwrmask=1/"}, 0);
    drive("box 0 0 600 0\n");
    const Counts near = counts_of(group);
    drive("box 0 0 600 0\n");
    const Counts full = counts_of(group);
    set_parameter("start", "0");
    CHECK(near == Counts{600});
    CHECK(full == Counts{655}); // 2^48 - 1 is the last value: the rest is lost without an error
}

TEST_CASE("a channel of another socket cannot be opened, and the reason is its CPU") {
    if (has_imc()) {
        SUCCEED("these boxes are on every socket");
        return;
    }
    const Event event = resolved("amd_umc_1/event=0x0a,rdwrmask=1/");
    CHECK(event.cpus == std::vector<int>{2});
    const auto group = Group::open(kernel_sys, std::span(&event, 1), 0);
    REQUIRE_FALSE(group);
    CHECK(group.error().sys_errno == ENODEV);
}

TEST_CASE("core counters follow the thread: another thread's work is not counted") {
    Group group = opened({"cycles:u", "instructions:u", "LLC-load-misses:u", "cpu/event=0x2e,umask=0x41/u"});
    drive("core 3000 1500 20\n");
    std::jthread([] { drive("core 777 777 777\n"); }).join();
    drive("core 3000 1500 20\n");
    CHECK(counts_of(group) == Counts{6000, 3000, 40, 40});
}

TEST_CASE("core counts stay exact while the thread moves over all CPUs") {
    Group group = opened({"cycles:u", "instructions:u"});
    for (unsigned round = 0; round < 40; ++round) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(round % 4, &set);
        REQUIRE(::sched_setaffinity(0, sizeof set, &set) == 0);
        drive("core 10 5 1\n");
    }
    cpu_set_t all;
    CPU_ZERO(&all);
    for (unsigned cpu = 0; cpu < 4; ++cpu)
        CPU_SET(cpu, &all);
    ::sched_setaffinity(0, sizeof all, &all);
    CHECK(counts_of(group) == Counts{400, 200});
}

int main(int argc, char** argv) { return run_unless(cannot_count({"cycles:u"}), argc, argv); }
