#pragma once
// The account of a row's traffic: what had to move, what the loop asked for, what the model expects, what was measured,
// and what the measured bytes are made of. Bytes per step throughout.

#include <optional>
#include <string>
#include <vector>

#include "counters/tier.hpp"

namespace bytebound {

struct SummaryRow;
struct PhaseSamples;

/// What measured bytes are made of. They sum to them. All but `unexplained` are had without looking at the measured
/// figure: from the attribution of the model's lines, and from the idle machine. A part that a figure of reads alone
/// does not have is absent.
struct LedgerParts {
    double cold_reads = 0;            ///< pool lines loaded that the phase, warm-up included, had never read
    double write_allocate = 0;        ///< slab lines read because of a store
    std::optional<double> write_back; ///< written-back lines of slab and pool
    double refetch = 0;               ///< all other lines loaded of pool and slab: capacity and conflicts
    double metadata = 0;              ///< lines read for, and written back of, mask, index and meta
    double background = 0;            ///< what the idle machine moved meanwhile; 0 for figures of the loop alone
    double unexplained = 0;           ///< measured less everything above, with its sign; 0 for a simulated figure

    /// Everything but background and unexplained: what the model expects.
    double modelled() const { return cold_reads + write_allocate + write_back.value_or(0) + refetch + metadata; }
};

/// One source of the measured figure.
struct LedgerSource {
    std::string source;
    Tier tier = Tier::computed;
    double measured = 0, background = 0, unexplained = 0;
};

struct Ledger {
    std::string metric; ///< what is explained: "dram_bytes", or "dram_read_bytes" where writes are not counted
    double bound = 0;   ///< max(A,R)*S
    std::optional<double> minimum; ///< min_rows*S; none for library code
    double requested_load = 0, requested_store = 0;
    std::string model; ///< whose attribution the parts are: "sim", "closed form"
    double modelled = 0;
    std::string source; ///< of the measured figure
    Tier tier = Tier::computed;
    double measured = 0; ///< as counted: the published figure and the background subtracted from it
    LedgerParts parts;
    std::optional<double> deferred; ///< bytes of slab and pool that the steps left dirty in the cache; outside the sum
    std::string deferred_reason;    ///< why there is none
    std::vector<LedgerSource> sources; ///< every source of the figure, the first one included

    double requested() const { return requested_load + requested_store; }
};

/// Puts the ledger into a row whose metrics are published, or its reason into `unavailable`.
void put_ledger(SummaryRow& row, const PhaseSamples& phase);

} // namespace bytebound
