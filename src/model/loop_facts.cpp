#include "model/loop_facts.hpp"

namespace bytebound {

std::optional<StoredRows> stored_rows(std::string_view loop) {
    const LoopEntry* entry = find_loop(loop_of_instance(loop));
    return entry == nullptr ? std::nullopt : std::optional(entry->stores);
}

bool same_loop(std::string_view a, std::string_view b) { return loop_of_instance(a) == loop_of_instance(b); }

bool chose_copies(std::string_view loop) {
    const LoopEntry* entry = find_loop(loop_of_instance(loop));
    return entry != nullptr && entry->tries_copies;
}

} // namespace bytebound
