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

Gap gap_of(Between between) {
    switch (between) {
    case Between::none: break;
    case Between::use: return Gap::use;
    case Between::evict: return Gap::evict;
    }
    return Gap::none;
}

const PlugInOption* plug_in_at(const RunOptions& options, std::size_t position) {
    if (options.loops.at(position) != LoopKind::plug_in) return nullptr;
    const auto before = std::count(options.loops.begin(), options.loops.begin() + static_cast<std::ptrdiff_t>(position),
                                   LoopKind::plug_in);
    return &options.plug_ins.at(static_cast<std::size_t>(before));
}

namespace {

std::string plain_name(const RunOptions& options, std::size_t position) {
    if (const PlugInOption* plug_in = plug_in_at(options, position)) return plug_in->name;
    const LoopKind kind = options.loops[position];
    const LoopEntry* entry = find_loop(kind);
    return kind == LoopKind::external ? options.external_loop : std::string(entry ? entry->name : "");
}

} // namespace

std::string loop_name(const RunOptions& options, std::size_t position) {
    const std::string name = plain_name(options, position);
    std::size_t before = 0;
    for (std::size_t earlier = 0; earlier < position; ++earlier)
        if (plain_name(options, earlier) == name) ++before;
    return before == 0 ? name : instance_name(name, before + 1);
}

} // namespace bytebound
