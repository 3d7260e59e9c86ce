#pragma once
// What an update loop asks of the memory system at every step, as streams of references: which bytes, loaded or
// stored, and how they are visited again. The streams follow from the loops themselves (step_parts.hpp, *_loops.hpp);
// what caches make of them is src/model's business.

#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "loops/copy_method.hpp"
#include "loops/update_loop.hpp"
#include "loops/workspace.hpp"
#include "workload/trace_spec.hpp"

namespace bytebound {

/// Why a model says nothing of a case, and what to do instead. A value, not an error.
struct Unmodelled {
    std::string reason, remedy;
    bool operator==(const Unmodelled&) const = default;
};
template <class T>
using Modelled = tl::expected<T, Unmodelled>;

/// How a stream comes back to its bytes.
enum class Revisit {
    every_step, ///< the same bytes at every step
    fresh,      ///< new bytes at every step, behind those of the step before
    drawn       ///< some rows of a population, which the trace draws
};

/// Which rows of its population a step touches.
enum class Drawn {
    overwritten, ///< slab slots: those of the removed rows
    added,       ///< pool rows: those that become active
    active,      ///< pool rows: all that are active after the step
    changed      ///< table entries of rows that become active or inactive
};

/// The random trace, as the chances that one row has in one step. They stay the same from step to step.
struct RowChances {
    double active = 0;  ///< m / N: that it is active
    double leaving = 0; ///< R / m: of an active row, to be removed
    double joining = 0; ///< A / (N - m): of an inactive row, to be added
    bool operator==(const RowChances&) const = default;
};

/// The chance that a row is left alone in `steps` consecutive steps, whenever they begin. Exact for the random trace.
double untouched(Drawn drawn, const RowChances& chances, double steps);

enum class StoreKind { ordinary, non_temporal };

struct TrafficStream {
    Buffer buffer = Buffer::pool;
    Revisit revisit = Revisit::every_step;
    double loaded_bytes = 0, stored_bytes = 0; ///< that the program asks for in a step
    double bytes = 0;                          ///< every_step: those touched; fresh: new ones of a step
    double steps_read_again = 0;               ///< fresh: how many earlier steps' bytes a step reads again
    double rows = 0;                           ///< drawn: of the population
    std::uint64_t row_bytes = 0;               ///< of a row or table entry, copied or written in one go; 0: no rows
    std::uint64_t offset = 0;                  ///< drawn: of the first row in the arena
    Drawn drawn = Drawn::added;
    RowChances chances = {};
    double stored_share = 0; ///< of the rows that a step touches (every_step: of the lines): those it stores to
    StoreKind store_kind = StoreKind::ordinary;
    bool read_again_while_copying = false; ///< a list: written before the row copies, read row by row among them
};

struct TrafficDescriptor {
    std::vector<TrafficStream> streams;
    double rows_written = 0; ///< row copies of a step
};

/// One loop and k, as far as its traffic depends on them.
struct DescribedLoop {
    LoopKind loop = LoopKind::paired;
    WorkloadSpec workload; ///< its seed does not matter
    RowLayout layout;
    std::vector<StepChange> changes; ///< of every step, warm-up included
    double tau = 0.5;                ///< of hybrid
    CopyMethod copy = CopyMethod::memcpy;
};

/// Means over the steps. Unmodelled: a pattern whose draws are not independent, an active set whose size drifts, a
/// hybrid that rebuilds in some steps only, library code.
Modelled<TrafficDescriptor> describe_traffic(const DescribedLoop& loop);

} // namespace bytebound
