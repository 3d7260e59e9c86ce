#pragma once
// What a loop says of the references of its steps. Each row of loops() names the function that says it, in terms of
// the parts below; a new loop has it in its own header.

#include <algorithm>
#include <optional>

#include "loops/traffic_descriptor.hpp"

namespace bytebound {

/// Means per step of a trace whose block keeps its size: A = R, or two values in turn that differ by one.
struct StepMeans {
    double pool_rows = 0, active_rows = 0; ///< N; m after a step
    double added = 0, removed = 0;
    double grown = 0;     ///< steps that append a row, per step
    double survivors = 0; ///< rows moved down from the slot that a shrinking step gives up, per step
    double written() const { return added + survivors; }
    RowChances chances() const {
        const double inactive = pool_rows - active_rows;
        return {active_rows / pool_rows, active_rows > 0 ? std::min(1.0, removed / active_rows) : 0,
                inactive > 0 ? std::min(1.0, added / inactive) : 0};
    }
};

/// In which steps k > tau * m.
enum class Rebuilds { never, always, sometimes };

/// The parts of which loops are made; each adds its streams.
class TrafficDescriber {
public:
    virtual ~TrafficDescriber() = default;
    virtual const StepMeans& means() const = 0;
    virtual Rebuilds rebuilds() const = 0;

    /// Added rows into the slots of removed ones; in a step that grows a row is appended, and a later step takes it
    /// away, moving it down if it survives.
    virtual void replaced_rows() = 0;
    /// All active rows, from the pool into the slab.
    virtual void gathered_rows() = 0;
    /// The new mask `reads` times, and with a diff the old one: masks of all steps lie one behind the other.
    virtual void masks(double reads, bool diff, double other_loads = 0) = 0;
    /// `entries` 4-byte entries from the start of a list, the same ones at every step.
    virtual void list(double entries, double loads, double stores, bool read_again = true) = 0;
    /// The pairs that were computed before the first step.
    virtual void oracle_list() = 0;
    /// slot_of: removed rows are looked up, added ones entered. id_at: slots written.
    virtual void tables_of_replaced_rows() = 0;
    /// slot_of and id_at of all active rows, stored.
    virtual void tables_of_all_rows() = 0;
};

// Of the loops that have none in a header of their own; nothing, or why the closed form does not hold.
std::optional<Unmodelled> describe_paired(TrafficDescriber& to);
std::optional<Unmodelled> describe_index(TrafficDescriber& to);
std::optional<Unmodelled> describe_mask(TrafficDescriber& to);
std::optional<Unmodelled> describe_hybrid(TrafficDescriber& to);
std::optional<Unmodelled> describe_oracle(TrafficDescriber& to);

} // namespace bytebound
