// Line references per second of the cache simulators: rows copied from a pool to a slab, as in the index loop. The LLC
// alone by inner loop, geometry and row size; the hierarchy by policy. items_per_second is the number of lines loaded
// or stored.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "model/cache.hpp"
#include "model/cache_kernel.hpp"
#include "model/hierarchy.hpp"

using namespace bytebound;

namespace {

struct Shape {
    std::string name;
    CacheGeometry geometry;
    std::uint64_t pool_lines; ///< 64-byte lines
    std::uint64_t row_lines;
};

template <class Sim>
void copy_rows(benchmark::State& state, const Shape& shape, Sim& sim) {
    const std::uint64_t rows = shape.pool_lines / shape.row_lines, slab_rows = 1024;
    std::uint64_t step = 1;
    const auto copy_step = [&] {
        for (std::uint64_t slot = 0; slot < slab_rows; ++slot) {
            step = step * 6364136223846793005u + 1442695040888963407u;
            const std::uint64_t row = (step >> 33) % rows;
            sim.copy(Buffer::pool, row * shape.row_lines, Buffer::slab, shape.pool_lines + slot * shape.row_lines,
                     shape.row_lines);
        }
    };
    for (int warm_up = 0; warm_up < 20; ++warm_up)
        copy_step();
    const std::uint64_t before = sim.references(), fetched = sim.counts().fetched_total();
    for (auto _ : state)
        copy_step();
    const auto references = static_cast<double>(sim.references() - before);
    state.SetItemsProcessed(static_cast<std::int64_t>(references));
    state.counters["miss_share"] = static_cast<double>(sim.counts().fetched_total() - fetched) / references;
}

const std::vector<Shape> shapes = {
    {"32MiB_16w/pool_64MiB/row_4KiB", {32 << 20, 16, 64}, 1 << 20, 64},
    {"32MiB_16w/pool_1GiB/row_4KiB", {32 << 20, 16, 64}, 1 << 24, 64},
    {"32MiB_16w/pool_16MiB/row_4KiB", {32 << 20, 16, 64}, 1 << 18, 64},
    {"32MiB_16w/pool_64MiB/row_256B", {32 << 20, 16, 64}, 1 << 20, 4},
    {"1MiB_16w/pool_64MiB/row_4KiB", {1 << 20, 16, 64}, 1 << 20, 64},
    {"30MiB_20w/pool_64MiB/row_4KiB", {30 << 20, 20, 64}, 1 << 20, 64},
    {"22MiB_11w/pool_64MiB/row_4KiB", {22 << 20, 11, 64}, 1 << 20, 64},
    {"2MiB_8w/pool_64MiB/row_4KiB", {2 << 20, 8, 64}, 1 << 20, 64},
};

struct HierarchyShape {
    std::string name;
    HierarchySpec spec;
};

HierarchySpec server(LlcPolicy policy, Prefetch prefetch = Prefetch::none) {
    return {CacheGeometry{32 << 10, 8, 64}, CacheGeometry{1 << 20, 16, 64}, {32 << 20, 16, 64}, policy, prefetch, 1};
}

const std::vector<HierarchyShape> hierarchies = {
    {"llc_alone", {{}, {}, {32 << 20, 16, 64}, LlcPolicy::non_inclusive, Prefetch::none, 1}},
    {"non-inclusive", server(LlcPolicy::non_inclusive)},
    {"inclusive", server(LlcPolicy::inclusive)},
    {"exclusive", server(LlcPolicy::exclusive)},
    {"victim", server(LlcPolicy::victim)},
    {"non-inclusive+next-line", server(LlcPolicy::non_inclusive, Prefetch::next_line)},
};

} // namespace

int main(int argc, char** argv) {
    for (const Shape& shape : shapes)
        for (const CacheKernel& kernel : cache_kernels())
            if (kernel.runs_here() && set_stride(shape.geometry.ways) % kernel.stride_unit == 0)
                benchmark::RegisterBenchmark((shape.name + "/" + std::string(kernel.name)).c_str(),
                                             [&shape, &kernel](benchmark::State& state) {
                                                 CacheSim sim(shape.geometry, kernel);
                                                 copy_rows(state, shape, sim);
                                             });
    const Shape& rows = shapes.front();
    for (const HierarchyShape& hierarchy : hierarchies)
        benchmark::RegisterBenchmark(("32KiB_8w+1MiB_16w+" + rows.name + "/" + hierarchy.name).c_str(),
                                     [&rows, &hierarchy](benchmark::State& state) {
                                         HierarchySim sim(hierarchy.spec, rows.pool_lines + rows.pool_lines / 2);
                                         copy_rows(state, rows, sim);
                                     });
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
