#include "model/closed_form.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "model/set_load.hpp"

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

    Flow operator*(double factor) const { return {fetched * factor, cold * factor, written * factor}; }
    Flow operator+(const Flow& other) const {
        return {fetched + other.fetched, cold + other.cold, written + other.written};
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
        if (steps_.measured == 0) return {};
        Flow mean;
        if (steps_.evicted_between) {
            mean = flow(stream, 0);
        } else {
            const Sets all{0, 1, flow(stream, 0)}, whole{end_, share_that_holds(stream, end_), flow(stream, end_)};
            mean = between(stream, all, whole, (all.flow.fetched + all.flow.written) * smallest_part);
            mean = mean + whole.flow * whole.share;
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

    /// The sets of a stream's lines that hold the lines of `steps` steps.
    struct Sets {
        std::uint64_t steps = 0;
        double share = 1; ///< of all sets; the more steps, the fewer
        Flow flow;        ///< if all sets held just these steps
    };

    /// The part of the sets that hold the lines of `from` steps but not those of `to`. The characteristic time, in
    /// whole steps, differs between sets, because drawn rows are distributed unevenly. Steps are told one by one,
    /// unless the difference is less than `negligible`.
    Flow between(const TrafficStream& stream, const Sets& from, const Sets& to, double negligible) const {
        const double share = from.share - to.share;
        const double differ = from.flow.fetched + from.flow.written - to.flow.fetched - to.flow.written;
        if (to.steps - from.steps <= 1) return from.flow * share;
        if (share * std::abs(differ) <= negligible) return from.flow * (share / 2) + to.flow * (share / 2);
        const std::uint64_t steps = from.steps + (to.steps - from.steps) / 2;
        const Sets middle{steps, share_that_holds(stream, steps), flow(stream, steps)};
        return between(stream, from, middle, negligible) + between(stream, middle, to, negligible);
    }

    /// Of the sets that a line of `stream` can be in: those that hold all lines of so many steps.
    double share_that_holds(const TrafficStream& stream, std::uint64_t steps) const {
        if (cache_.ways == 0)
            return distinct_lines(traffic_, static_cast<double>(steps), cache_.line_bytes) <= capacity_ ? 1 : 0;
        const TrafficStream* own = stream.revisit == Revisit::drawn ? &stream : nullptr;
        const auto [known, is_new] = shares_that_hold_.try_emplace({own, steps});
        if (is_new) known->second = set_load(steps, own).at_most(cache_.ways);
        return known->second;
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

    /// `own`: the set of a line of that stream, which certainly contains the line and those lines of its row, instead
    /// of one random row; null: any set.
    SetLoad set_load(std::uint64_t steps, const TrafficStream* own) const {
        const double sets = capacity_ / cache_.ways;
        SetLoad load;
        for (const TrafficStream& stream : traffic_.streams) {
            const bool drawn = stream.revisit == Revisit::drawn;
            const double chance = drawn ? share_touched(stream, steps) : 1;
            const double there = (drawn ? distinct(stream, every_row) : distinct(stream, steps)) / sets;
            const double together = drawn ? row_lines_in_one_set(stream) : 1;
            double rows = std::floor(there) / together;
            double part = there - std::floor(there); // fraction of sets with one line more
            if (&stream == own) {
                load.add(1, 1, together);
                if (rows < 1) part = 0;
                rows = std::max(0.0, rows - 1);
            }
            load.add(rows, chance, together);
            load.add(part, chance, 1);
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
    static constexpr double smallest_part = 1e-6; ///< of the lines of a step that always misses

    const TrafficDescriptor& traffic_;
    const CacheBelow& cache_;
    PhaseSteps steps_;
    std::uint64_t end_;
    double capacity_, step_lines_;
    double row_lines_ = 0;
    /// By the stream of the sets' own lines and the number of steps.
    mutable std::map<std::pair<const TrafficStream*, std::uint64_t>, double> shares_that_hold_;
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
