#include "experiment/calibrate/calibration_plan.hpp"
#include "base/mapped_region.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "counters/registry.hpp"
#include "loops/stream_kernels.hpp"
#include "machine/limit_checks.hpp"
#include "record/warnings.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

constexpr std::uint64_t assumed_llc_bytes = std::uint64_t{32} << 20;
constexpr std::uint32_t fewest_rounds = 3;
/// --quick: the limit for all workers together, unless twice the caches is more.
constexpr std::uint64_t quick_bytes = std::uint64_t{1} << 30;
/// With fewer rows, a row kernel would copy the same few lines again and again.
constexpr std::uint64_t fewest_rows = 8;
constexpr std::uint64_t shortest_row = 64; ///< for shorter rows, the list of rows would be most of the traffic
constexpr std::uint64_t longest_row = std::uint64_t{16} << 20;

Failure impossible(std::string object, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "plan", std::move(object), std::move(cause), std::move(remedy)});
}

Result<void> check(const CalibrationOptions& o) {
    if (o.rounds < fewest_rounds)
        return impossible(fmt::format("--repeats {}", o.rounds), "fewer than 3 samples give no interval",
                          "give 3 or more");
    for (const std::uint32_t threads : o.threads)
        if (threads == 0) return impossible("--threads 0", "must be at least 1", "give 1 or more");
    for (const std::uint64_t bytes : o.row_bytes) {
        if (bytes < shortest_row)
            return impossible(fmt::format("--row-bytes {}", bytes), "it is smaller than a line of 64 bytes",
                              "give 64 or more");
        if (bytes > longest_row)
            return impossible(fmt::format("--row-bytes {}", bytes),
                              fmt::format("it is more than {}", format_size(static_cast<double>(longest_row))),
                              "give shorter rows");
    }
    return {};
}

/// Only collectors that count this machine's DRAM reads are useful here; the others describe a modelled machine.
Result<void> check_collectors(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        const CollectorEntry* entry = find_collector(collectors(), name);
        if (name != collector_word::simulation && (entry == nullptr || entry->supplies != Supplies::emulation))
            continue;
        return fail({ExitCode::not_possible, "count with", "--collector " + name,
                     "it models a cache and does not count on this machine", "give --collector auto, or none"});
    }
    return {};
}

std::uint64_t round_up(std::uint64_t bytes, std::uint64_t unit) { return (bytes + unit - 1) / unit * unit; }
/// Rounds down so that each half is a whole number of chunks.
std::uint64_t whole_chunks(std::uint64_t bytes) { return bytes / (2 * stream_chunk_bytes) * (2 * stream_chunk_bytes); }

/// The caches of one level that a team uses.
struct LevelCaches {
    std::uint64_t total = 0;   ///< sum over distinct caches
    std::uint64_t share = 0;   ///< smallest share of a worker: its cache divided by the number of workers that use it
    std::uint64_t largest = 0; ///< largest share of a worker
    bool everywhere = false;   ///< every CPU has a cache of known size
};

LevelCaches caches_below(const std::vector<int>& cpus, const std::vector<CacheInfo>& caches) {
    LevelCaches out;
    std::size_t covered = 0;
    for (const CacheInfo& cache : caches) {
        const auto below = static_cast<std::uint64_t>(std::count_if(cpus.begin(), cpus.end(), [&](int cpu) {
            return std::find(cache.cpus.begin(), cache.cpus.end(), cpu) != cache.cpus.end();
        }));
        if (below == 0 || !cache.size_bytes) continue;
        const std::uint64_t share = *cache.size_bytes / below;
        covered += below;
        out.total += *cache.size_bytes;
        out.share = out.share == 0 ? share : std::min(out.share, share);
        out.largest = std::max(out.largest, share);
    }
    out.everywhere = covered == cpus.size();
    return out;
}

/// Data caches of one inner level; empty if that level is the last one.
std::vector<CacheInfo> inner_caches(const Machine& machine, int level, const std::vector<CacheInfo>& last) {
    std::vector<CacheInfo> out;
    if (!last.empty() && last[0].level <= level) return out;
    for (const CacheInfo& cache : machine.caches)
        if (cache.level == level && cache.type != "Instruction") out.push_back(cache);
    return out;
}

/// Determines the working sets and ceilings of one team.
class TeamPlanner {
public:
    TeamPlanner(CalibrationPlan& plan, const Machine& machine, Placement placement)
        : plan_(plan), machine_(machine), cpus_(placement.cpus), last_(machine.last_level_caches(cpus_)) {
        team_.placement = std::move(placement);
    }

    TeamPlan planned() {
        const LevelCaches first = add_inner(MemoryLevel::l1, 1), second = add_inner(MemoryLevel::l2, 2);
        const LevelCaches llc = caches_below(cpus_, last_);
        add_last(llc, std::max(first.largest, second.largest));
        add_memory(llc);
        return std::move(team_);
    }

private:
    std::uint32_t threads() const { return static_cast<std::uint32_t>(cpus_.size()); }

    LevelCaches add_inner(MemoryLevel level, int number) {
        const LevelCaches caches = caches_below(cpus_, inner_caches(machine_, number, last_));
        if (!caches.everywhere) {
            leave_out(level, {}, fmt::format("there is no L{} of known size before the last-level cache", number));
            return caches;
        }
        plan_.capacities.push_back({level, threads(), caches.total});
        using enum StreamKernel;
        const LevelBuffers buffers{level, whole_chunks(caches.share / 2), false};
        for (const StreamKernel kernel : {read, write, copy})
            team_.requests.push_back({kernel, buffers, 0});
        // Non-temporal stores go past it.
        add_rows(buffers, {row_copy, prefetch_row_copy, row_copy_ascending, prefetch_row_copy_ascending});
        return caches;
    }

    void add_last(const LevelCaches& caches, std::uint64_t inner_bytes) {
        if (!caches.everywhere)
            return leave_out(MemoryLevel::llc, {}, "no last-level cache of known size: see bytebound topology");
        plan_.capacities.push_back({MemoryLevel::llc, threads(), caches.total});
        const std::uint64_t bytes = whole_chunks(caches.share / 2);
        // A cyclic pass over twice a cache's size hits almost never in an LRU cache.
        if (bytes < 2 * inner_bytes)
            return leave_out(MemoryLevel::llc, {},
                             fmt::format("half of it is {} per worker, less than twice the {} of a worker's own cache",
                                         format_size(static_cast<double>(bytes)),
                                         format_size(static_cast<double>(inner_bytes))));
        add_kernels({MemoryLevel::llc, bytes, false});
    }

    void add_memory(const LevelCaches& caches) {
        const std::uint64_t held = caches.everywhere ? caches.total : std::max(caches.total, assumed_llc_bytes);
        // More than 4 x all last-level caches together, and more than 4 x each worker's share.
        const std::uint64_t full = round_up(std::max(4 * held / threads(), 4 * caches.largest) + 1, huge_page_size);
        std::uint64_t bytes = full;
        if (plan_.options.quick)
            bytes = std::min(full, round_up(std::max(quick_bytes, 2 * held) / threads(), huge_page_size));
        if (bytes < full)
            plan_.warnings.push_back(warnings::small_calibration_buffers(threads(), bytes * threads(), held));
        team_.arena_bytes = bytes * threads();
        add_kernels({MemoryLevel::memory, bytes, bytes < full});
    }

    void add_kernels(const LevelBuffers& buffers) {
        using enum StreamKernel;
        for (const StreamKernel kernel : {read, write, nt_write, copy, nt_copy})
            if (runs(kernel)) team_.requests.push_back({kernel, buffers, 0});
        add_rows(buffers, {row_copy, nt_row_copy, prefetch_row_copy, row_copy_ascending, nt_row_copy_ascending,
                           prefetch_row_copy_ascending});
    }

    void add_rows(const LevelBuffers& buffers, std::initializer_list<StreamKernel> kernels) {
        std::vector<std::string> too_long;
        for (const std::uint64_t row_bytes : plan_.options.row_bytes) {
            if (buffers.worker_bytes / 2 / row_bytes < fewest_rows) {
                too_long.push_back(std::to_string(row_bytes));
                continue;
            }
            for (const StreamKernel kernel : kernels)
                if (runs(kernel)) team_.requests.push_back({kernel, buffers, row_bytes});
        }
        if (!too_long.empty())
            leave_out(buffers.level, fmt::format("row-copy of {} B", join(too_long, ", ")),
                      fmt::format("fewer than {} rows fit a worker's part of {}", fewest_rows,
                                  format_size(static_cast<double>(buffers.worker_bytes))));
    }

    static bool runs(StreamKernel kernel) { return !stores_past_caches(kernel) || why_no_nt_kernels().empty(); }

    void leave_out(MemoryLevel level, std::string kernel, std::string reason) {
        plan_.absent.push_back({std::string(name_of(level)), std::move(kernel), threads(), std::move(reason)});
    }

    CalibrationPlan& plan_;
    const Machine& machine_;
    std::vector<int> cpus_;
    std::vector<CacheInfo> last_;
    TeamPlan team_;
};

Failure too_large(const TeamPlan& team, bool quick, const MemoryRoom& memory_available) {
    const bool one = team.threads() == 1;
    const bool quick_is_smaller = !quick && team.arena_bytes > quick_bytes;
    return impossible("memory",
                      fmt::format("{} worker{} buffers of {} ({}the last-level caches), but {}", team.threads(),
                                  one ? " needs" : "s need", format_size(static_cast<double>(team.arena_bytes)),
                                  quick ? "at least 2 x " : "4 x ", describe(memory_available)),
                      std::string(memory_available.of == RoomOf::machine ? "free memory" : "raise the limit") +
                          (quick_is_smaller ? ", or give --quick for smaller buffers, which it flags" : ""));
}

/// Bytes of the saved file, as they are on usual machines: a ceiling and its write-allocate factor have some 500
/// characters.
double file_bytes(const CalibrationPlan& plan) {
    constexpr double fixed = 8 << 10, per_request = 500;
    double bytes = fixed;
    for (const TeamPlan& team : plan.teams)
        bytes += per_request * static_cast<double>(team.requests.size());
    return bytes;
}

} // namespace

Result<CalibrationPlan> plan_calibration(const CalibrationOptions& options, const Machine& machine,
                                         const MemoryRoom& memory_available) {
    TRY(check(options));
    TRY(check_collectors(options.counting.collectors));
    CalibrationPlan plan;
    plan.options = options;
    auto& rows = plan.options.row_bytes;
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    plan.options.threads = team_sizes(machine, options.cpus, options.memory, options.threads);
    plan.placement = TRY(resolve_placement(machine, options.cpus, options.memory, plan.options.threads.back()));
    if (!why_no_nt_kernels().empty())
        plan.absent.push_back({{}, "nt-write, nt-copy, nt-row-copy", 0, std::string(why_no_nt_kernels())});
    for (const std::uint32_t threads : plan.options.threads) {
        auto team = TRY(resolve_placement(machine, options.cpus, options.memory, threads));
        plan.teams.push_back(TeamPlanner(plan, machine, std::move(team)).planned());
    }
    if (options.rounds < few_blocks_below) plan.warnings.push_back(warnings::few_calibration_rounds(options.rounds));
    for (const TeamPlan& team : plan.teams)
        if (memory_available.bytes && team.arena_bytes > *memory_available.bytes)
            return too_large(team, options.quick, memory_available);
    TRY(check_descriptors(0, {}, machine.limits));
    TRY(check_threads(plan.options.threads.back(), machine.limits));
    TRY(check_file_size({"the calibration", file_bytes(plan), "give fewer --threads or --row-bytes"}, machine.limits));
    return plan;
}

std::vector<std::string> describe(const CalibrationPlan& plan) {
    std::vector<std::string> lines;
    lines.push_back(fmt::format("placement  CPUs {}, memory {}", format_cpu_list(plan.placement.cpus),
                                plan.placement.memory_request));
    std::vector<std::string> rows;
    for (const std::uint64_t bytes : plan.options.row_bytes)
        rows.push_back(std::to_string(bytes));
    lines.push_back(fmt::format("rows       {} bytes", join(rows, ", ")));
    lines.push_back(fmt::format("rounds     {}", plan.options.rounds));
    for (const TeamPlan& team : plan.teams)
        lines.push_back(fmt::format("threads {:<3}{} ceilings, buffers of {}", team.threads(), team.requests.size(),
                                    format_size(static_cast<double>(team.arena_bytes))));
    for (const CeilingAbsence& each : plan.absent)
        lines.push_back(fmt::format("left out   {}{}{}: {}", each.level,
                                    each.level.empty() || each.kernel.empty() ? "" : " ", each.kernel, each.reason));
    return lines;
}

} // namespace bytebound
