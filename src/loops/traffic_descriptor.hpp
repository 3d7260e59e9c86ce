#pragma once
// An update loop's memory references per step, as streams: which bytes, loaded or stored, and how they are visited
// again. The streams follow from the loops themselves (step_parts.hpp, *_loops.hpp); src/model computes the effect of
// caches.

#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "loops/copy_method.hpp"
#include "loops/update_loop.hpp"
#include "loops/workspace.hpp"
#include "workload/trace_spec.hpp"

namespace bytebound {

/// Why a model does not apply to a case, and what to do instead. A value, not an error.
struct Unmodelled {
    std::string reason, remedy;
    bool operator==(const Unmodelled&) const = default;
};
template <class T>
using Modelled = tl::expected<T, Unmodelled>;

/// How a stream revisits its bytes.
enum class Revisit {
    every_step, ///< the same bytes in every step
    fresh,      ///< new bytes in every step, contiguous with those of the step before
    drawn       ///< some rows of a population, drawn by the trace
};

/// The rows of its population that a step touches.
enum class Drawn {
    overwritten, ///< slab slots: those of the removed rows
    added,       ///< pool rows: those that become active
    active,      ///< pool rows: all that are active after the step
    changed      ///< table entries of rows that become active or inactive
};

/// The random trace, as the probabilities for one row in one step, constant over the steps.
struct RowChances {
    double active = 0;  ///< m / N: to be active
    double leaving = 0; ///< R / m: for an active row to be removed
    double joining = 0; ///< A / (N - m): for an inactive row to be added
    bool operator==(const RowChances&) const = default;
};

/// The probability that a row is untouched in `steps` consecutive steps. Exact for the random trace.
double untouched(Drawn drawn, const RowChances& chances, double steps);

enum class StoreKind { ordinary, non_temporal };

struct TrafficStream {
    Buffer buffer = Buffer::pool;
    Revisit revisit = Revisit::every_step;
    double loaded_bytes = 0, stored_bytes = 0; ///< requested by the program per step
    double bytes = 0;                          ///< every_step: bytes touched; fresh: new bytes per step
    double steps_read_again = 0;               ///< fresh: number of earlier steps whose bytes a step reads again
    double rows = 0;                           ///< drawn: size of the population
    std::uint64_t row_bytes = 0;               ///< of a row or table entry, copied or written at once; 0: no rows
    std::uint64_t offset = 0;                  ///< drawn: of the first row in the arena
    Drawn drawn = Drawn::added;
    RowChances chances = {};
    double stored_share = 0; ///< fraction of the touched rows (every_step: of the lines) that are stored to
    StoreKind store_kind = StoreKind::ordinary;
    /// A list that is written before the row copies and read row by row during them.
    bool read_again_while_copying = false;
};

struct TrafficDescriptor {
    std::vector<TrafficStream> streams;
    double rows_written = 0; ///< row copies per step
    /// Ascending for a rebuild, which reads all active rows.
    RowOrder order() const;
};

/// One loop and k: everything that its traffic depends on.
struct DescribedLoop {
    LoopKind loop = LoopKind::paired;
    WorkloadSpec workload; ///< its seed is irrelevant
    RowLayout layout;
    std::vector<StepChange> changes; ///< of every step, including warm-up
    double tau = 0.5;                ///< for hybrid
    CopyMethod copy = CopyMethod::memcpy;
};

/// Means over the steps. Unmodelled: a pattern whose draws are not independent, an active set whose size drifts, a
/// hybrid that rebuilds in some steps only, library code.
Modelled<TrafficDescriptor> describe_traffic(const DescribedLoop& loop);

} // namespace bytebound
