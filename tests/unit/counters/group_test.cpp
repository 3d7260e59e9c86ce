#include <catch2/catch.hpp>
#include <cstring>
#include <type_traits>

#include "counters/perf_event/group.hpp"
#include "scripted_sys.hpp"
#include "wrapped_sys.hpp"

using namespace bytebound;

namespace {

Event event_of(std::string name, std::uint32_t type, std::uint64_t config) {
    Event event;
    event.name = std::move(name);
    event.pmu = "cpu";
    event.type = type;
    event.config = config;
    return event;
}

const std::vector<Event> four = {
    event_of("cycles", PERF_TYPE_HARDWARE, 0), event_of("instructions", PERF_TYPE_HARDWARE, 1),
    event_of("cache-misses", PERF_TYPE_HARDWARE, 3), event_of("branches", PERF_TYPE_HARDWARE, 4)};

/// A kernel whose answers have the right length and the test's values.
class AnsweringSys final : public WrappedSys {
public:
    std::uint64_t events = 0, first_id = 0;
    SysResult read(int, void* buffer, std::size_t bytes) override {
        const std::uint64_t words[] = {events, 0, 0, 0, first_id};
        std::memset(buffer, 0, bytes);
        std::memcpy(buffer, words, std::min(bytes, sizeof words));
        return {static_cast<long>(bytes), 0};
    }
};

static_assert(!std::is_copy_constructible_v<Group> && std::is_nothrow_move_constructible_v<Group>);

} // namespace

TEST_CASE("a group opens its leader first and disabled, then enables it once") {
    ScriptedSys sys;
    const auto group = Group::open(sys, four);
    REQUIRE(group);
    CHECK(group->size() == 4);
    std::vector<const ScriptedSys::Call*> opens, enables;
    for (const auto& call : sys.calls) {
        if (call.name == "open") opens.push_back(&call);
        if (call.name == "ioctl" && call.request != PERF_EVENT_IOC_ID) enables.push_back(&call);
    }
    REQUIRE(opens.size() == 4);
    CHECK(opens[0]->group_fd == -1);
    CHECK(opens[0]->attr.disabled == 1);
    for (std::size_t i = 1; i < 4; ++i) {
        CHECK(opens[i]->group_fd == opens[0]->fd);
        CHECK(opens[i]->attr.disabled == 0);
    }
    for (const auto* open : opens) {
        CHECK(open->attr.read_format ==
              (PERF_FORMAT_GROUP | PERF_FORMAT_ID | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING));
        CHECK(open->attr.exclude_kernel == 1);
        CHECK(open->attr.exclude_hv == 1);
        CHECK(open->attr.exclude_user == 0);
        CHECK(open->pid == 0);
        CHECK(open->cpu == -1);
    }
    REQUIRE(enables.size() == 1);
    CHECK(enables[0]->fd == opens[0]->fd);
    CHECK(enables[0]->request == PERF_EVENT_IOC_ENABLE);
    CHECK(sys.calls.back().request == PERF_EVENT_IOC_ENABLE); // nothing is opened after it
}

TEST_CASE("a group whose opening fails at any call leaves no descriptor open") {
    ScriptedSys whole;
    std::size_t calls = 0;
    {
        REQUIRE(Group::open(whole, four));
        calls = whole.calls.size() - whole.count_of("close");
    }
    // 4 perf_event_open, 4 IOC_ID, 1 IOC_ENABLE
    REQUIRE(calls == 9);
    for (std::size_t k = 1; k <= calls; ++k) {
        INFO("call " << k << " fails");
        ScriptedSys sys;
        sys.fail_call[k] = EINVAL;
        const auto group = Group::open(sys, four);
        REQUIRE_FALSE(group);
        CHECK(group.error().sys_errno == EINVAL);
        CHECK(group.error().code == ExitCode::not_possible);
        CHECK(sys.open_descriptors.empty());
        // open 1, id 1, open 2, id 2, ...: the error contains the event whose call failed; for enabling, the leader
        CHECK(group.error().object == (k == 9 ? "cycles" : four[(k - 1) / 2].name));
    }
}

TEST_CASE("destroying or moving a group closes every descriptor exactly once") {
    ScriptedSys sys;
    {
        auto first = Group::open(sys, four);
        REQUIRE(first);
        Group moved = std::move(*first);
        auto second = Group::open(sys, std::span(four).first(2));
        REQUIRE(second);
        CHECK(sys.open_descriptors.size() == 6);
        moved = std::move(*second); // releases the first group's descriptors
        CHECK(sys.open_descriptors.size() == 2);
    }
    CHECK(sys.open_descriptors.empty());
    for (const auto& call : sys.calls)
        CHECK(call.error == 0);
}

TEST_CASE("one read gives every event's count and the group's times") {
    ScriptedSys sys;
    auto group = Group::open(sys, four);
    REQUIRE(group);
    const std::size_t before = sys.calls.size();
    std::vector<CounterValue> values(4);
    REQUIRE(group->read(values));
    REQUIRE(group->read(values));
    CHECK(sys.calls.size() == before + 2);
    // The scripted kernel counts (config + 1) * 1000 and 1 ms per read.
    CHECK(values[0] == CounterValue{2000, 2'000'000, 2'000'000});
    CHECK(values[1] == CounterValue{4000, 2'000'000, 2'000'000});
    CHECK(values[2] == CounterValue{8000, 2'000'000, 2'000'000});
    CHECK(values[3] == CounterValue{10000, 2'000'000, 2'000'000});
}

TEST_CASE("a failed read is not a reading, and each kind of failure has its own text") {
    ScriptedSys sys;
    auto group = Group::open(sys, four);
    REQUIRE(group);
    std::vector<CounterValue> values(4, CounterValue{1, 2, 3});

    sys.read_answer = 0; // the kernel's answer for a pinned group in error state
    CHECK_FALSE(group->read(values));
    CHECK(to_line(group->last_error()) ==
          "read group of cycles: the pinned group lost its counters to another user of the PMU; stop other profilers "
          "and the NMI watchdog");
    sys.read_answer = 40;
    CHECK_FALSE(group->read(values));
    CHECK(group->last_error().cause == "the kernel returned 40 bytes instead of 88"); // (3 + 2 * 4) * 8
    sys.read_answer.reset();
    sys.fail_call[sys.calls.size() + 1] = EBADF;
    CHECK_FALSE(group->read(values));
    CHECK(group->last_error().sys_errno == EBADF);
    CHECK(values[0] == CounterValue{1, 2, 3}); // untouched

    CHECK(group->read(values));
    CHECK(group->last_error().cause == "no error");
}

TEST_CASE("an answer for other events is rejected") {
    ScriptedSys sys;
    auto group = Group::open(sys, std::span(four).first(1));
    REQUIRE(group);
    // 40 bytes are right for one event, but the buffer contains no valid ids.
    sys.read_answer = 40;
    std::vector<CounterValue> values(1);
    CHECK_FALSE(group->read(values));
    CHECK(group->last_error().cause == "the kernel returned 0 events instead of 1");
}

TEST_CASE("an answer of the right length for another number of events is an error with that number") {
    AnsweringSys sys;
    auto group = Group::open(sys, std::span(four).first(2));
    REQUIRE(group);
    sys.events = 3;
    std::vector<CounterValue> values(2, CounterValue{1, 2, 3});
    CHECK_FALSE(group->read(values));
    CHECK(group->last_error().cause == "the kernel returned 3 events instead of 2");
    sys.events = 2;
    sys.first_id = 9;
    CHECK_FALSE(group->read(values));
    CHECK(group->last_error().cause == "the kernel returned the value of another event");
    CHECK(values[0] == CounterValue{1, 2, 3});
}

TEST_CASE("the attributes contain the event's encoding and domain") {
    Event event = event_of("x", 12, 0x304);
    event.config1 = 5;
    event.config2 = 6;
    event.domain = Domain::unrestricted;
    perf_event_attr attr = attributes_of(event);
    CHECK(attr.size == sizeof attr);
    CHECK(attr.type == 12);
    CHECK(attr.config == 0x304);
    CHECK(attr.config1 == 5);
    CHECK(attr.config2 == 6);
    CHECK((attr.exclude_kernel | attr.exclude_hv | attr.exclude_user) == 0);
    event.domain = Domain::kernel;
    attr = attributes_of(event);
    CHECK(attr.exclude_user == 1);
    CHECK(attr.exclude_kernel == 0);
    event.domain = Domain::user_and_kernel;
    attr = attributes_of(event);
    CHECK((attr.exclude_user | attr.exclude_kernel) == 0);
    CHECK(attr.exclude_hv == 1);
    CHECK((attr.inherit | attr.sample_period | attr.pinned) == 0);

    Event watch = event_of("mem", PERF_TYPE_BREAKPOINT, 0);
    watch.breakpoint_type = 2;
    watch.config1 = 0x1000;
    watch.config2 = 4;
    attr = attributes_of(watch);
    CHECK(attr.bp_type == 2);
    CHECK(attr.bp_addr == 0x1000);
    CHECK(attr.bp_len == 4);
}
