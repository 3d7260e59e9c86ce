#include "archive/record_fields.hpp"
#include "base/text.hpp"

namespace bytebound {

using namespace fields;

std::string_view name_of(MemoryPolicy policy) {
    switch (policy) {
    case MemoryPolicy::local: return "local";
    case MemoryPolicy::interleave: return "interleave";
    case MemoryPolicy::node: return "node";
    }
    return "";
}

const Table<EnvironmentFact>& fields_of(const EnvironmentFact*) {
    using R = EnvironmentFact;
    static constexpr Field<R> list[] = {
        field<&R::group>("group"),
        field<&R::name>("name"),
        field<&R::value, TextOrNull>("value"),
        field<&R::reason, TextOrNull>("reason"),
        field<&R::after>("after").absent_in_older(),
    };
    static constexpr Table<R> table{list};
    return table;
}

namespace {

/// CPUs and nodes have small numbers; the kernel's limits are 8192 and 1024.
template <class Number>
using SmallNumber = Within<0, (1 << 20) - 1>::Of<Number>;
template <class List>
using SmallNumbers = ListOf<typename List::value_type, SmallNumber>;
template <class List>
using ListsOfSmallNumbers = ListOf<typename List::value_type, SmallNumbers>;

void check_pages(const PageProof& proof) {
    if (proof.in_place > proof.pages) refuse("in_place", "it is above pages");
}

using PagesByName = std::map<std::string, std::uint64_t>;

PagesByName pages_by_name(const PageProof& proof) {
    PagesByName pages;
    for (const auto& [node, count] : proof.on_node)
        pages[std::to_string(node)] = count;
    return pages;
}

void take_pages(const PagesByName& pages, PageProof& proof) {
    for (const auto& [name, count] : pages) {
        const auto node = parse_unsigned(name);
        if (!node || !std::in_range<int>(*node)) refuse(name, "it is not a node's number");
        proof.on_node[static_cast<int>(*node)] = count;
    }
}

} // namespace

const Table<PageProof>& fields_of(const PageProof*) {
    using R = PageProof;
    static constexpr Field<R> list[] = {
        field<&R::buffer>("buffer"),
        field<&R::pages>("pages"),
        converted<R, pages_by_name, take_pages>("on_node"),
        field<&R::not_present>("not_present"),
        field<&R::in_place>("in_place"),
        computed<R, [](const R& r) { return r.percent_in_place(); }>("percent_in_place"),
    };
    static constexpr Table<R> table{list, [](R& r) { check_pages(r); }};
    return table;
}

const Table<PlacementRecord>& fields_of(const PlacementRecord*) {
    using R = PlacementRecord;
    static constexpr Field<R> list[] = {
        inner_field<R, path<&R::requested, &Placement::cpus_request>>("cpus_request"),
        inner_field<R, path<&R::requested, &Placement::memory_request>>("memory_request"),
        inner_field<R, path<&R::requested, &Placement::cpus>, SmallNumbers>("cpus"),
        inner_field<R, path<&R::requested, &Placement::policy>>("policy"),
        inner_field<R, path<&R::requested, &Placement::nodes>, SmallNumbers>("nodes"),
        field<&R::bound_cpus>("bound_cpus"),
        field<&R::bind_cpus_reason, TextOrNull>("bind_cpus_reason"),
        field<&R::bound_memory>("bound_memory"),
        field<&R::bind_memory_reason, TextOrNull>("bind_memory_reason"),
        field<&R::affinity_read_back, ListsOfSmallNumbers>("affinity_read_back"),
        field<&R::pages_before>("pages_before"),
        field<&R::pages_after>("pages_after"),
        field<&R::pages_reason, TextOrNull>("pages_reason"),
        field<&R::arena_bytes>("arena_bytes"),
        field<&R::huge_page_bytes>("huge_page_bytes"),
        field<&R::steps>("steps"),
        field<&R::steps_migrated>("steps_migrated"),
    };
    static constexpr Table<R> table{list, [](R& r) {
                                        if (r.steps_migrated > r.steps) refuse("steps_migrated", "it is above steps");
                                    }};
    return table;
}

const Table<Placement>& fields_of(const Placement*) {
    using R = Placement;
    static constexpr Field<R> list[] = {
        field<&R::cpus_request>("cpus_request"), field<&R::memory_request>("memory_request"),
        field<&R::cpus, SmallNumbers>("cpus"),   field<&R::policy>("policy"),
        field<&R::nodes, SmallNumbers>("nodes"),
    };
    static constexpr Table<R> table{list};
    return table;
}

namespace {

/// Null if unknown, for which older versions wrote 0.
template <class Number>
struct NumberOrNull : Codec<Number> {
    static void read(const nlohmann::json& j, Number& value) {
        Codec<Number>::read(j, value);
        if (value == 0u) value.reset();
    }
};

} // namespace

const Table<CacheInfo>& fields_of(const CacheInfo*) {
    using R = CacheInfo;
    static constexpr Field<R> list[] = {
        field<&R::level, Within<0, 16>::Of>("level"),
        field<&R::type>("type"),
        field<&R::size_bytes, NumberOrNull>("size_bytes"),
        field<&R::ways, NumberOrNull>("ways"),
        field<&R::line_bytes, NumberOrNull>("line_bytes"),
        field<&R::cpus, SmallNumbers>("cpus"),
        field<&R::origin>("origin"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<HostFacts>& fields_of(const HostFacts*) {
    using R = HostFacts;
    static constexpr Field<R> list[] = {
        field<&R::host>("host"),
        field<&R::cpu_model>("cpu_model"),
        field<&R::kernel>("kernel"),
        field<&R::thp>("thp"),
    };
    static constexpr Table<R> table{list};
    return table;
}

} // namespace bytebound
