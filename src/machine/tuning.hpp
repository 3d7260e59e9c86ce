#pragma once
// What makes a machine noisy: a closed table of settings and loads, with one reader each. `doctor --tuning` shows them,
// scripts/tune-system changes the files that they list, and a run records them before and after.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/sysroot.hpp"
#include "machine/load.hpp"
#include "machine/machine.hpp"

namespace bytebound {

enum class TuningVerdict {
    quiet,
    noisy,
    unknown,    ///< not readable here; the state has the reason
    not_judged, ///< no value is better than another
};
std::string_view name_of(TuningVerdict verdict);

/// How an item is made quiet.
enum class TuningChange {
    files,   ///< files below /sys and /proc are written: scripts/tune-system does it
    command, ///< a command whose effects are not limited to such files: shown only
    boot,    ///< options of the kernel's command line: shown only
    none,    ///< nothing on this machine can be set
};
std::string_view name_of(TuningChange change);

/// A file that makes an item quiet if it is written; `found` == `quiet`: it already is.
struct TuningFile {
    std::string path;  ///< without the leading slash
    std::string found; ///< its value now; of a choice in brackets, the word chosen
    std::string quiet;
    bool operator==(const TuningFile&) const = default;
};

struct TuningItem;

/// An item as found on a machine.
struct TuningState {
    const TuningItem* item = nullptr;
    TuningVerdict verdict = TuningVerdict::unknown;
    std::string value;                        ///< empty: unknown, or there is nothing to read
    std::string reason;                       ///< why `value` is empty
    TuningChange change = TuningChange::none; ///< the item's, or none where `cannot` says why
    std::string cannot;                       ///< why this machine does not allow to change it
    std::vector<TuningFile> files;
    std::vector<std::string> set, restore; ///< commands for root, one per line, and those that undo them
};

/// What the readers look at.
struct TuningView {
    const SysRoot& root;
    const Machine& machine;
    const std::vector<int>& cpus; ///< the chosen ones, sorted
    const LoadReading& load;
};

/// One row of the table.
struct TuningItem {
    std::string_view name;        ///< stable: "governor"
    std::string_view group, fact; ///< the environment fact that records it
    TuningChange change;
    /// A setting, whose change during a run is a warning. false: a load, which is different at every reading.
    bool steady;
    std::string_view quiet;  ///< the quiet state, in words
    std::string_view effect; ///< on measurements
    std::string_view source; ///< of that statement
    TuningState (*read)(const TuningView&);
};
/// In the order in which tune-system writes: it restores in the opposite one. A processor of Intel rejects other energy
/// preferences under the governor performance (intel_pstate), so the preference precedes the governor.
std::span<const TuningItem> tuning_items();

/// Every item, in the order of the table. `cpus`: the chosen ones.
std::vector<TuningState> read_tuning(const SysRoot& root, const Machine& machine, std::vector<int> cpus,
                                     const LoadReading& load);

} // namespace bytebound
