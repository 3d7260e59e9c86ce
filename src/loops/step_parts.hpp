#pragma once
// The building blocks of update steps, each a template on the access policy (access.hpp).

#include <bit>
#include <cstdint>

#include "loops/workspace.hpp"

namespace bytebound {

/// Number of rows that a step adds and removes.
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

/// Writes the ids that are only in `after` to `added` and those only in `before` to `removed`, both ascending.
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

/// Places the added rows of a step with A >= R: the first R in the slots of the removed rows, the others after the last
/// slot. Converts `slots` from removed ids to destinations. Returns the number of rows to copy, A.
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

/// Places rows of a step with R > A: the block shrinks by R - A slots. There are A + t holes below the new end, t being
/// the number of survivors above it. Added rows fill the first A holes and survivors from the tail the others; a
/// removed row in the tail is popped without a copy. `sources` receives the survivors' slots after the added ids,
/// `slots` the destinations. Returns the number of rows to copy, A + t.
template <class Access>
std::uint32_t fill_and_pop(const Access& access, SlotTables tables, const std::uint64_t* after, std::uint32_t* sources,
                           std::uint32_t* slots, Diff diff, std::uint32_t rows) noexcept {
    const std::uint32_t rows_after = rows - (diff.removed - diff.added);
    std::uint32_t holes = 0;
    for (std::uint32_t i = 0; i < diff.removed; ++i) {
        const std::uint32_t removed = access.load(Buffer::index, &slots[i]);
        const std::uint32_t slot = access.load(Buffer::meta, &tables.slot_of[removed]);
        if (slot < rows_after) access.store(Buffer::index, &slots[holes++], slot); // safe in place: holes <= i
    }
    std::uint32_t last = rows;
    for (std::uint32_t i = 0; i < holes; ++i) {
        const std::uint32_t slot = access.load(Buffer::index, &slots[i]);
        std::uint32_t id = 0;
        if (i < diff.added) {
            id = access.load(Buffer::index, &sources[i]);
        } else {
            bool survives = false;
            while (!survives) { // the tail has as many survivors as holes are left
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

/// Plans the row copies of a paired step and updates the tables. Copy i writes slot slots[i] from pool row sources[i]
/// if i < A, else from slab row sources[i]. No copy reads a slot that another one writes, so any order is correct. On
/// entry `sources` contains added ids and `slots` removed ids. Returns the number of copies, min_rows.
template <class Access>
std::uint32_t place_rows(const Access& access, SlotTables tables, const std::uint64_t* after, std::uint32_t* sources,
                         std::uint32_t* slots, Diff diff, std::uint32_t rows) noexcept {
    if (diff.added >= diff.removed) return overwrite_and_append(access, tables, sources, slots, diff, rows);
    return fill_and_pop(access, tables, after, sources, slots, diff, rows);
}

/// Writes the ids of `mask` to `list`, ascending, and returns their number. With tables: row i of the list is in slot
/// i.
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
