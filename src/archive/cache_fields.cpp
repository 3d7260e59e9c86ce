#include "archive/record_fields.hpp"

// Records of the simulation, the emulation and the computed traffic of caches.

namespace bytebound {

using namespace fields;

namespace {

/// The limits of check(CacheGeometry); a cache of an emulator has the same.
template <class Number>
using CacheBytes = Within<1, std::int64_t{16} << 30>::Of<Number>;
template <class Number>
using Ways = Within<1, 65536>::Of<Number>;
template <class Number>
using LineBytes = Within<8, 4096>::Of<Number>;

/// Figures are divided by the sets and the line.
template <class Cache>
void check_sets(const Cache& cache) {
    if (!is_line_length(cache.line_bytes)) refuse("line_bytes", "it is not a power of two from 8 to 4096");
    if (cache.size_bytes % (std::uint64_t{cache.ways} * cache.line_bytes) != 0)
        refuse("size_bytes", "it is not divisible by ways x line_bytes");
}

} // namespace

const Table<CacheGeometry>& fields_of(const CacheGeometry*) {
    using R = CacheGeometry;
    static constexpr Field<R> list[] = {
        field<&R::size_bytes, CacheBytes>("size_bytes"),
        field<&R::ways, Ways>("ways"),
        field<&R::line_bytes, LineBytes>("line_bytes"),
    };
    static constexpr Table<R> table{list, [](R& r) { check_sets(r); }};
    return table;
}

const Table<CacheChoice>& fields_of(const CacheChoice*) {
    using R = CacheChoice;
    static constexpr Field<R> list[] = {
        inner_field<R, path<&R::geometry, &CacheGeometry::size_bytes>, CacheBytes>("size_bytes"),
        inner_field<R, path<&R::geometry, &CacheGeometry::ways>, Ways>("ways"),
        inner_field<R, path<&R::geometry, &CacheGeometry::line_bytes>, LineBytes>("line_bytes"),
        field<&R::origin>("origin"),
        field<&R::is_host>("is_host"),
        field<&R::line_origin>("line_origin").absent_in_older(),
    };
    static constexpr Table<R> table{list, [](R& r) { check_sets(r.geometry); }};
    return table;
}

const Table<EmulatedCache>& fields_of(const EmulatedCache*) {
    using R = EmulatedCache;
    static constexpr Field<R> list[] = {
        field<&R::size_bytes, CacheBytes>("size_bytes"),
        field<&R::ways, Ways>("ways"),
        field<&R::line_bytes, LineBytes>("line_bytes"),
    };
    static constexpr Table<R> table{list, [](R& r) { check_sets(r); }};
    return table;
}

const Table<LevelLines>& fields_of(const LevelLines*) {
    using R = LevelLines;
    static constexpr Field<R> list[] = {
        field<&R::hits>("hits"),       field<&R::misses>("misses"),        field<&R::up>("up_lines"),
        field<&R::down>("down_lines"), field<&R::victims>("victim_lines"),
    };
    static constexpr Table<R> table{list};
    return table;
}

namespace {

template <std::size_t level>
struct NthLevel {
    constexpr auto& operator()(auto& r) const { return r.lines.levels[level]; }
};

} // namespace

const Table<LevelRecord>& fields_of(const LevelRecord*) {
    using R = LevelRecord;
    static_assert(cache_level_count == 3);
    static constexpr Field<R> list[] = {
        field<&R::steps, Positive>("steps"),
        inner_field<R, path<&R::lines, &HierarchyLines::prefetched>>("prefetched_lines"),
        inner_field<R, path<&R::lines, &HierarchyLines::handed_over>>("handed_over_lines"),
        inner_field<R, path<&R::lines, &HierarchyLines::invalidated>>("invalidated_lines"),
        inner_field<R, path<&R::lines, &HierarchyLines::back_invalidated>>("back_invalidated_lines"),
        inner_field<R, NthLevel<0>{}>("l1"),
        inner_field<R, NthLevel<1>{}>("l2"),
        inner_field<R, NthLevel<2>{}>("llc"),
    };
    static constexpr Table<R> table{list};
    return table;
}

namespace {

struct PrivateLevel {
    CacheGeometry geometry;
    std::string source;
};

const Table<PrivateLevel>& fields_of(const PrivateLevel*) {
    using R = PrivateLevel;
    static constexpr Field<R> list[] = {
        inner_field<R, path<&R::geometry, &CacheGeometry::size_bytes>, CacheBytes>("size_bytes"),
        inner_field<R, path<&R::geometry, &CacheGeometry::ways>, Ways>("ways"),
        inner_field<R, path<&R::geometry, &CacheGeometry::line_bytes>, LineBytes>("line_bytes"),
        field<&R::source>("source"),
    };
    static constexpr Table<R> table{list, [](R& r) { check_sets(r.geometry); }};
    return table;
}

using PrivateOrNone = std::optional<PrivateLevel>;

template <std::optional<CacheGeometry> HierarchySpec::*geometry, std::string HierarchyRecord::*source>
constexpr Field<HierarchyRecord> private_level(std::string_view name) {
    using R = HierarchyRecord;
    return converted<R,
                     [](const R& r) {
                         const auto& level = r.spec.*geometry;
                         return level ? PrivateOrNone({*level, r.*source}) : PrivateOrNone();
                     },
                     [](PrivateOrNone level, R& r) {
                         if (!level) return;
                         r.spec.*geometry = level->geometry;
                         r.*source = level->source;
                     }>(name);
}

} // namespace

const Table<HierarchyRecord>& fields_of(const HierarchyRecord*) {
    using R = HierarchyRecord;
    static constexpr Field<R> list[] = {
        inner_field<R, path<&R::spec, &HierarchySpec::policy>>("policy"),
        inner_field<R, path<&R::spec, &HierarchySpec::prefetch>>("prefetch"),
        inner_field<R, path<&R::spec, &HierarchySpec::workers>, Within<1, 4096>::Of>("workers"),
        private_level<&HierarchySpec::l1, &R::l1_source>("l1"),
        private_level<&HierarchySpec::l2, &R::l2_source>("l2"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<SimulationRecord>& fields_of(const SimulationRecord*) {
    using R = SimulationRecord;
    static constexpr Field<R> list[] = {
        field<&R::geometry>("geometry"),
        field<&R::origin>("geometry_source"),
        field<&R::line_origin>("line_source").absent_in_older(),
        field<&R::seconds, NotNegative>("seconds"),
        field<&R::line_references>("line_references"),
        field<&R::hierarchy>("hierarchy").absent_in_older(),
    };
    static constexpr Table<R> table{list, [](R& r) {
                                        if (r.hierarchy) r.hierarchy->spec.llc = r.geometry;
                                    }};
    return table;
}

const Table<EmulationRecord>& fields_of(const EmulationRecord*) {
    using R = EmulationRecord;
    static constexpr Field<R> list[] = {
        field<&R::collector>("collector"),
        field<&R::version>("version"),
        inner_field<R, path<&R::caches, &EmulatedCaches::first_level>>("first_level"),
        inner_field<R, path<&R::caches, &EmulatedCaches::last_level>>("last_level"),
        field<&R::processes>("processes"),
        field<&R::seconds, NotNegative>("seconds"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<TrafficParts>& fields_of(const TrafficParts*) {
    using R = TrafficParts;
    static constexpr Field<R> list[] = {
        field<&R::cold_reads>("cold_reads"), field<&R::write_allocate>("write_allocate"),
        field<&R::write_back>("write_back"), field<&R::refetch>("refetch"),
        field<&R::metadata>("metadata"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<BufferBytes>& fields_of(const BufferBytes*) {
    using R = BufferBytes;
    static constexpr Field<R> list[] = {field<&R::read>("read"), field<&R::written>("write")};
    static constexpr Table<R> table{list};
    return table;
}

namespace {

struct ByBuffer {
    std::array<BufferBytes, buffer_count> buffers{};
};

template <std::size_t buffer>
struct NthBuffer {
    constexpr auto& operator()(auto& r) const { return r.buffers[buffer]; }
};

template <std::size_t... i>
const Table<ByBuffer>& table_by_buffer(std::index_sequence<i...>) {
    static const Field<ByBuffer> list[] = {inner_field<ByBuffer, NthBuffer<i>{}>(name_of(static_cast<Buffer>(i)))...};
    static const Table<ByBuffer> table{list};
    return table;
}

const Table<ByBuffer>& fields_of(const ByBuffer*) { return table_by_buffer(std::make_index_sequence<buffer_count>()); }

} // namespace

const Table<ClosedForm>& fields_of(const ClosedForm*) {
    using R = ClosedForm;
    static constexpr Field<R> list[] = {
        field<&R::requested_load_bytes, NotNegative>("requested_load_bytes"),
        field<&R::requested_store_bytes, NotNegative>("requested_store_bytes"),
        field<&R::metadata_load_bytes, NotNegative>("metadata_load_bytes"),
        field<&R::metadata_store_bytes, NotNegative>("metadata_store_bytes"),
        field<&R::read_bytes>("dram_read_bytes"),
        field<&R::write_bytes>("dram_write_bytes"),
        field<&R::missed_row_share>("missed_row_share"),
        field<&R::parts>("parts"),
        converted<R, [](const R& r) { return ByBuffer{r.by_buffer}; },
                  [](const ByBuffer& by, R& r) { r.by_buffer = by.buffers; }>("by_buffer"),
    };
    static constexpr Table<R> table{list};
    return table;
}

namespace {

/// The crossover with its interval, which the record stores separately.
struct CrossoverInterval {
    Crossover at;
    std::optional<std::uint32_t> low, high;
};

const Table<CrossoverInterval>& fields_of(const CrossoverInterval*) {
    using R = CrossoverInterval;
    static constexpr Field<R> list[] = {
        inner_field<R, path<&R::at, &Crossover::k>>("k"),
        field<&R::low>("ci_low"),
        field<&R::high>("ci_high"),
        inner_field<R, path<&R::at, &Crossover::k_most>>("k_most"),
        inner_field<R, path<&R::at, &Crossover::tau>, NotNegative>("tau"),
        inner_field<R, path<&R::at, &Crossover::paired_ns>, NotNegative>("paired_ns"),
        inner_field<R, path<&R::at, &Crossover::index_ns>, NotNegative>("index_ns"),
    };
    static constexpr Table<R> table{list};
    return table;
}

using CrossoverOrNone = std::optional<CrossoverInterval>;

CrossoverOrNone crossover_of(const ExpectedRecord& record) {
    if (!record.crossover) return {};
    return CrossoverInterval{*record.crossover, record.k_low, record.k_high};
}

void take_crossover(const CrossoverOrNone& crossover, ExpectedRecord& record) {
    if (!crossover) return;
    record.crossover = crossover->at;
    record.k_low = crossover->low;
    record.k_high = crossover->high;
}

} // namespace

const Table<ExpectedRecord>& fields_of(const ExpectedRecord*) {
    using R = ExpectedRecord;
    static constexpr Field<R> list[] = {
        inner_field<R, path<&R::cache, &CacheBelow::capacity_bytes>>("capacity_bytes"),
        inner_field<R, path<&R::cache, &CacheBelow::ways>, Within<0, 65536>::Of>("ways"),
        inner_field<R, path<&R::cache, &CacheBelow::line_bytes>, LineBytes>("line_bytes"),
        inner_field<R, path<&R::cache, &CacheBelow::write_allocate_factor>, NotNegative>("write_allocate_factor"),
        field<&R::write_allocate_source>("write_allocate_source"),
        converted<R, crossover_of, take_crossover>("crossover"),
        field<&R::crossover_reason, TextOrNull>("crossover_reason"),
    };
    static constexpr Table<R> table{list};
    return table;
}

} // namespace bytebound
