#include "loops/traffic_descriptor.hpp"

#include <algorithm>
#include <cmath>

#include "loops/traffic_describer.hpp"
#include "workload/patterns.hpp"

namespace bytebound {

namespace {

constexpr double list_entry_bytes = 4, mask_word_bytes = 8, pair_bytes = 8;

tl::unexpected<Unmodelled> unmodelled(std::string reason) {
    return tl::unexpected(Unmodelled{std::move(reason), "use the simulator (--collector sim)"});
}

Modelled<StepMeans> means_of(const DescribedLoop& loop) {
    StepMeans means;
    means.pool_rows = loop.workload.pool_rows;
    means.active_rows = loop.workload.active_rows;
    if (loop.changes.empty()) return means;
    std::int64_t active = loop.workload.active_rows, least = active, most = active;
    double sum = 0;
    for (const StepChange& change : loop.changes) {
        if (change.removed > change.added)
            means.survivors += (change.removed - change.added) * (1 - change.removed / static_cast<double>(active));
        active += std::int64_t{change.added} - std::int64_t{change.removed};
        least = std::min(least, active);
        most = std::max(most, active);
        means.added += change.added;
        means.removed += change.removed;
        means.grown += change.added > change.removed ? 1 : 0;
        sum += static_cast<double>(active);
    }
    if (most - least > 1)
        return unmodelled("the number of active rows varies between " + std::to_string(least) + " and " +
                          std::to_string(most) + ", and the closed form assumes that it is constant");
    const auto steps = static_cast<double>(loop.changes.size());
    for (double* total : {&means.added, &means.removed, &means.grown, &means.survivors})
        *total /= steps;
    means.active_rows = sum / steps;
    // Over few steps the two means may differ; in the long run as many rows are removed as added.
    means.added = means.removed = (means.added + means.removed) / 2;
    return means;
}

Rebuilds rebuilds_of(const DescribedLoop& loop) {
    std::size_t rebuilt = 0;
    std::int64_t active = loop.workload.active_rows;
    for (const StepChange& change : loop.changes) {
        active += std::int64_t{change.added} - std::int64_t{change.removed};
        const double k = static_cast<double>(change.added) + change.removed;
        if (k > loop.tau * static_cast<double>(active)) ++rebuilt;
    }
    if (rebuilt == 0) return Rebuilds::never;
    return rebuilt == loop.changes.size() ? Rebuilds::always : Rebuilds::sometimes;
}

class StreamDescriber final : public TrafficDescriber {
public:
    StreamDescriber(const DescribedLoop& loop, const StepMeans& means) : loop_(loop), means_(means) {
        if (loop.copy.kind == CopyMethod::nt) store_kind_ = StoreKind::non_temporal;
        // Offsets of pool and slab depend on nothing else.
        const std::uint32_t slab_rows = bounds_of(loop.workload.active_rows, loop.changes).active_rows;
        ranges_ = arena_layout({loop.workload.pool_rows, slab_rows, loop.layout, 1, 0});
    }

    TrafficDescriptor take() { return std::move(descriptor_); }

    const StepMeans& means() const override { return means_; }
    Rebuilds rebuilds() const override { return rebuilds_of(loop_); }

    void replaced_rows() override {
        const double appended = means_.grown, moved = means_.survivors;
        for (const RowGroup& group : loop_.layout.groups) {
            const auto row = static_cast<double>(group.row_bytes);
            rows(Buffer::pool, group, Drawn::added, means_.pool_rows, means_.added, 0);
            rows(Buffer::slab, group, Drawn::overwritten, means_.active_rows, 0, means_.written() - appended);
            if (appended == 0) continue;
            TrafficStream& last = add({.buffer = Buffer::slab, .bytes = row, .row_bytes = group.row_bytes});
            last.loaded_bytes = moved * row;
            last.stored_bytes = appended * row;
            last.stored_share = appended / (appended + moved);
            last.store_kind = store_kind_;
        }
        descriptor_.rows_written = means_.written();
    }

    void gathered_rows() override {
        for (const RowGroup& group : loop_.layout.groups) {
            rows(Buffer::pool, group, Drawn::active, means_.pool_rows, means_.active_rows, 0);
            const double slab = means_.active_rows * static_cast<double>(group.row_bytes);
            add({.buffer = Buffer::slab,
                 .stored_bytes = slab,
                 .bytes = slab,
                 .row_bytes = group.row_bytes,
                 .stored_share = 1,
                 .store_kind = store_kind_});
        }
        descriptor_.rows_written = means_.active_rows;
    }

    void masks(double reads, bool diff, double other_loads) override {
        const double mask = static_cast<double>(mask_words(loop_.workload.pool_rows)) * mask_word_bytes;
        add({.buffer = Buffer::mask,
             .revisit = Revisit::fresh,
             .loaded_bytes = mask * (reads + (diff ? 1 : 0)) + other_loads,
             .bytes = mask,
             .steps_read_again = diff ? 1.0 : 0.0});
    }

    void list(double entries, double loads, double stores, bool read_again) override {
        add({.buffer = Buffer::index,
             .loaded_bytes = loads * list_entry_bytes,
             .stored_bytes = stores * list_entry_bytes,
             .bytes = entries * list_entry_bytes,
             .stored_share = 1,
             .read_again_while_copying = read_again});
    }

    void oracle_list() override {
        const double pairs = means_.written() * pair_bytes;
        add({.buffer = Buffer::index, .revisit = Revisit::fresh, .loaded_bytes = pairs, .bytes = pairs});
    }

    void tables_of_replaced_rows() override {
        TrafficStream& slot_of = entries(Drawn::changed, means_.pool_rows, means_.removed, means_.written());
        const double changed = means_.removed + means_.added;
        slot_of.stored_share = changed == 0 ? 0 : means_.added / changed;
        entries(Drawn::overwritten, means_.active_rows, means_.survivors, means_.written());
    }

    void tables_of_all_rows() override {
        entries(Drawn::active, means_.pool_rows, 0, means_.active_rows);
        const double bytes = means_.active_rows * list_entry_bytes;
        add({.buffer = Buffer::meta, .stored_bytes = bytes, .bytes = bytes, .stored_share = 1});
    }

private:
    TrafficStream& add(TrafficStream stream) { return descriptor_.streams.emplace_back(stream); }

    void rows(Buffer buffer, const RowGroup& group, Drawn drawn, double population, double loaded, double stored) {
        const auto row = static_cast<double>(group.row_bytes);
        add({.buffer = buffer,
             .revisit = Revisit::drawn,
             .loaded_bytes = loaded * row,
             .stored_bytes = stored * row,
             .rows = population,
             .row_bytes = group.row_bytes,
             .offset = offset_of(buffer, group),
             .drawn = drawn,
             .chances = means_.chances(),
             .stored_share = stored > 0 ? 1.0 : 0.0,
             .store_kind = buffer == Buffer::slab ? store_kind_ : StoreKind::ordinary});
    }

    std::uint64_t offset_of(Buffer buffer, const RowGroup& group) const {
        const auto index = static_cast<std::uint32_t>(&group - loop_.layout.groups.data());
        const auto range = std::find_if(ranges_.begin(), ranges_.end(), [&](const BufferRange& each) {
            return each.buffer == buffer && each.group == index;
        });
        return range == ranges_.end() ? 0 : range->offset;
    }

    TrafficStream& entries(Drawn drawn, double population, double loads, double stores) {
        return add({.buffer = Buffer::meta,
                    .revisit = Revisit::drawn,
                    .loaded_bytes = loads * list_entry_bytes,
                    .stored_bytes = stores * list_entry_bytes,
                    .rows = population,
                    .row_bytes = static_cast<std::uint64_t>(list_entry_bytes),
                    .drawn = drawn,
                    .chances = means_.chances(),
                    .stored_share = 1});
    }

    const DescribedLoop& loop_;
    StepMeans means_;
    std::vector<BufferRange> ranges_;
    StoreKind store_kind_ = StoreKind::ordinary;
    TrafficDescriptor descriptor_;
};

} // namespace

std::optional<Unmodelled> describe_paired(TrafficDescriber& to) {
    const StepMeans& means = to.means();
    const double added = means.added, removed = means.removed, moved = means.survivors, written = means.written();
    to.masks(1, true, moved * mask_word_bytes);
    // References of place_rows() and of the copies, for growing and shrinking steps together. A step with A = R stores
    // and loads each entry of the second list once more than the diff and the copies do.
    to.list(added, added + written, added + moved);
    to.list(removed, removed + written + (means.grown > 0 ? written / 2 : 0), removed + written);
    to.tables_of_replaced_rows();
    to.replaced_rows();
    return {};
}

std::optional<Unmodelled> describe_index(TrafficDescriber& to) {
    const double rows = to.means().active_rows;
    to.masks(1, false);
    to.list(rows, rows, rows);
    to.gathered_rows();
    return {};
}

std::optional<Unmodelled> describe_mask(TrafficDescriber& to) {
    to.masks(1, false);
    to.gathered_rows();
    return {};
}

std::optional<Unmodelled> describe_hybrid(TrafficDescriber& to) {
    const Rebuilds rebuilds = to.rebuilds();
    if (rebuilds == Rebuilds::never) return describe_paired(to);
    if (rebuilds == Rebuilds::sometimes) return unmodelled("hybrid rebuilds in some steps and not in others").value();
    const StepMeans& means = to.means();
    to.masks(2, true);
    to.list(std::max(means.active_rows, means.added), means.active_rows, means.active_rows + means.added);
    to.list(means.removed, 0, means.removed, false);
    to.tables_of_all_rows();
    to.gathered_rows();
    return {};
}

std::optional<Unmodelled> describe_oracle(TrafficDescriber& to) {
    to.oracle_list();
    to.replaced_rows();
    return {};
}

double untouched(Drawn drawn, const RowChances& chances, double steps) {
    if (steps <= 0) return 1;
    const double stays = 1 - chances.leaving, waits = 1 - chances.joining;
    const double stayed = std::pow(stays, steps), waited = std::pow(waits, steps);
    switch (drawn) {
    case Drawn::overwritten: return stayed;
    case Drawn::active: return (1 - chances.active) * std::pow(waits, steps - 1);
    case Drawn::changed: return chances.active * stayed + (1 - chances.active) * waited;
    case Drawn::added: break;
    }
    // An active row is not added until it has been removed: sum over the step of its removal, a geometric series. The
    // closed form divides by the difference of the two chances; if they are equal, it is the derivative.
    const double apart = stays - waits;
    const double quotient =
        std::abs(apart) > 1e-7 ? (stayed - waited) / apart : steps * std::pow((stays + waits) / 2, steps - 1);
    const double if_active = stayed + chances.leaving * quotient;
    return chances.active * if_active + (1 - chances.active) * waited;
}

RowOrder TrafficDescriptor::order() const {
    const bool rebuilds = std::any_of(streams.begin(), streams.end(), [](const TrafficStream& stream) {
        return stream.buffer == Buffer::pool && stream.revisit == Revisit::drawn && stream.drawn == Drawn::active;
    });
    return rebuilds ? RowOrder::ascending : RowOrder::random;
}

Modelled<TrafficDescriptor> describe_traffic(const DescribedLoop& loop) {
    if (loop.loop == LoopKind::plug_in) return tl::unexpected(Unmodelled{"plug-in", "compare with a built-in loop"});
    const LoopEntry* entry = find_loop(loop.loop);
    if (entry == nullptr || entry->describe == nullptr)
        return tl::unexpected(Unmodelled{"library code", "compare with the index loop, which does the same"});
    const PatternEntry* pattern = find_pattern(loop.workload.pattern.name);
    if (pattern == nullptr || !pattern->independent_draws)
        return unmodelled("the rows that a " + to_text(loop.workload.pattern) +
                          " trace draws depend on each other, and the closed form assumes independent draws");
    const auto means = means_of(loop);
    if (!means) return tl::unexpected(means.error());
    StreamDescriber to(loop, *means);
    if (auto unmodelled = entry->describe(to)) return tl::unexpected(std::move(*unmodelled));
    return to.take();
}

} // namespace bytebound
