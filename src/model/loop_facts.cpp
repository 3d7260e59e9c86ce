#include "model/loop_facts.hpp"

namespace bytebound {

std::optional<StoredRows> stored_rows(std::string_view loop) {
    const LoopEntry* entry = find_loop(loop);
    return entry == nullptr ? std::nullopt : std::optional(entry->stores);
}

bool chose_copies(std::string_view loop) {
    const LoopEntry* entry = find_loop(loop);
    return entry != nullptr && entry->tries_copies;
}

} // namespace bytebound
