#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"
#include "counters/wrapping_collector.hpp"

namespace bytebound {

/// What a collector can be asked for.
enum class Supplies {
    events,    ///< events by the names of the user
    dram,      ///< DRAM traffic, by events of its own
    emulation, ///< figures of an emulated machine: it wraps the program instead of counting in it
};

/// A collector that this build knows. It has one of the two makers, or none when it is known but not built in.
struct CollectorEntry {
    std::string_view name;
    std::string_view word; ///< of --collector, that asks for it
    Supplies supplies;
    std::string_view purpose;
    std::unique_ptr<Collector> (*make)(Sys& sys, const SysRoot& root);
    /// Tells names that only this collector understands; null: it has none beyond the grammar of EventResolver.
    bool (*owns)(std::string_view name) = nullptr;
    std::unique_ptr<WrappingCollector> (*make_wrapping)() = nullptr;

    bool built_in() const { return make != nullptr || make_wrapping != nullptr; }
};

/// Names of the table, for code that asks about one of them.
namespace collector_name {
inline constexpr std::string_view perf = "perf", uncore = "uncore", papi = "papi", resctrl = "resctrl",
                                  callgrind = "callgrind";
} // namespace collector_name

/// Words of --collector that name no row of the table. The simulation knows the workload, which nothing here does.
namespace collector_word {
inline constexpr std::string_view automatic = "auto", simulation = "sim", none = "none";
} // namespace collector_word

/// The one constant table of collectors; the simulation is none of its rows.
std::span<const CollectorEntry> collectors();

/// The entry of this name; null for a name that the table lacks.
const CollectorEntry* find_collector(std::span<const CollectorEntry> table, std::string_view name);
/// The collector of the table that alone understands this name; null for a name of the common grammar.
const CollectorEntry* owner_of(std::span<const CollectorEntry> table, std::string_view name);
/// Every word of --collector, each once: auto, those of the table in its order, sim, none.
std::vector<std::string_view> collector_words(std::span<const CollectorEntry> table);

} // namespace bytebound
