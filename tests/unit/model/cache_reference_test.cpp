#include <catch2/catch.hpp>
#include <random>

#include "model/cache_kernel.hpp"
#include "reference_cache.hpp"

using namespace bytebound;

namespace {

struct Case {
    std::uint32_t ways;
    std::uint64_t sets;
};

// 1 and 2 ways, full vectors, ways that do not fill a vector, more ways than a vector has; numbers of sets that are not
// powers of two.
const Case geometries[] = {{1, 1},  {1, 64}, {1, 37}, {2, 8},  {3, 5},   {4, 16}, {5, 3},   {8, 32}, {7, 12}, {11, 9},
                           {12, 6}, {16, 1}, {16, 7}, {15, 4}, {16, 64}, {17, 3}, {20, 10}, {32, 2}, {33, 3}, {48, 1}};

/// Each of the five buffers owns a range of lines; together somewhat more than the cache can hold.
struct Stream {
    std::mt19937_64 random;
    std::uint64_t lines_per_buffer;

    std::uint64_t below(std::uint64_t bound) { return random() % bound; }
    Buffer buffer() { return static_cast<Buffer>(below(buffer_count)); }
    std::uint64_t line(Buffer buffer) {
        return static_cast<std::uint64_t>(buffer) * lines_per_buffer + below(lines_per_buffer);
    }
};

void compare(const Case& shape, const CacheKernel& kernel) {
    const CacheGeometry geometry{shape.ways * shape.sets * 64, shape.ways, 64};
    CAPTURE(kernel.name, shape.ways, shape.sets);
    CacheSim sim(geometry, kernel);
    ReferenceCache reference(geometry);
    Stream stream{std::mt19937_64(shape.ways * 1000 + shape.sets), shape.ways * shape.sets / 3 + 2};
    std::uint64_t references = 0, differences = 0;
    for (int i = 0; i < 4000; ++i) {
        const Buffer buffer = stream.buffer();
        const std::uint64_t line = stream.line(buffer),
                            most = (static_cast<std::uint64_t>(buffer) + 1) * stream.lines_per_buffer;
        const std::uint64_t action = stream.below(1000);
        if (action < 300) {
            sim.load(buffer, line);
            reference.load(buffer, line);
            references += 1;
        } else if (action < 450) {
            sim.store(buffer, line);
            reference.store(buffer, line);
            references += 1;
        } else if (action < 500) {
            sim.nt_store(buffer, line);
            reference.nt_store(buffer, line);
            references += 1;
        } else if (action < 700) {
            const std::uint64_t lines = stream.below(most - line) + 1;
            const bool dirty = action < 600;
            dirty ? sim.store_range(buffer, line, lines) : sim.load_range(buffer, line, lines);
            for (std::uint64_t j = 0; j < lines; ++j)
                dirty ? reference.store(buffer, line + j) : reference.load(buffer, line + j);
            references += lines;
        } else if (action < 998) {
            const Buffer to_buffer = stream.buffer();
            const std::uint64_t to = stream.line(to_buffer),
                                to_most = (static_cast<std::uint64_t>(to_buffer) + 1) * stream.lines_per_buffer;
            const std::uint64_t lines = stream.below(std::min(most - line, to_most - to)) + 1;
            sim.copy(buffer, line, to_buffer, to, lines);
            for (std::uint64_t j = 0; j < lines; ++j) {
                reference.load(buffer, line + j);
                reference.store(to_buffer, to + j);
            }
            references += 2 * lines;
        } else {
            sim.evict_all();
            reference.evict_all();
        }
        differences += !(sim.counts() == reference.counts());
        if (i % 100 == 0) differences += sim.dirty_lines() != reference.dirty_lines();
    }
    CHECK(differences == 0);
    CHECK(sim.references() == references);
    CHECK(reference.counts().written_back_total() > 0);
}

} // namespace

TEST_CASE("every inner loop counts like the reference cache, reference by reference") {
    for (const CacheKernel& kernel : cache_kernels()) {
        if (!kernel.runs_here()) continue;
        for (const Case& shape : geometries)
            if (set_stride(shape.ways) % kernel.stride_unit == 0) compare(shape, kernel);
    }
}

TEST_CASE("the chosen inner loop runs here and fits the ways") {
    for (const std::uint32_t ways : {1u, 4u, 5u, 8u, 11u, 16u, 20u}) {
        const CacheKernel& kernel = best_cache_kernel(ways);
        CHECK(kernel.runs_here());
        CHECK(set_stride(ways) >= ways);
        CHECK(set_stride(ways) % kernel.stride_unit == 0);
    }
}
