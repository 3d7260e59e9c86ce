#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "loops/copy_method.hpp"
#include "loops/worker_team.hpp"
#include "loops/workspace.hpp"
#include "workload/changes.hpp"

namespace bytebound {

class TrafficDescriber;
struct Unmodelled;

/// torch is library code. external is a loop registered by the embedding program, which supplies its name and its
/// factory. plug_in is one of the user's own in a process of its own. Neither is in loops().
enum class LoopKind { paired, index, mask, hybrid, oracle, torch, external, plug_in };

/// The number of rows that a step stores into the slab.
enum class StoredRows {
    minimal, ///< min_rows: those that change
    all,     ///< m after the step, as in a rebuild
    depends, ///< either of the two, step by step
};

/// The order in which a step visits its rows: replaced rows lie at random places, a rebuild copies ascending ids into
/// ascending slots.
enum class RowOrder { random, ascending };

/// One row of the constant table of loops.
struct LoopEntry {
    std::string_view name;
    LoopKind kind;
    std::string_view purpose; ///< one line for --help and the report
    StoredRows stores;
    /// The streams of its steps (traffic_describer.hpp); null: library code, which can be neither described nor
    /// replayed.
    std::optional<Unmodelled> (*describe)(TrafficDescriber& to);
    bool built_in = true;      ///< false: known, but not in this build
    bool by_default = true;    ///< measured without --loops
    bool tries_copies = false; ///< it chooses its copy method by trial
};
std::span<const LoopEntry> loops();
/// Null if the table does not contain the name, and for external and plug_in.
const LoopEntry* find_loop(std::string_view name);
const LoopEntry* find_loop(LoopKind kind);
/// Name of the second, third, ... of equal loops of a run: "index#2".
std::string instance_name(std::string_view loop, std::size_t number);
/// "index", for "index" and for "index#2".
std::string_view loop_of_instance(std::string_view name);
/// False for external and plug_in.
bool tries_copies(LoopKind kind);
/// The loops that are measured without --loops, in the order of the table.
std::vector<LoopKind> default_loops();

/// The result of one step, apart from its time.
struct StepOutcome {
    std::uint32_t rows_written = 0; ///< rows stored into the slab
    bool operator==(const StepOutcome&) const = default;
};

struct LoopOptions {
    double tau = 0.5;                      ///< hybrid rebuilds if k > tau * m_after
    CopyMethod copy = CopyMethod::memcpy;  ///< must be supported by this CPU; for oracle: choose_copy_method()
    std::uint32_t grain = 8;               ///< rows per unit of parallel work
    std::uint32_t parallel_threshold = 64; ///< with fewer rows in a step, the leader works alone
};

/// One update loop over one workspace. reset() and verify() run outside of the measured region, step() inside: no
/// allocation, no exception, no virtual call per row.
class UpdateLoop {
public:
    virtual ~UpdateLoop() = default;
    /// Packs the rows of mask 0 in ascending order, rebuilds the tables, and (oracle) precomputes the copy lists of
    /// every step of `changes`, whose masks must be in the workspace.
    virtual void reset(std::span<const StepChange> changes) = 0;
    /// Updates from mask(step) to mask(step + 1). Steps count from 0, including warm-up, and must be called in order.
    virtual StepOutcome step(std::uint32_t step) noexcept = 0;
    virtual std::uint32_t active_rows() const = 0;
    /// Ids in slot order.
    virtual std::span<const std::uint32_t> ids() const = 0;
};

/// Null for a loop that is not built in, and for external and plug_in. `workspace` and `team` must outlive the loop.
/// Several loops may share a workspace, one at a time: reset() takes it over.
std::unique_ptr<UpdateLoop> make_loop(LoopKind kind, Workspace& workspace, WorkerTeam& team,
                                      const LoopOptions& options);

/// Verifies the slab: ids() equal the mask as a set, and every slab row equals its pool row byte for byte in every
/// group. Error (internal) with slot, id, group and byte offset of the first difference.
Result<void> verify_slab(const UpdateLoop& loop, const Workspace& workspace, std::span<const std::uint64_t> mask);
/// The same for the ids in slot order.
Result<void> verify_slab(std::span<const std::uint32_t> ids, const Workspace& workspace,
                         std::span<const std::uint64_t> mask);
/// Copies the rows of mask 0 into the first slots, in ascending order: the slab before the first step of every loop.
void pack_slab(const Workspace& workspace);

} // namespace bytebound
