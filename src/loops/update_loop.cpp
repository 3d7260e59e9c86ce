#include "loops/update_loop.hpp"

#include <algorithm>
#include <array>

#include "loops/loop_factory.hpp"
#include "loops/traffic_describer.hpp"

namespace bytebound {

std::span<const LoopEntry> loops() {
    static constexpr std::array<LoopEntry, 6> loop_table{{
        {.name = "paired",
         .kind = LoopKind::paired,
         .purpose = "overwrites the slots of removed rows with added rows; appends, or fills holes",
         .stores = StoredRows::minimal,
         .describe = describe_paired},
        {.name = "index",
         .kind = LoopKind::index,
         .purpose = "builds an ascending index list, then gathers all m rows (index_select)",
         .stores = StoredRows::all,
         .describe = describe_index},
        {.name = "mask",
         .kind = LoopKind::mask,
         .purpose = "scans the mask and gathers all m rows (boolean gather)",
         .stores = StoredRows::all,
         .describe = describe_mask},
        {.name = "hybrid",
         .kind = LoopKind::hybrid,
         .purpose = "index if k > tau m, else paired",
         .stores = StoredRows::depends,
         .describe = describe_hybrid},
        {.name = "oracle",
         .kind = LoopKind::oracle,
         .purpose = "copies paired's rows from a precomputed list: the practical speed of light",
         .stores = StoredRows::minimal,
         .describe = describe_oracle,
         .tries_copies = true},
        {.name = "torch",
         .kind = LoopKind::torch,
         .purpose = "libtorch index_select into a preallocated tensor",
         .stores = StoredRows::all,
         .describe = nullptr,
         .built_in = false,
         .by_default = false},
    }};
    return loop_table;
}

namespace {

template <class Holds>
const LoopEntry* first_loop(Holds holds) {
    const auto entry = std::find_if(loops().begin(), loops().end(), holds);
    return entry == loops().end() ? nullptr : &*entry;
}

} // namespace

const LoopEntry* find_loop(std::string_view name) {
    return first_loop([&](const LoopEntry& entry) { return entry.name == name; });
}

const LoopEntry* find_loop(LoopKind kind) {
    return first_loop([&](const LoopEntry& entry) { return entry.kind == kind; });
}

std::string instance_name(std::string_view loop, std::size_t number) {
    return std::string(loop) + "#" + std::to_string(number);
}

std::string_view loop_of_instance(std::string_view name) { return name.substr(0, name.find('#')); }

bool tries_copies(LoopKind kind) {
    const LoopEntry* entry = find_loop(kind);
    return entry != nullptr && entry->tries_copies;
}

std::vector<LoopKind> default_loops() {
    std::vector<LoopKind> kinds;
    for (const LoopEntry& entry : loops())
        if (entry.by_default) kinds.push_back(entry.kind);
    return kinds;
}

std::unique_ptr<UpdateLoop> make_loop(LoopKind kind, Workspace& workspace, WorkerTeam& team,
                                      const LoopOptions& options) {
    return make_with(kind, LoopSetup<Unwatched>{workspace, Unwatched(options.copy), &team, options});
}

} // namespace bytebound
