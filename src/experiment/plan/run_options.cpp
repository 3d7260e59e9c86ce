#include "experiment/plan/run_options.hpp"

#include <algorithm>

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

std::string loop_name(const RunOptions& options, std::size_t position) {
    const LoopKind kind = options.loops.at(position);
    const LoopEntry* entry = find_loop(kind);
    std::string name = kind == LoopKind::external ? options.external_loop : std::string(entry ? entry->name : "");
    const auto before =
        std::count(options.loops.begin(), options.loops.begin() + static_cast<std::ptrdiff_t>(position), kind);
    return before == 0 ? name : instance_name(name, static_cast<std::size_t>(before) + 1);
}

} // namespace bytebound
