// Cost of each way of reading, on the guest's clock: with -icount it advances 2 ns per instruction, including the
// kernel's, so the numbers are the same in every boot. docs/read-costs.md lists them.

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include "guest_main.hpp"

#include "base/clock.hpp"
#include "counters/perf_event/user_access.hpp"
#include "counters/registry.hpp"

using namespace bytebound;

CATCH_REGISTER_LISTENER(TapLines)

namespace {

const std::vector<std::string> software = {"task-clock", "page-faults", "context-switches", "cpu-migrations"};
constexpr std::uint64_t reads = 1000;

template <class Read>
std::uint64_t ns_per_read(const Read& read) {
    read();
    const std::uint64_t begin = now_ns();
    for (std::uint64_t i = 0; i < reads; ++i)
        read();
    return (now_ns() - begin) / reads;
}

Group group_of(const std::vector<std::string>& names) {
    std::vector<Event> events;
    for (const std::string& name : names) {
        const Event event = resolved(name);
        events.push_back(with_user_access(SysRoot(), event).value_or(event));
    }
    auto group = Group::open(kernel_sys, events);
    REQUIRE(group);
    return std::move(*group);
}

/// For four software events through a collector; 0 if it cannot count them.
std::uint64_t ns_of_collector(std::string_view name) {
    const CollectorEntry* entry = find_collector(collectors(), name);
    if (entry == nullptr || entry->make == nullptr) return 0;
    const auto collector = entry->make(kernel_sys, SysRoot());
    const Capability can = collector->capability();
    if (!can.available) {
        std::printf("# %s: %s\n", std::string(name).c_str(), can.cause.c_str());
        return 0;
    }
    PlanRequest request;
    request.names = software;
    const auto plan = collector->plan(request);
    REQUIRE(plan);
    for (const PlannedEvent& event : plan->events)
        if (event.pass != 0) std::printf("# %s: %s\n", event.name.c_str(), event.reason.c_str());
    auto counters = collector->open(*plan, 0);
    REQUIRE(counters);
    REQUIRE((*counters)->size() == software.size());
    std::vector<CounterValue> values(software.size());
    return ns_per_read([&] { static_cast<void>((*counters)->read(values)); });
}

} // namespace

TEST_CASE("reads in user space cost a fraction of those through the kernel, and PAPI more than its read(2)") {
    Group by_kernel = group_of({"cycles", "instructions"}), by_user = group_of({"cycles", "instructions"});
    REQUIRE(by_user.read_in_user_space(*processor_registers()));
    Group four = group_of(software);
    const std::uint64_t kernel = ns_per_read([&] { static_cast<void>(by_kernel.refresh()); });
    const std::uint64_t user = ns_per_read([&] { static_cast<void>(by_user.refresh()); });
    const std::uint64_t group = ns_per_read([&] { static_cast<void>(four.refresh()); });
    const std::uint64_t collector = ns_of_collector("perf"), papi = ns_of_collector("papi");
    say("ns of read(2), cycles and instructions", kernel);
    say("ns of a user-space read, cycles and instructions", user);
    say("ns of read(2), four software events", group);
    say("ns of the collector, four software events", collector);
    say("ns of PAPI_read, four software events", papi);
    CHECK(user < kernel / 2);
    CHECK((papi == 0 || papi > group));
}

int main(int argc, char** argv) { return run_catch(argc, argv); }
