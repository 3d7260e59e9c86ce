#include "experiment/plan/run_options.hpp"

namespace bytebound {

std::span<const NamedValue<Between>> between_words() {
    static constexpr NamedValue<Between> words[] = {
        {Between::none, "none"}, {Between::use, "use"}, {Between::evict, "evict"}};
    return words;
}

std::span<const NamedValue<Qualify>> qualify_words() {
    static constexpr NamedValue<Qualify> words[] = {
        {Qualify::always, "always"}, {Qualify::cached, "cached"}, {Qualify::off, "off"}};
    return words;
}

std::string_view name_of(Between between) { return name_in(between_words(), between); }
std::string_view name_of(Qualify qualify) { return name_in(qualify_words(), qualify); }

std::string_view loop_name(const RunOptions& options, LoopKind kind) {
    if (kind == LoopKind::external) return options.external_loop;
    const LoopEntry* entry = find_loop(kind);
    return entry == nullptr ? std::string_view() : entry->name;
}

} // namespace bytebound
