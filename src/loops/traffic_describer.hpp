#pragma once
// A loop's description of its steps' references, built from the parts below. Each row of loops() has a pointer to its
// description function; a new loop defines it in its own header.

#include <algorithm>
#include <optional>

#include "loops/traffic_descriptor.hpp"

namespace bytebound {

/// Means per step of a trace whose block size is constant: A = R, or two alternating values that differ by one.
struct StepMeans {
    double pool_rows = 0, active_rows = 0; ///< N; m after a step
    double added = 0, removed = 0;
    double grown = 0;     ///< steps that append a row, per step
    double survivors = 0; ///< rows moved down from the slot that a shrinking step removes, per step
    double written() const { return added + survivors; }
    RowChances chances() const {
        const double inactive = pool_rows - active_rows;
        return {active_rows / pool_rows, active_rows > 0 ? std::min(1.0, removed / active_rows) : 0,
                inactive > 0 ? std::min(1.0, added / inactive) : 0};
    }
};

/// The steps in which k > tau * m.
enum class Rebuilds { never, always, sometimes };

/// The building blocks of loops; each adds its streams.
class TrafficDescriber {
public:
    virtual ~TrafficDescriber() = default;
    virtual const StepMeans& means() const = 0;
    virtual Rebuilds rebuilds() const = 0;

    /// Added rows into the slots of removed ones. A growing step appends a row; a later step removes that slot and
    /// moves its row down if it survives.
    virtual void replaced_rows() = 0;
    /// All active rows, from the pool into the slab.
    virtual void gathered_rows() = 0;
    /// The new mask `reads` times and, with a diff, the old one. Masks of successive steps are contiguous.
    virtual void masks(double reads, bool diff, double other_loads = 0) = 0;
    /// `entries` 4-byte entries at the start of a list, the same ones in every step.
    virtual void list(double entries, double loads, double stores, bool read_again = true) = 0;
    /// The pairs computed before the first step.
    virtual void oracle_list() = 0;
    /// slot_of: lookups of removed rows, entries of added ones. id_at: stores of the written slots.
    virtual void tables_of_replaced_rows() = 0;
    /// Stores to slot_of and id_at of all active rows.
    virtual void tables_of_all_rows() = 0;
};

// Descriptions of loops that do not define one in their header. nullopt, or why the closed form does not hold.
std::optional<Unmodelled> describe_paired(TrafficDescriber& to);
std::optional<Unmodelled> describe_index(TrafficDescriber& to);
std::optional<Unmodelled> describe_mask(TrafficDescriber& to);
std::optional<Unmodelled> describe_hybrid(TrafficDescriber& to);
std::optional<Unmodelled> describe_oracle(TrafficDescriber& to);

} // namespace bytebound
