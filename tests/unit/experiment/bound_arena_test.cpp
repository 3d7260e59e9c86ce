#include <catch2/catch.hpp>

#include <cerrno>
#include <cstring>

#include "experiment/measure/bound_arena.hpp"
#include "forwarding_sys.hpp"

using namespace bytebound;

namespace {

/// A kernel that refuses to report the location of pages.
class SilentSys final : public test::ForwardingSys {
public:
    SysResult query_pages(unsigned long, void**, int*) override { return {-1, EPERM}; }
};

} // namespace

TEST_CASE("a bound arena starts at a huge page, has the requested size and is untouched") {
    const auto machine = discover(SysRoot());
    REQUIRE(machine);
    const auto placement = resolve_placement(*machine, "auto", "local", 1);
    REQUIRE(placement);
    KernelSys sys;
    const auto arena = allocate_bound(sys, *machine, *placement, 64 << 10);
    REQUIRE(arena);
    CHECK(reinterpret_cast<std::uintptr_t>(arena->region.data()) % huge_page_size == 0);
    CHECK(arena->region.size() == 64 << 10);
    CHECK(arena->bound == machine->bind_memory.available);

    const AddressRange whole{"arena", arena->region.data(), arena->region.size()};
    const PageAnswer before = ask_for_pages(sys, *placement, std::span(&whole, 1));
    REQUIRE(before.proofs.size() == 1);
    CHECK(before.proofs[0].not_present == before.proofs[0].pages);
    std::memset(arena->region.data(), 1, arena->region.size());
    const PageAnswer after = ask_for_pages(sys, *placement, std::span(&whole, 1));
    REQUIRE(after.proofs.size() == 1);
    CHECK(after.proofs[0].in_place == after.proofs[0].pages);
    CHECK(after.reason.empty());
}

TEST_CASE("more memory than any kernel provides is not possible here") {
    const auto machine = discover(SysRoot());
    REQUIRE(machine);
    const auto placement = resolve_placement(*machine, "auto", "local", 1);
    REQUIRE(placement);
    KernelSys sys;
    const auto arena = allocate_bound(sys, *machine, *placement, std::uint64_t{1} << 60);
    REQUIRE_FALSE(arena);
    CHECK(arena.error().code == ExitCode::not_possible);
    CHECK(arena.error().cause == "the kernel refused the mapping");
}

TEST_CASE("a kernel that does not report the location of pages gives a reason and no proof") {
    SilentSys sys;
    std::uint64_t word = 0;
    const AddressRange range{"word", &word, sizeof word};
    const PageAnswer answer = ask_for_pages(sys, {}, std::span(&range, 1));
    CHECK(answer.proofs.empty());
    CHECK_FALSE(answer.reason.empty());
}
