#include "experiment/replay/emulated_process.hpp"
#include "base/mapped_region.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "io/valgrind.hpp"
#include "workload/trace.hpp"

namespace bytebound {
namespace {

constexpr std::int64_t four_gib = std::int64_t{1} << 32;
/// Stack below the deepest frame, and code around a function: more than the loops use.
constexpr std::uint64_t surroundings = std::uint64_t{1} << 20;

Failure not_possible(std::string object, std::string cause, std::string remedy) {
    return fail({ExitCode::not_possible, "emulate", std::move(object), std::move(cause), std::move(remedy)});
}

std::uint64_t address_of(const void* place) { return reinterpret_cast<std::uintptr_t>(place); }

AddressSpan around(std::uint64_t address) {
    return {address > surroundings ? address - surroundings : 0, address + surroundings};
}

/// The process dies with its parent, and widens its affinity, which it inherits from the pinned parent.
Result<void> settle(const EmulationSpec& spec) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != spec.parent) return not_possible("process", "its parent process has ended", "run it again");
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : spec.cpus)
        if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(static_cast<unsigned>(cpu), &set);
    // If binding is refused, the processes share one CPU, which is only slower.
    if (CPU_COUNT(&set) > 0) ::sched_setaffinity(0, sizeof set, &set);
    return {};
}

/// `loop` and `labels` are on the heap, as are the loop's tables and the team's.
Result<void> check_addresses(const Workspace& workspace, const MappedRegion& sweep, const WorkerTeam& team,
                             const UpdateLoop& loop, const std::vector<std::string>& labels) {
    const int on_stack = 0;
    const std::uint64_t base = address_of(workspace.base()), swept = address_of(sweep.data());
    const AddressSpan arena{base, base + workspace.bytes()};
    const auto copy = static_cast<void* (*)(void*, const void*, std::size_t)>(&std::memcpy);
    const NamedSpan others[] = {
        {"each other", arena},
        {"the stack", around(address_of(&on_stack))},
        {"the code", around(reinterpret_cast<std::uintptr_t>(&run_emulated))},
        {"the C library", around(reinterpret_cast<std::uintptr_t>(copy))},
        {"the workers", around(address_of(&team))},
        {"the heap", around(address_of(&loop))},
        {"the heap", around(address_of(labels.data()))},
        {"the buffer of --between evict", {swept, swept + sweep.size()}},
    };
    return check_apart(arena, others);
}

/// Reads a byte of every line. The sum uses them all: valgrind leaves out a load whose value is overwritten unused,
/// which an unoptimised build does.
void read_lines(const std::byte* from, std::uint64_t bytes, std::uint64_t line_bytes) noexcept {
    const std::uint64_t skew = address_of(from) % line_bytes;
    unsigned sum = 0;
    for (std::uint64_t at = 0; at < bytes + skew; at += line_bytes)
        sum += std::to_integer<unsigned>(*static_cast<const volatile std::byte*>(from + (at > skew ? at - skew : 0)));
    asm volatile("" : : "r"(sum)); // keeps it
}

/// The activity of --between after a step; not collected.
class GapWork {
public:
    GapWork(const EmulationSpec& spec, const Workspace& workspace, const MappedRegion& sweep)
        : between_(spec.between), line_bytes_(spec.last_level.line_bytes), sweep_(sweep) {
        const auto& groups = spec.workspace.layout.groups;
        for (std::uint32_t g = 0; g < groups.size(); ++g)
            groups_.push_back({workspace.slab_row(g, 0), groups[g].row_bytes});
    }

    void pass(std::uint32_t active_rows) const noexcept {
        if (between_ == Between::use)
            for (const auto& [rows, row_bytes] : groups_)
                read_lines(rows, active_rows * row_bytes, line_bytes_);
        // Reads as many consecutive lines as the cache has; with LRU nothing else remains in it.
        if (between_ == Between::evict) read_lines(sweep_.data(), sweep_.size(), line_bytes_);
    }

private:
    Between between_;
    std::uint64_t line_bytes_;
    const MappedRegion& sweep_;
    std::vector<std::pair<const std::byte*, std::uint64_t>> groups_;
};

/// The emulated caches see every reference of the process from here on.
void run_phase(const EmulationSpec& spec, const WrappingCollector& emulator, UpdateLoop& loop, const GapWork& gap,
               const std::vector<std::string>& labels) noexcept {
    emulator.start();
    std::uint32_t step = 0;
    for (; step < spec.trace.warmup_steps; ++step) {
        loop.step(step);
        gap.pass(loop.active_rows());
    }
    for (std::uint32_t reading = 0; reading < spec.readings; ++reading) {
        for (std::uint32_t i = 0; i < spec.batch; ++i, ++step) {
            emulator.toggle();
            loop.step(step);
            emulator.toggle();
            gap.pass(loop.active_rows());
        }
        emulator.dump(labels[reading].c_str());
    }
    emulator.stop();
}

} // namespace

bool alias_modulo_4_gib(const AddressSpan& a, const AddressSpan& b) {
    if (a.begin >= a.end || b.begin >= b.end) return false;
    // Distances from an address of a to an address of b. User space has at most 57 bits, so no difference overflows.
    const auto least = static_cast<std::int64_t>(b.begin - (a.end - 1));
    const auto most = static_cast<std::int64_t>(b.end - 1 - a.begin);
    const auto holds_multiple = [](std::int64_t low, std::int64_t high) {
        return high >= four_gib && high / four_gib * four_gib >= low;
    };
    return holds_multiple(least, most) || holds_multiple(-most, -least);
}

Result<void> check_apart(const AddressSpan& arena, std::span<const NamedSpan> others) {
    for (const NamedSpan& other : others)
        if (alias_modulo_4_gib(arena, other.span))
            return not_possible(fmt::format("arena of {} bytes", arena.end - arena.begin),
                                fmt::format("its lines share the low 32 bits of their addresses with {}, and "
                                            "valgrind's write-back model treats those as one",
                                            other.name),
                                "give a smaller --N");
    return {};
}

std::uint64_t arena_alignment(const EmulatedCache& last_level) {
    return std::max(huge_page_size, last_level.sets() * last_level.line_bytes);
}

Result<void> run_emulated(const EmulationSpec& spec, std::span<const CollectorEntry> table) {
    const CollectorEntry* entry = find_collector(table, spec.collector);
    if (entry == nullptr || entry->make_wrapping == nullptr || !under_valgrind())
        return not_possible("process", "it does not run under " + spec.collector,
                            "bytebound run --collector callgrind starts such processes automatically");
    TRY(settle(spec));
    const auto emulator = entry->make_wrapping();
    // Pool and slab are not filled, because their contents are irrelevant here and filling them would take minutes.
    auto workspace = TRY(Workspace::allocate(spec.workspace, arena_alignment(spec.last_level)));
    MappedRegion sweep;
    if (spec.between == Between::evict) {
        sweep = TRY(MappedRegion::anonymous(spec.last_level.size_bytes, huge_page_size));
    }
    const auto source = TRY(make_source(spec.trace));
    const auto changes = generate_trace(workspace.masks(), *source, 0);
    const TraceBounds bounds = bounds_of(spec.trace.workload.active_rows, *changes);
    if (bounds.active_rows > spec.workspace.slab_rows ||
        (spec.loop == LoopKind::oracle && bounds.bound_rows > spec.workspace.oracle_pairs))
        return fail({ExitCode::bad_data, "emulate", "process", "its trace needs more rows than its file reserves",
                     "bytebound run --collector callgrind writes such files itself"});
    WorkerTeam team(1);
    const auto loop = make_loop(spec.loop, workspace, team, {spec.tau, spec.copy, 1, 1});
    if (!loop) return not_possible("loop", "library code", "remove it from --loops");
    loop->reset(*changes);
    std::vector<std::string> labels; // made in advance, because making them would access the emulated caches
    for (std::uint32_t reading = 0; reading < spec.readings; ++reading)
        labels.push_back(reading_label(reading));
    TRY(check_addresses(workspace, sweep, team, *loop, labels));
    run_phase(spec, *emulator, *loop, GapWork(spec, workspace, sweep), labels);
    const std::span<const std::uint64_t> mask(workspace.mask(spec.trace.steps()), mask_words(spec.workspace.pool_rows));
    return verify_slab(*loop, workspace, mask);
}

} // namespace bytebound
