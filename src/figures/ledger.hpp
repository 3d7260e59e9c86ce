#pragma once
// The account of a row's traffic: the bound, the requested bytes, the model's expectation, the measured bytes, and the
// parts of the measured bytes. All values are bytes per step.

#include <optional>
#include <string>
#include <vector>

#include "counters/tier.hpp"

namespace bytebound {

struct SummaryRow;
struct PhaseSamples;

/// The parts of the measured bytes, which they add up to. All except `unexplained` are obtained independently of the
/// measured figure: from the attribution of the model's lines, and from the idle machine. Parts that do not apply to a
/// figure of reads alone are absent.
struct LedgerParts {
    double cold_reads = 0;            ///< pool lines read for the first time in the phase, including warm-up
    double write_allocate = 0;        ///< slab lines read because of a store
    std::optional<double> write_back; ///< written-back lines of slab and pool
    double refetch = 0;               ///< all other lines of pool and slab that are read: capacity and conflict misses
    double metadata = 0;              ///< lines read for, and written back of, mask, index and meta
    double background = 0;            ///< background of the machine during the steps; 0 for figures of the loop alone
    double unexplained = 0;           ///< measured minus all parts above, with its sign; 0 for a simulated figure

    /// All parts except background and unexplained: the model's expectation.
    double modelled() const { return cold_reads + write_allocate + write_back.value_or(0) + refetch + metadata; }
};

/// One source of the measured figure.
struct LedgerSource {
    std::string source;
    Tier tier = Tier::computed;
    double measured = 0, background = 0, unexplained = 0;
};

struct Ledger {
    std::string metric; ///< the explained figure: "dram_bytes", or "dram_read_bytes" if writes are not counted
    double bound = 0;   ///< max(A,R)*S
    std::optional<double> minimum; ///< min_rows*S; nullopt for library code
    double requested_load = 0, requested_store = 0;
    std::string model; ///< origin of the parts: "sim", "closed form"
    double modelled = 0;
    std::string source; ///< of the measured figure
    Tier tier = Tier::computed;
    double measured = 0; ///< as counted: the published figure plus the subtracted background
    LedgerParts parts;
    std::optional<double> deferred;    ///< growth of dirty bytes of slab and pool in the cache; not part of the sum
    std::string deferred_reason;       ///< why it is absent
    std::vector<LedgerSource> sources; ///< all sources of the figure, including the first

    double requested() const { return requested_load + requested_store; }
};

/// Adds the ledger to a row whose metrics are published, or its reason to `unavailable`.
void put_ledger(SummaryRow& row, const PhaseSamples& phase);

} // namespace bytebound
