#include "model/predict.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace bytebound {

namespace {

tl::unexpected<Unmodelled> not_measured(std::string reason, const std::string& option) {
    return tl::unexpected(Unmodelled{std::move(reason), "run bytebound calibrate " + option});
}

std::string named(StreamKernel kernel, MemoryLevel level, std::uint32_t threads) {
    return std::string(name_of(kernel)) + " in " + std::string(name_of(level)) + " with " + std::to_string(threads) +
           (threads == 1 ? " thread" : " threads");
}

Modelled<double> ceiling_of(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level, std::uint32_t threads) {
    const Ceiling* found = ceilings.find(kernel, level, threads);
    if (found != nullptr && found->bytes_per_second > 0) return found->bytes_per_second;
    return not_measured("no ceiling of " + named(kernel, level, threads), "--threads " + std::to_string(threads));
}

/// Seconds per byte of a row, its groups one after the other. Each group's row is one copy.
Modelled<double> seconds_per_row_byte(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level,
                                      std::uint32_t threads, const RowLayout& layout) {
    const auto row = static_cast<double>(layout.row_bytes());
    double seconds = 0;
    for (const RowGroup& group : layout.groups) {
        const auto ceiling = row_ceiling(ceilings, kernel, level, threads, group.row_bytes);
        if (!ceiling) return ceiling;
        seconds += static_cast<double>(group.row_bytes) / row / *ceiling;
    }
    return seconds;
}

/// One worker's ceilings, of a team's calibration that has them; else the team's.
std::uint32_t alone(const Ceilings& ceilings, StreamKernel kernel, std::uint32_t team) {
    const bool measured = std::any_of(ceilings.ceilings.begin(), ceilings.ceilings.end(),
                                      [&](const Ceiling& each) { return each.kernel == kernel && each.threads == 1; });
    return measured ? 1 : team;
}

} // namespace

Modelled<double> row_ceiling(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level, std::uint32_t threads,
                             std::uint64_t row_bytes) {
    const Ceiling *below = nullptr, *above = nullptr;
    for (const Ceiling& each : ceilings.ceilings) {
        if (each.kernel != kernel || each.level != level || each.threads != threads || each.bytes_per_second <= 0)
            continue;
        if (each.row_bytes <= row_bytes && (below == nullptr || each.row_bytes > below->row_bytes)) below = &each;
        if (each.row_bytes >= row_bytes && (above == nullptr || each.row_bytes < above->row_bytes)) above = &each;
    }
    if (below == nullptr && above == nullptr)
        return not_measured("no ceiling of " + named(kernel, level, threads), "--threads " + std::to_string(threads));
    if (below == nullptr || above == nullptr)
        return not_measured("the ceilings of " + named(kernel, level, threads) + " reach no rows of " +
                                std::to_string(row_bytes) + " bytes",
                            "--row-bytes " + std::to_string(row_bytes));
    if (below->row_bytes == above->row_bytes) return below->bytes_per_second;
    const double whole = std::log(static_cast<double>(above->row_bytes) / static_cast<double>(below->row_bytes));
    const double part = std::log(static_cast<double>(row_bytes) / static_cast<double>(below->row_bytes)) / whole;
    return below->bytes_per_second * std::pow(above->bytes_per_second / below->bytes_per_second, part);
}

Modelled<double> predict_step_ns(const ClosedForm& traffic, double rows_written, const Ceilings& ceilings,
                                 const CopyFacts& facts) {
    const StreamKernel copy = facts.copy == CopyMethod::nt ? StreamKernel::nt_row_copy : StreamKernel::row_copy;
    const std::uint32_t threads =
        rows_written < facts.parallel_threshold ? alone(ceilings, copy, facts.threads) : facts.threads;
    const std::uint32_t leader = alone(ceilings, StreamKernel::read, facts.threads);
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
            const auto per_byte = seconds_per_row_byte(ceilings, copy, share.level, threads, facts.layout);
            if (!per_byte) return per_byte;
            seconds += share.row_bytes * *per_byte;
        }
        if (share.metadata_bytes > 0) { // lists and tables are the leader's work
            const auto ceiling = ceiling_of(ceilings, StreamKernel::read, share.level, leader);
            if (!ceiling) return ceiling;
            seconds += share.metadata_bytes / *ceiling;
        }
    }
    return seconds * 1e9;
}

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
        found.tau = k_most; // k never exceeds it times m, which is at least 1 where there is a row to rebuild
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
    found.tau = (wins - 0.5) / active_rows;
    return found;
}

} // namespace bytebound
