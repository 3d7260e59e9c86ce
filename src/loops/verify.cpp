#include <algorithm>
#include <cstring>
#include <string>

#include "loops/update_loop.hpp"

namespace bytebound {

namespace {

Failure differs(const std::string& object, const std::string& cause) {
    return fail({ExitCode::internal, "verify", object, cause,
                 "the figures are not those of a correct update; please report this as a bug in bytebound", 0});
}

std::string slot_text(std::size_t slot) { return "slab slot " + std::to_string(slot); }

bool is_set(std::span<const std::uint64_t> mask, std::uint32_t id) { return (mask[id / 64] >> (id % 64) & 1) != 0; }

/// The ids are exactly the mask's, without repetition.
Result<void> verify_ids(std::span<const std::uint32_t> ids, std::uint32_t pool_rows,
                        std::span<const std::uint64_t> mask) {
    std::vector<std::uint64_t> seen(mask.size(), 0);
    for (std::size_t slot = 0; slot < ids.size(); ++slot) {
        const std::uint32_t id = ids[slot];
        const std::string id_text = "id " + std::to_string(id);
        if (id >= pool_rows) return differs(slot_text(slot), id_text + " is not in the pool");
        if (!is_set(mask, id)) return differs(slot_text(slot), id_text + " is not active");
        if (is_set(seen, id)) return differs(slot_text(slot), id_text + " is in an earlier slot, too");
        seen[id / 64] |= std::uint64_t{1} << (id % 64);
    }
    for (std::uint32_t id = 0; id < pool_rows; ++id) {
        if (is_set(mask, id) && !is_set(seen, id)) {
            return differs("slab", "active id " + std::to_string(id) + " is in no slot");
        }
    }
    return {};
}

std::string hex(std::byte value) {
    constexpr char digits[] = "0123456789abcdef";
    const auto number = std::to_integer<unsigned>(value);
    return std::string("0x") + digits[number / 16] + digits[number % 16];
}

} // namespace

void pack_slab(const Workspace& workspace) {
    const WorkspaceSpec& spec = workspace.spec();
    const std::span<const std::uint64_t> mask(workspace.mask(0), mask_words(spec.pool_rows));
    std::uint32_t slot = 0;
    for (std::uint32_t id = 0; id < spec.pool_rows; ++id) {
        if (!is_set(mask, id)) continue;
        for (std::uint32_t g = 0; g < spec.layout.groups.size(); ++g)
            std::memcpy(workspace.slab_row(g, slot), workspace.pool_row(g, id), spec.layout.groups[g].row_bytes);
        ++slot;
    }
}

Result<void> verify_slab(const UpdateLoop& loop, const Workspace& workspace, std::span<const std::uint64_t> mask) {
    return verify_slab(loop.ids(), workspace, mask);
}

Result<void> verify_slab(std::span<const std::uint32_t> ids, const Workspace& workspace,
                         std::span<const std::uint64_t> mask) {
    TRY(verify_ids(ids, workspace.spec().pool_rows, mask));
    const auto& groups = workspace.spec().layout.groups;
    for (std::uint32_t slot = 0; slot < ids.size(); ++slot) {
        for (std::uint32_t g = 0; g < groups.size(); ++g) {
            const std::byte* pool = workspace.pool_row(g, ids[slot]);
            const std::byte* slab = workspace.slab_row(g, slot);
            const auto bytes = groups[g].row_bytes;
            if (std::memcmp(pool, slab, bytes) == 0) continue;
            const auto offset = static_cast<std::size_t>(std::mismatch(pool, pool + bytes, slab).first - pool);
            return differs(slot_text(slot), "id " + std::to_string(ids[slot]) + ", group " + groups[g].name +
                                                ", byte " + std::to_string(offset) + ": slab holds " +
                                                hex(slab[offset]) + ", pool " + hex(pool[offset]));
        }
    }
    return {};
}

} // namespace bytebound
