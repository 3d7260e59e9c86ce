#include <array>
#include <span>

#include "counters/perf_event/user_access.hpp"
#include "forwarding_sys.hpp"
#include "kernel_main.hpp"

using namespace bytebound;

namespace {

/// The kernel; the test keeps the first descriptor for its own reads.
class RememberingSys final : public test::ForwardingSys {
public:
    int leader = -1;
    SysResult perf_event_open(perf_event_attr& attr, pid_t pid, int cpu, int group_fd, unsigned long flags) override {
        const SysResult opened = ForwardingSys::perf_event_open(attr, pid, cpu, group_fd, flags);
        if (opened.ok() && group_fd < 0) leader = static_cast<int>(opened.value);
        return opened;
    }
};

RememberingSys remembering;

Result<Group> instructions_and_cycles() {
    std::vector<Event> events;
    for (const char* name : {"instructions", "cycles"}) {
        const Event event = *EventResolver(SysRoot(), 0).resolve(name)->event;
        events.push_back(with_user_access(SysRoot(), event).value_or(event));
    }
    return Group::open(remembering, events);
}

/// nr, enabled, running, then {value, id} of both.
std::array<std::uint64_t, 7> asked_of_the_kernel() {
    std::array<std::uint64_t, 7> words{};
    REQUIRE(kernel_sys.read(remembering.leader, words.data(), sizeof words).value == sizeof words);
    return words;
}

} // namespace

TEST_CASE("a user-space read is between the read(2) before it and the one after it") {
    auto group = instructions_and_cycles();
    REQUIRE(group);
    REQUIRE(group->read_in_user_space(*processor_registers()));
    std::array<CounterValue, 2> values;
    for (int i = 0; i < 1000; ++i) {
        const auto before = asked_of_the_kernel();
        const bool read = group->read(values);
        const auto after = asked_of_the_kernel();
        REQUIRE(read);
        for (std::size_t e = 0; e < 2; ++e) {
            CHECK(values[e].count >= before[3 + 2 * e]);
            CHECK(values[e].count <= after[3 + 2 * e]);
        }
        CHECK(values[0].enabled_ns <= after[1]);
        CHECK(values[0].running_ns <= after[2]);
    }
}

int main(int argc, char** argv) {
    std::string reason = cannot_count({"instructions", "cycles"});
    if (reason.empty() && processor_registers() == nullptr) reason = "user code has no counter instruction here";
    if (reason.empty()) {
        auto group = instructions_and_cycles();
        if (!group) {
            reason = to_line(group.error());
        } else if (!group->read_in_user_space(*processor_registers())) {
            reason = "the kernel allows no user-space reads: " + remedy_for_user_reads(SysRoot());
        }
    }
    return run_unless(reason, argc, argv);
}
