#pragma once
// The parts that update steps consist of, each a template on the access policy (access.hpp).

#include <bit>
#include <cstdint>

#include "loops/workspace.hpp"

namespace bytebound {

/// Rows that a step adds and removes, found by a diff.
struct Diff {
    std::uint32_t added = 0, removed = 0;
};

/// slot_of[id] and id_at[slot].
struct SlotTables {
    std::uint32_t* slot_of;
    std::uint32_t* id_at;
};

/// Calls `visit(id)` for every set bit of word `word_index`, ascending.
template <class Visit>
inline void for_each_bit(std::uint64_t word, std::size_t word_index, const Visit& visit) noexcept {
    for (; word != 0; word &= word - 1) {
        visit(static_cast<std::uint32_t>(word_index * 64) + static_cast<std::uint32_t>(std::countr_zero(word)));
    }
}

/// Writes the ids only in `after` to `added` and the ids only in `before` to `removed`, both ascending.
template <class Access>
Diff diff_masks(const Access& access, const std::uint64_t* before, const std::uint64_t* after, std::size_t words,
                std::uint32_t* added, std::uint32_t* removed) noexcept {
    Diff diff;
    for (std::size_t w = 0; w < words; ++w) {
        const std::uint64_t old_word = access.load(Buffer::mask, &before[w]);
        const std::uint64_t new_word = access.load(Buffer::mask, &after[w]);
        if (old_word == new_word) continue;
        for_each_bit(new_word & ~old_word, w,
                     [&](std::uint32_t id) { access.store(Buffer::index, &added[diff.added++], id); });
        for_each_bit(old_word & ~new_word, w,
                     [&](std::uint32_t id) { access.store(Buffer::index, &removed[diff.removed++], id); });
    }
    return diff;
}

/// Puts the added rows of a step that shrinks no block (A >= R): the first R into the slots of the removed rows, the
/// others behind the last one. Turns `slots` from removed ids into destinations. Returns the rows to copy, A.
template <class Access>
std::uint32_t overwrite_and_append(const Access& access, SlotTables tables, const std::uint32_t* sources,
                                   std::uint32_t* slots, Diff diff, std::uint32_t rows) noexcept {
    for (std::uint32_t i = 0; i < diff.added; ++i) {
        std::uint32_t slot = rows + (i - diff.removed);
        if (i < diff.removed) {
            const std::uint32_t removed = access.load(Buffer::index, &slots[i]);
            slot = access.load(Buffer::meta, &tables.slot_of[removed]);
        }
        access.store(Buffer::index, &slots[i], slot);
        const std::uint32_t added = access.load(Buffer::index, &sources[i]);
        access.store(Buffer::meta, &tables.slot_of[added], slot);
        access.store(Buffer::meta, &tables.id_at[slot], added);
    }
    return diff.added;
}

/// R > A: the block ends R - A slots earlier. Holes below the new end are A + t, t the survivors above it: added rows
/// fill the first A, survivors from the tail the others, and a removed row in the tail is popped without a copy.
/// `sources` gets the survivors' slots behind the added ids, `slots` the destinations. Returns the rows to copy, A + t.
template <class Access>
std::uint32_t fill_and_pop(const Access& access, SlotTables tables, const std::uint64_t* after, std::uint32_t* sources,
                           std::uint32_t* slots, Diff diff, std::uint32_t rows) noexcept {
    const std::uint32_t rows_after = rows - (diff.removed - diff.added);
    std::uint32_t holes = 0;
    for (std::uint32_t i = 0; i < diff.removed; ++i) {
        const std::uint32_t removed = access.load(Buffer::index, &slots[i]);
        const std::uint32_t slot = access.load(Buffer::meta, &tables.slot_of[removed]);
        if (slot < rows_after) access.store(Buffer::index, &slots[holes++], slot); // holes <= i: read before
    }
    std::uint32_t last = rows;
    for (std::uint32_t i = 0; i < holes; ++i) {
        const std::uint32_t slot = access.load(Buffer::index, &slots[i]);
        std::uint32_t id = 0;
        if (i < diff.added) {
            id = access.load(Buffer::index, &sources[i]);
        } else {
            bool survives = false;
            while (!survives) { // as many survivors in the tail as holes left
                id = access.load(Buffer::meta, &tables.id_at[--last]);
                survives = (access.load(Buffer::mask, &after[id / 64]) >> (id % 64) & 1) != 0;
            }
            access.store(Buffer::index, &sources[i], last);
        }
        access.store(Buffer::meta, &tables.slot_of[id], slot);
        access.store(Buffer::meta, &tables.id_at[slot], id);
    }
    return holes;
}

/// Plans the row copies of a paired step and brings the tables up to date: copy i takes pool row sources[i] for
/// i < A, else slab row sources[i], to slot slots[i]. No copy reads a slot that another one writes, so they may run in
/// any order. Before: added ids in `sources`, removed ids in `slots`. Returns the number of copies, min_rows.
template <class Access>
std::uint32_t place_rows(const Access& access, SlotTables tables, const std::uint64_t* after, std::uint32_t* sources,
                         std::uint32_t* slots, Diff diff, std::uint32_t rows) noexcept {
    if (diff.added >= diff.removed) return overwrite_and_append(access, tables, sources, slots, diff, rows);
    return fill_and_pop(access, tables, after, sources, slots, diff, rows);
}

/// Writes the ids of `mask` to `list`, ascending; returns how many. With tables: row i of the list is in slot i.
template <class Access>
std::uint32_t list_rows(const Access& access, const std::uint64_t* mask, std::size_t words, std::uint32_t* list,
                        const SlotTables* tables) noexcept {
    std::uint32_t rows = 0;
    for (std::size_t w = 0; w < words; ++w) {
        for_each_bit(access.load(Buffer::mask, &mask[w]), w, [&](std::uint32_t id) {
            access.store(Buffer::index, &list[rows], id);
            if (tables != nullptr) {
                access.store(Buffer::meta, &tables->slot_of[id], rows);
                access.store(Buffer::meta, &tables->id_at[rows], id);
            }
            ++rows;
        });
    }
    return rows;
}

} // namespace bytebound
