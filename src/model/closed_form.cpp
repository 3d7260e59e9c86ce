#include "model/closed_form.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

namespace bytebound {

namespace {

/// Mean number of lines that [0, bytes) overlaps, if it begins at a random multiple of `unit` within a line.
double lines_of(double bytes, double unit, double line) { return (bytes + line - unit) / line; }

/// Offsets of rows within a line are multiples of this.
double unit_of(std::uint64_t row_bytes, std::uint32_t line_bytes) {
    return static_cast<double>(std::gcd(row_bytes, std::uint64_t{line_bytes}));
}

/// Lines per row that lie completely inside of it and are therefore written whole.
double whole_lines_per_row(const TrafficStream& stream, std::uint32_t line_bytes) {
    if (stream.row_bytes == 0) return 0;
    const double line = line_bytes, row = static_cast<double>(stream.row_bytes);
    return std::max(0.0, (row - line + unit_of(stream.row_bytes, line_bytes)) / line);
}

bool passes_by(const TrafficStream& stream) {
    return stream.store_kind == StoreKind::non_temporal && stream.stored_bytes > 0;
}

/// Lines per step that non-temporal stores write to memory.
double lines_sent(const TrafficStream& stream, std::uint32_t line_bytes) {
    if (!passes_by(stream)) return 0;
    const double rows = stream.stored_bytes / static_cast<double>(stream.row_bytes);
    return rows * whole_lines_per_row(stream, line_bytes);
}

/// A population's lines, by the number of its rows that they overlap: `few` or `few` + 1.
struct SharedLines {
    double few = 1;
    double with_few = 0, with_more = 0; ///< number of lines
};

SharedLines shared_lines(const TrafficStream& stream, std::uint32_t line_bytes) {
    const double row = static_cast<double>(stream.row_bytes), line = line_bytes;
    const double lines = stream.rows * row / line;
    const double mean = (line + row - unit_of(stream.row_bytes, line_bytes)) / row;
    SharedLines shared;
    shared.few = std::floor(mean);
    shared.with_more = lines * (mean - shared.few);
    shared.with_few = lines - shared.with_more;
    // Whole lines of a row bypass the cache; lines shared by two rows are stored normally.
    if (passes_by(stream) && shared.few == 1) shared.with_few = 0;
    return shared;
}

double drawn_lines(const TrafficStream& stream, double steps, std::uint32_t line_bytes) {
    const SharedLines lines = shared_lines(stream, line_bytes);
    const double alone = untouched(stream.drawn, stream.chances, steps);
    const double few = std::pow(alone, lines.few);
    return lines.with_few * (1 - few) + lines.with_more * (1 - few * alone);
}

/// Fraction of the lines touched by a step that the step stores to.
double stored_share_of_lines(const TrafficStream& stream, std::uint32_t line_bytes) {
    if (stream.revisit != Revisit::drawn || stream.stored_share == 0 || stream.stored_share == 1)
        return stream.stored_share;
    TrafficStream stored = stream;
    const double touched = 1 - untouched(stream.drawn, stream.chances, 1);
    stored.drawn = Drawn::overwritten; // one probability per step, the same for every row
    stored.chances.leaving = touched * stream.stored_share;
    const double lines = drawn_lines(stream, 1, line_bytes);
    return lines == 0 ? 0 : drawn_lines(stored, 1, line_bytes) / lines;
}

/// Long-run fraction of evicted lines that are dirty, i.e. stored to at least once since their fetch. A line is touched
/// again before its eviction with probability `hit`, and each touch stores with probability `stores`.
double dirty_share(double hit, double stores) {
    const double clean = (1 - hit) * (1 - stores) / (1 - hit * (1 - stores));
    return stores == 0 ? 0 : 1 - clean;
}

/// Means per measured step, in lines of a stream.
struct Flow {
    double fetched = 0, cold = 0, written = 0;
};

/// Distribution of the number of lines in one set of the cache after some steps. Lines of streams at fixed places are
/// spread evenly over the sets, lines of drawn rows randomly.
struct SetLoad {
    double mean = 0, variance = 0, third_moment = 0;
    double lumps = 0; ///< variance weighted by the number of lines that occur together

    /// Adds `places` independent items of `together` lines each, present with probability `chance`.
    void add(double places, double chance, double together) {
        const double each = places * chance * (1 - chance) * together * together;
        mean += places * chance * together;
        variance += each;
        third_moment += each * (1 - 2 * chance) * together;
        lumps += each * together;
    }

    /// The probability of at most `lines` lines: the normal distribution with the first term of Edgeworth's series for
    /// the skewness. Half of the mean number of lines that occur together is the continuity correction.
    double at_most(double lines) const {
        if (variance < 1e-9) return mean <= lines + 1e-9 ? 1 : 0;
        const double deviation = std::sqrt(variance);
        const double z = (lines + lumps / variance / 2 - mean) / deviation;
        const double normal = std::erfc(-z / std::sqrt(2.0)) / 2;
        const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
        const double skewness = third_moment / (variance * deviation);
        return std::clamp(normal - skewness / 6 * (z * z - 1) * density, 0.0, 1.0);
    }
};

class Phase {
public:
    Phase(const TrafficDescriptor& traffic, const CacheBelow& cache, const PhaseSteps& steps)
        : traffic_(traffic), cache_(cache), steps_(steps), end_(steps.warmup + steps.measured),
          capacity_(static_cast<double>(cache.capacity_bytes) / cache.line_bytes),
          step_lines_(distinct_lines(traffic, 1, cache.line_bytes)) {
        for (const TrafficStream& stream : traffic.streams)
            if (is_row(stream)) row_lines_ += distinct(stream, 1);
    }

    static bool is_row(const TrafficStream& stream) {
        return stream.buffer == Buffer::pool || stream.buffer == Buffer::slab;
    }

    Flow flow(const TrafficStream& stream) const {
        Flow mean;
        if (steps_.measured == 0) return mean;
        // The fullest sets, a few in a million, miss most. Sets are therefore integrated from the fullest down, in
        // shares that double up to 1/64. An emptier set never holds the lines of fewer steps.
        double fuller = 0;
        std::uint64_t fit = 0;
        Flow of_sets = flow(stream, fit);
        for (double share = 1e-6; fuller < 1; fuller += share) {
            share = std::min({fuller == 0 ? share : fuller, most_sets, 1 - fuller});
            const std::uint64_t next = steps_.evicted_between ? 0 : steps_that_fit(stream, 1 - fuller - share / 2, fit);
            if (next != fit) of_sets = flow(stream, fit = next);
            mean.fetched += of_sets.fetched * share;
            mean.written += of_sets.written * share;
        }
        mean.cold = (distinct(stream, end_) - distinct(stream, steps_.warmup)) / static_cast<double>(steps_.measured);
        return mean;
    }

private:
    double distinct(const TrafficStream& stream, std::uint64_t steps) const {
        return distinct_lines(stream, static_cast<double>(steps), cache_.line_bytes);
    }

    Flow flow(const TrafficStream& stream, std::uint64_t fit) const {
        if (fit == 0 && stream.read_again_while_copying) return list_flow(stream);
        const double measured = static_cast<double>(steps_.measured);
        const std::uint64_t full = std::clamp(fit, steps_.warmup, end_); // the first measured step with evictions
        // Until the cache is full, every line touched before hits; afterwards, only lines of the last `fit` steps hit.
        const double filling = distinct(stream, full) - distinct(stream, steps_.warmup);
        const double in_one = distinct(stream, fit + 1) - distinct(stream, fit);
        const double steps_full = static_cast<double>(end_ - full);
        const double stores = stored_share_of_lines(stream, cache_.line_bytes);
        const double touched = distinct(stream, 1);
        const double hit = touched == 0 ? 0 : std::clamp(1 - in_one / touched, 0.0, 1.0);
        return {(filling + in_one * steps_full) / measured, 0,
                in_one * steps_full / measured * dirty_share(hit, stores) * evicted_in_step()};
    }

    /// The characteristic time in whole steps, limited to the phase: the largest number of steps (at least `least`)
    /// after which a line of `stream` is still cached with probability `quantile` or more. It differs between sets,
    /// because drawn rows are distributed unevenly.
    std::uint64_t steps_that_fit(const TrafficStream& stream, double quantile, std::uint64_t least) const {
        std::uint64_t most = least, too_many = end_ + 1;
        while (too_many - most > 1) {
            const std::uint64_t middle = most + (too_many - most) / 2;
            (fits(stream, middle, quantile) ? most : too_many) = middle;
        }
        return most;
    }

    bool fits(const TrafficStream& stream, std::uint64_t steps, double quantile) const {
        if (cache_.ways == 0)
            return distinct_lines(traffic_, static_cast<double>(steps), cache_.line_bytes) <= capacity_;
        auto known = loads_.find(steps);
        if (known == loads_.end()) known = loads_.emplace(steps, set_load(steps)).first;
        SetLoad load = known->second;
        if (stream.revisit == Revisit::drawn) {
            // The line's own set certainly contains the line and those lines of its row, instead of one random row.
            const double there = share_touched(stream, steps), lines = row_lines_in_one_set(stream);
            load.add(-1, there, lines);
            load.mean += lines;
        }
        return load.at_most(cache_.ways) >= quantile;
    }

    /// Number of lines of a line's row in that line's set, including itself: lines of other groups whose rows are at a
    /// distance of a multiple of a way, and of rows longer than a way.
    double row_lines_in_one_set(const TrafficStream& stream) const {
        const double way = static_cast<double>(cache_.capacity_bytes) / cache_.ways;
        double lines = 0;
        for (const TrafficStream& other : traffic_.streams) {
            if (other.revisit != Revisit::drawn || other.buffer != stream.buffer || other.drawn != stream.drawn ||
                other.row_bytes != stream.row_bytes)
                continue;
            const double row = static_cast<double>(stream.row_bytes);
            const double apart =
                std::fmod(std::abs(static_cast<double>(other.offset) - static_cast<double>(stream.offset)), way);
            const double nearest = std::min(apart, way - apart);
            lines += row >= way ? row / way : std::max(0.0, 1 - nearest / row);
        }
        return lines;
    }

    double share_touched(const TrafficStream& stream, std::uint64_t steps) const {
        const double all = distinct(stream, every_row);
        return all == 0 ? 0 : distinct(stream, steps) / all;
    }

    SetLoad set_load(std::uint64_t steps) const {
        const double sets = capacity_ / cache_.ways;
        SetLoad load;
        for (const TrafficStream& stream : traffic_.streams) {
            const bool drawn = stream.revisit == Revisit::drawn;
            const double chance = drawn ? share_touched(stream, steps) : 1;
            const double there = (drawn ? distinct(stream, every_row) : distinct(stream, steps)) / sets;
            const double part = there - std::floor(there); // fraction of sets with one line more
            const double together = drawn ? row_lines_in_one_set(stream) : 1;
            load.add(std::floor(there) / together, chance, together);
            load.add(1, part * chance, 1);
        }
        return load;
    }

    /// If the cache is swept between steps, only lines displaced by the step's own lines are evicted within a step.
    double evicted_in_step() const {
        if (!steps_.evicted_between) return 1;
        return step_lines_ <= capacity_ ? 0 : 1 - capacity_ / step_lines_;
    }

    /// A list in a step that does not fit in the cache: stored at once, then read line by line between the row copies,
    /// during which its lines may be evicted. A fetch for a read leaves a line clean, a store makes it dirty.
    Flow list_flow(const TrafficStream& list) const {
        const double lines = distinct(list, 1), rows = std::max(row_lines_, 1.0);
        const double others = step_lines_ - row_lines_;
        const double lost_before_read = std::clamp(1 - capacity_ / rows, 0.0, 1.0);
        if (steps_.evicted_between) return {lines * (1 + lost_before_read), 0, lines * lost_before_read};
        const double lost_before_store = std::clamp(1 - (capacity_ - others) / rows, 0.0, 1.0);
        return {lines * (lost_before_read + lost_before_store), 0,
                lines * std::min(1.0, lost_before_read + lost_before_store)};
    }

    /// Number of steps after which every row has been touched.
    static constexpr std::uint64_t every_row = std::uint64_t{1} << 62;
    static constexpr double most_sets = 1.0 / 64; ///< largest share of sets treated as equally full

    const TrafficDescriptor& traffic_;
    const CacheBelow& cache_;
    PhaseSteps steps_;
    std::uint64_t end_;
    double capacity_, step_lines_;
    double row_lines_ = 0;
    mutable std::map<std::uint64_t, SetLoad> loads_; ///< by number of steps
};

void request(ClosedForm& form, const TrafficStream& stream) {
    const bool row = Phase::is_row(stream);
    (row ? form.requested_load_bytes : form.metadata_load_bytes) += stream.loaded_bytes;
    (row ? form.requested_store_bytes : form.metadata_store_bytes) += stream.stored_bytes;
}

/// Adds a stream's lines to the ledger's parts.
void account(ClosedForm& form, const TrafficStream& stream, Flow flow, const CacheBelow& cache) {
    const double line = cache.line_bytes;
    double read = flow.fetched * line;
    const double written = (flow.written + lines_sent(stream, cache.line_bytes)) * line;
    if (stream.buffer == Buffer::pool) {
        const double cold = std::min(flow.cold * line, read);
        form.parts.cold_reads += cold;
        form.parts.refetch += read - cold;
    } else if (stream.buffer == Buffer::slab) {
        const double allocated = read * stream.stored_share * cache.write_allocate_factor;
        const double loaded = read * (1 - stream.stored_share);
        form.parts.write_allocate += allocated;
        form.parts.refetch += loaded;
        form.parts.write_back += written;
        read = allocated + loaded;
    } else {
        form.parts.metadata += read + written;
    }
    BufferBytes& bytes = form.by_buffer[static_cast<std::size_t>(stream.buffer)];
    bytes.read += read;
    bytes.written += written;
    form.read_bytes += read;
    form.write_bytes += written;
}

} // namespace

double distinct_lines(const TrafficStream& stream, double steps, std::uint32_t line_bytes) {
    if (steps <= 0) return 0;
    const double line = line_bytes;
    switch (stream.revisit) {
    case Revisit::every_step: {
        const double lines = std::ceil(stream.bytes / line);
        if (!passes_by(stream)) return lines;
        const double rows = stream.bytes / static_cast<double>(stream.row_bytes);
        return std::max(0.0, lines - rows * whole_lines_per_row(stream, line_bytes));
    }
    case Revisit::fresh: {
        if (stream.bytes == 0) return 0;
        const double unit = unit_of(static_cast<std::uint64_t>(stream.bytes), line_bytes);
        return lines_of((steps + stream.steps_read_again) * stream.bytes, unit, line);
    }
    case Revisit::drawn: break;
    }
    return drawn_lines(stream, steps, line_bytes);
}

double distinct_lines(const TrafficDescriptor& traffic, double steps, std::uint32_t line_bytes) {
    double lines = 0;
    for (const TrafficStream& stream : traffic.streams)
        lines += distinct_lines(stream, steps, line_bytes);
    return lines;
}

ClosedForm closed_form(const TrafficDescriptor& traffic, const CacheBelow& cache, const PhaseSteps& phase) {
    const Phase model(traffic, cache, phase);
    ClosedForm form;
    double row_lines = 0, missed = 0;
    for (const TrafficStream& stream : traffic.streams) {
        const Flow flow = model.flow(stream);
        request(form, stream);
        account(form, stream, flow, cache);
        if (!Phase::is_row(stream)) continue;
        const double sent = lines_sent(stream, cache.line_bytes);
        row_lines += distinct_lines(stream, 1, cache.line_bytes) + sent;
        missed += flow.fetched + sent;
    }
    form.missed_row_share = row_lines == 0 ? 0 : std::min(1.0, missed / row_lines);
    return form;
}

} // namespace bytebound
