#include "model/predict.hpp"

#include <algorithm>

#include "model/row_ceiling.hpp"

namespace bytebound {

Modelled<double> predict_step_ns(const ClosedForm& traffic, double rows_written, const Ceilings& ceilings,
                                 const CopyFacts& facts) {
    const StreamKernel copy = row_kernel(facts.copy, facts.order);
    const std::uint32_t threads =
        rows_written < facts.parallel_threshold ? threads_alone(ceilings, copy, facts.threads) : facts.threads;
    const std::uint32_t leader = threads_alone(ceilings, StreamKernel::read, facts.threads);
    double metadata_read = 0;
    for (const Buffer buffer : {Buffer::mask, Buffer::index, Buffer::meta})
        metadata_read += traffic.by_buffer[static_cast<std::size_t>(buffer)].read;
    metadata_read = std::min(metadata_read, traffic.metadata_bytes());

    double seconds = 0;
    const struct {
        MemoryLevel level;
        double row_bytes, metadata_bytes;
    } shares[] = {{MemoryLevel::llc, traffic.requested_bytes() * (1 - traffic.missed_row_share),
                   traffic.metadata_bytes() - metadata_read},
                  {MemoryLevel::memory, traffic.requested_bytes() * traffic.missed_row_share, metadata_read}};
    for (const auto& share : shares) {
        if (share.row_bytes > 0) {
            const auto ceiling = layout_ceiling(ceilings, copy, share.level, threads, facts.layout);
            if (!ceiling) return tl::unexpected(ceiling.error());
            seconds += share.row_bytes / ceiling->bytes_per_second;
        }
        if (share.metadata_bytes > 0) { // only the leader accesses lists and tables
            const auto ceiling = TRY(kernel_ceiling(ceilings, StreamKernel::read, share.level, leader));
            seconds += share.metadata_bytes / ceiling;
        }
    }
    return seconds * 1e9;
}

namespace {

/// hybrid rebuilds if k > tau * m, where m is counted after the step: m, or m + 1 in every other step of an odd k.
/// Returns the middle between the largest tau that still pairs at k - 1 and the smallest that no longer rebuilds at k.
/// For an odd k above m there is no such tau; hybrid then rebuilds in every other step.
double tau_between(std::uint32_t k, std::uint32_t active_rows) {
    const double m = active_rows, last_paired = (k - 1) / m, first_lost = k / (k % 2 == 0 ? m : m + 1);
    return last_paired < first_lost ? (last_paired + first_lost) / 2 : (k - 0.5) / m;
}

} // namespace

Modelled<Crossover> find_crossover(std::uint32_t active_rows, std::uint32_t k_most, const StepTime& step_ns) {
    if (k_most == 0)
        return tl::unexpected(
            Unmodelled{"no row can change: the active set is empty or the whole pool", "give another --m"});
    Crossover found;
    found.k_most = k_most;
    const auto rebuild_wins = [&](std::uint32_t k) -> Modelled<bool> {
        const auto paired = step_ns(LoopKind::paired, k);
        if (!paired) return tl::unexpected(paired.error());
        const auto index = step_ns(LoopKind::index, k);
        if (!index) return tl::unexpected(index.error());
        const bool wins = *index <= *paired;
        if (wins || k == k_most) found.paired_ns = *paired, found.index_ns = *index;
        return wins;
    };
    const auto at_most = rebuild_wins(k_most);
    if (!at_most) return tl::unexpected(at_most.error());
    if (!*at_most) {
        found.tau = k_most; // k never exceeds tau * m, because m >= 1 if there is a row to rebuild
        return found;
    }
    std::uint32_t loses = 0, wins = k_most;
    while (wins - loses > 1) {
        const std::uint32_t middle = loses + (wins - loses) / 2;
        const auto there = rebuild_wins(middle);
        if (!there) return tl::unexpected(there.error());
        (*there ? wins : loses) = middle;
    }
    found.k = wins;
    found.tau = tau_between(wins, active_rows);
    return found;
}

} // namespace bytebound
