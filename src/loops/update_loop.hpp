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

/// torch is a library's code. external is a loop registered by the embedding program, which gives its name and its
/// maker; it is not in loops().
enum class LoopKind { paired, index, mask, hybrid, oracle, torch, external };

/// How many rows a step stores into the slab.
enum class StoredRows {
    minimal, ///< min_rows: those that change
    all,     ///< m after the step: a rebuild
    depends, ///< the one or the other, step by step
};

/// One row of the constant table of loops.
struct LoopEntry {
    std::string_view name;
    LoopKind kind;
    std::string_view purpose; ///< one line for --help and the report
    StoredRows stores;
    /// The streams of its steps (traffic_describer.hpp); null: library code, which nothing here describes or replays.
    std::optional<Unmodelled> (*describe)(TrafficDescriber& to);
    bool built_in = true;      ///< false: known, but it is not part of this build
    bool by_default = true;    ///< measured where --loops names none
    bool tries_copies = false; ///< it chooses its copy method by trial; models take it for ordinary stores
};
std::span<const LoopEntry> loops();
/// Null for a name that the table lacks, or for external.
const LoopEntry* find_loop(std::string_view name);
const LoopEntry* find_loop(LoopKind kind);
/// False for external, too.
bool tries_copies(LoopKind kind);
/// The loops that are measured where none is named, in the order of the table.
std::vector<LoopKind> default_loops();

/// What one step did, besides its time.
struct StepOutcome {
    std::uint32_t rows_written = 0; ///< rows stored into the slab
    bool operator==(const StepOutcome&) const = default;
};

struct LoopOptions {
    double tau = 0.5;                      ///< hybrid rebuilds if k > tau * m_after
    CopyMethod copy = CopyMethod::memcpy;  ///< must run here; oracle: choose_copy_method()
    std::uint32_t grain = 8;               ///< rows per unit of parallel work
    std::uint32_t parallel_threshold = 64; ///< rows in a step from which workers join
};

/// One update loop over one workspace. reset() and verify() are outside, step() is inside the measured region:
/// no allocation, no exception, no virtual call per row.
class UpdateLoop {
public:
    virtual ~UpdateLoop() = default;
    /// Packs the rows of mask 0 in ascending order, rebuilds the tables, and (oracle) precomputes the copy lists of
    /// every step of `changes`, whose masks the workspace already holds.
    virtual void reset(std::span<const StepChange> changes) = 0;
    /// Moves from mask(step) to mask(step + 1); steps count from 0, warm-up included, and come in order.
    virtual StepOutcome step(std::uint32_t step) noexcept = 0;
    virtual std::uint32_t active_rows() const = 0;
    /// Ids in slot order.
    virtual std::span<const std::uint32_t> ids() const = 0;
};

/// Null for a loop that is not built in, or external. `workspace` and `team` outlive the loop. One loop at a time owns
/// a workspace: reset() takes it over.
std::unique_ptr<UpdateLoop> make_loop(LoopKind kind, Workspace& workspace, WorkerTeam& team,
                                      const LoopOptions& options);

/// The slab's proof: ids() equal the mask as a set, every slab row equals its pool row byte for byte in every group.
/// Error (internal) names the slot, id, group and byte offset of the first difference.
Result<void> verify_slab(const UpdateLoop& loop, const Workspace& workspace, std::span<const std::uint64_t> mask);

} // namespace bytebound
