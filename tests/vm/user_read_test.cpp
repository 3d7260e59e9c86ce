// Compares user-space reads with read(2) on the CPU where both are exact.

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include "guest_main.hpp"

#include "base/clock.hpp"
#include "counters/perf_event/perf_collector.hpp"
#include "counters/perf_event/user_access.hpp"

using namespace bytebound;

CATCH_REGISTER_LISTENER(TapLines)

namespace {

[[gnu::always_inline]] inline void spin(std::uint64_t n) {
    asm volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r"(n) : : "cc");
}

Group instructions() {
    const Event event = resolved("instructions:u");
    const auto asking = with_user_access(SysRoot(), event);
    REQUIRE(asking);
    auto group = Group::open(kernel_sys, std::span(&*asking, 1));
    REQUIRE(group);
    return std::move(*group);
}

[[gnu::noinline]] std::uint64_t counted(Group& group, std::uint64_t n) {
    static_cast<void>(group.refresh());
    const std::uint64_t before = group.value(0).count;
    spin(n);
    static_cast<void>(group.refresh());
    return group.value(0).count - before;
}

} // namespace

TEST_CASE("user-space reads count 2 n instructions exactly, as read(2) does") {
    Group by_kernel = instructions(), by_user = instructions();
    REQUIRE(by_user.read_in_user_space(*processor_registers()));
    constexpr std::uint64_t turns[] = {1'000, 1'000'000, 100'000'000};
    std::uint64_t kernel[3], user[3];
    counted(by_kernel, 1000);
    counted(by_user, 1000);
    for (int i = 0; i < 3; ++i) {
        kernel[i] = counted(by_kernel, turns[i]);
        user[i] = counted(by_user, turns[i]);
    }
    say("instructions of one read(2)", kernel[0] - 2 * turns[0]);
    say("instructions of one user-space read", user[0] - 2 * turns[0]);
    for (int i = 0; i < 3; ++i) {
        CHECK(kernel[i] - 2 * turns[i] == kernel[0] - 2 * turns[0]);
        CHECK(user[i] - 2 * turns[i] == user[0] - 2 * turns[0]);
    }
    CHECK(by_user.schedule_stamp().has_value());
    CHECK_FALSE(by_kernel.schedule_stamp().has_value());
}

TEST_CASE("a 32-bit counter that wraps during the work still gives the correct difference") {
    Group group = instructions();
    REQUIRE(group.read_in_user_space(*processor_registers()));
    const std::uint64_t constant = counted(group, 1000) - 2000;
    counted(group, 1000);
    // The kernel starts such a counter at 2^31 (armpmu_event_set_period), so a larger count wraps it.
    const std::uint64_t all = counted(group, 1'100'000'000);
    say("instructions over a wrap", all);
    CHECK(all - 2'200'000'000 < constant + 300);
}

// With -icount the guest's clock advances 2 ns per instruction, including the kernel's: the same in every boot.
TEST_CASE("a user-space read costs a fraction of a read(2)") {
    Group by_kernel = instructions(), by_user = instructions();
    REQUIRE(by_user.read_in_user_space(*processor_registers()));
    constexpr std::uint64_t reads = 1000;
    const auto ns_per_read = [](Group& group) {
        const std::uint64_t begin = now_ns();
        for (std::uint64_t i = 0; i < reads; ++i)
            static_cast<void>(group.refresh());
        return (now_ns() - begin) / reads;
    };
    const std::uint64_t kernel = ns_per_read(by_kernel), user = ns_per_read(by_user);
    say("ns of one read(2)", kernel);
    say("ns of one user-space read", user);
    CHECK(user < kernel / 2);
}

int main(int argc, char** argv) { return run_catch(argc, argv); }
