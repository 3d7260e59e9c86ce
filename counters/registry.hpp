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

/// The kinds of figures that a collector supplies.
enum class Supplies {
    events,    ///< events by the user's names
    dram,      ///< DRAM traffic, with events of its own
    machine,   ///< events by the user's names, for all threads of the machine
    emulation, ///< figures of an emulated machine: it runs the program under an emulator instead of counting inside it
};

/// A collector of the table. It has one of the two factories, or none if it is known but not built in.
struct CollectorEntry {
    std::string_view name;
    std::string_view word; ///< word of --collector that selects it
    Supplies supplies;
    std::string_view purpose;
    std::unique_ptr<Collector> (*make)(Sys& sys, const SysRoot& root);
    /// Whether only this collector accepts a name; null: it accepts no names beyond the grammar of EventResolver.
    bool (*owns)(std::string_view name) = nullptr;
    std::unique_ptr<WrappingCollector> (*make_wrapping)() = nullptr;

    bool built_in() const { return make != nullptr || make_wrapping != nullptr; }
};

/// Names in the table, for code that refers to one of them.
namespace collector_name {
inline constexpr std::string_view perf = "perf", uncore = "uncore", cpus = "cpus", papi = "papi", resctrl = "resctrl",
                                  callgrind = "callgrind";
} // namespace collector_name

/// Words of --collector without a row in the table. The simulation needs the workload, which counters/ does not know.
namespace collector_word {
inline constexpr std::string_view automatic = "auto", simulation = "sim", none = "none";
} // namespace collector_word

/// The constant table of collectors. It does not include the simulation.
std::span<const CollectorEntry> collectors();

/// The entry with this name; null if the table does not contain it.
const CollectorEntry* find_collector(std::span<const CollectorEntry> table, std::string_view name);
/// The collector of the table that alone accepts this name; null for a name of the common grammar.
const CollectorEntry* owner_of(std::span<const CollectorEntry> table, std::string_view name);
/// The counters that another process opened on the calling thread (WorkerCounters::sent). Owns the descriptors.
std::unique_ptr<WorkerCounters> receive_counters(Sys& sys, const SentCounters& sent);
/// All words of --collector without repetition: auto, those of the table in its order, sim, none.
std::vector<std::string_view> collector_words(std::span<const CollectorEntry> table);

} // namespace bytebound
