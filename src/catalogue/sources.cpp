#include "catalogue/sources.hpp"

#include <algorithm>

namespace bytebound {
namespace {

constexpr std::array source_table{
    SourceEntry{.name = source_name::perf, .supplies = "core and kernel events, by perf_event_open(2)"},
    SourceEntry{
        .name = source_name::uncore,
        .tier = Tier::shared,
        .supplies = "DRAM bytes of the whole machine, at the memory controllers",
        .counts_dram = true,
        .shows_less =
            {"caches avoided write-allocate reads (SpecI2M, write combining), or keep dirty lines beyond the step",
             "a counter saturated or wrapped, or a box is missing from the preset's pattern"},
        .shows_more =
            {"the machine moved more during the step than in the idle windows: DMA, other programs, the GPU",
             "hardware prefetchers fetched lines that were not used; page walks and ECC underfills count too"},
    },
    SourceEntry{
        .name = source_name::resctrl,
        .supplies = "DRAM bytes of the program's threads, by the kernel's resctrl (Intel MBM, AMD QoS)",
        .counts_dram = true,
        .directness = 1,
        .shows_less = {"write-backs carry the RMID of the line's last user: other groups get some of them"},
        .shows_more = {"a recycled RMID still owns lines of its previous group"},
    },
    SourceEntry{
        .name = source_name::core_estimate,
        .supplies = "DRAM bytes of the process, estimated from core events that a preset names",
        .counts_dram = true,
        .directness = 2,
        .shows_less = {"core events do not count write-backs and lines that the L3 prefetched by itself"},
        .shows_more = {"fills supplied by another cache are counted as fills from memory"},
    },
    SourceEntry{.name = source_name::papi, .supplies = "core events, by PAPI"},
    SourceEntry{
        .name = source_name::callgrind,
        .tier = Tier::emulated,
        .supplies = "instructions, LLC misses and DRAM bytes of the loops under valgrind",
        .shows_less =
            {"an access to two absent lines is one miss; it has no prefetcher, and no other program uses the cache"},
        .shows_more = {"it also counts stack, heap and code, and allocates on every store"},
    },
    SourceEntry{
        .name = source_name::sim,
        .tier = Tier::simulated,
        .supplies = "LLC misses and DRAM bytes of bytebound's cache model",
        .shows_less = {"the model has no hardware prefetcher and no page walks, and no other program uses the cache"},
        .shows_more = {"the model allocates on every store and does not share its cache: real caches keep more"},
    },
    SourceEntry{.name = source_name::clock, .tier = Tier::timed, .supplies = "the time of a step"},
    SourceEntry{.name = source_name::os,
                .supplies = "kernel events where perf may not count them, by getrusage(2) and /proc"},
    SourceEntry{.name = source_name::trace, .tier = Tier::computed, .supplies = "what the trace and the loop imply"},
    SourceEntry{.name = source_name::perf_stat, .tier = Tier::timed, .supplies = "imported: output of perf stat"},
    SourceEntry{.name = source_name::likwid, .tier = Tier::timed, .supplies = "imported: CSV of likwid-perfctr"},
    SourceEntry{.name = source_name::xctrace, .tier = Tier::timed, .supplies = "imported: tables of Instruments"},
    SourceEntry{.name = source_name::ncu, .tier = Tier::timed, .supplies = "imported: CSV of Nsight Compute"},
    SourceEntry{
        .name = source_name::google_benchmark, .tier = Tier::timed, .supplies = "imported: JSON of Google Benchmark"},
};

} // namespace

std::span<const SourceEntry> sources() { return source_table; }

const SourceEntry* find_source(std::string_view name) {
    const auto entry = std::find_if(source_table.begin(), source_table.end(),
                                    [&](const SourceEntry& each) { return each.name == name; });
    return entry == source_table.end() ? nullptr : &*entry;
}

bool counts_dram(std::string_view source) {
    const SourceEntry* entry = find_source(source);
    return entry != nullptr && entry->counts_dram;
}

} // namespace bytebound
