#include <catch2/catch.hpp>
#include <random>

#include "model/cache.hpp"
#include "reference_hierarchy.hpp"

using namespace bytebound;

namespace {

// 1 KiB lines: a page has 4 of them, so that prefetching often reaches page ends.
constexpr std::uint32_t line_bytes = 1024, lines_per_page = 4;

CacheGeometry geometry_of(std::uint32_t ways, std::uint64_t sets) {
    return {ways * sets * line_bytes, ways, line_bytes};
}

struct Shape {
    CacheGeometry l1, l2, llc;
};

// Powers of two and not, one set, one way, more ways than a vector; an L2 smaller than the L1, an LLC smaller than the
// private levels.
const Shape shapes[] = {{geometry_of(2, 2), geometry_of(4, 4), geometry_of(4, 8)},
                        {geometry_of(1, 3), geometry_of(3, 5), geometry_of(5, 7)},
                        {geometry_of(8, 1), geometry_of(8, 3), geometry_of(16, 3)},
                        {geometry_of(4, 2), geometry_of(1, 2), geometry_of(11, 3)},
                        {geometry_of(2, 4), geometry_of(8, 2), geometry_of(2, 3)},
                        {geometry_of(1, 1), geometry_of(2, 1), geometry_of(20, 2)},
                        {geometry_of(3, 1), geometry_of(17, 1), geometry_of(8, 6)},
                        {geometry_of(2, 3), geometry_of(16, 1), geometry_of(1, 37)}};

/// Runs of references, so that prefetched lines are used; each of the five buffers owns whole pages.
class LayoutStream {
public:
    LayoutStream(std::uint64_t seed, std::uint64_t footprint, unsigned workers)
        : random_(seed), pages_(footprint / lines_per_page / buffer_count + 1), workers_(workers) {}

    struct Reference {
        unsigned worker;
        Buffer buffer;
        std::uint64_t line;
        unsigned action; ///< below 55 load, below 94 store, below 99 non-temporal store, else everything is evicted
    };
    Reference next() {
        if (below(4) == 0) {
            now_.worker = static_cast<unsigned>(below(workers_));
            now_.buffer = static_cast<Buffer>(below(buffer_count));
            now_.line = (static_cast<std::uint64_t>(now_.buffer) * pages_ + below(pages_)) * lines_per_page +
                        below(lines_per_page);
        } else if ((now_.line + 1) % (pages_ * lines_per_page) != 0) {
            ++now_.line;
        }
        now_.action = static_cast<unsigned>(below(100));
        if (now_.action == 99) now_.action = below(10) == 0 ? 99 : 0;
        return now_;
    }
    std::uint64_t lines() const { return buffer_count * pages_ * lines_per_page; }

private:
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    std::mt19937_64 random_;
    std::uint64_t pages_;
    unsigned workers_;
    Reference now_{0, Buffer::pool, 0, 0};
};

template <class Sim>
void apply(Sim& sim, const LayoutStream::Reference& now) {
    if (now.action < 55)
        sim.load(now.buffer, now.line);
    else if (now.action < 94)
        sim.store(now.buffer, now.line);
    else if (now.action < 99)
        sim.nt_store(now.buffer, now.line);
    else
        sim.evict_all();
}

struct Seen {
    HierarchyLines lines;
    LineCounts counts;
};

Seen compare(const HierarchySpec& spec, std::uint64_t seed) {
    CAPTURE(name_of(spec.policy), name_of(spec.prefetch), spec.workers, seed, spec.l1.has_value(), spec.l2.has_value(),
            spec.llc.ways, spec.llc.sets());
    const std::uint64_t capacity = spec.llc.size_bytes / line_bytes + (spec.l2 ? spec.l2->size_bytes / line_bytes : 0);
    LayoutStream stream(seed, capacity + capacity / 2, spec.workers);
    HierarchySim sim(spec, stream.lines());
    ReferenceHierarchy reference(spec);
    std::uint64_t first_difference = 0;
    for (std::uint64_t i = 1; i <= 1500 && first_difference == 0; ++i) {
        const LayoutStream::Reference now = stream.next();
        sim.worker(now.worker);
        reference.worker(now.worker);
        apply(sim, now);
        apply(reference, now);
        bool same = sim.counts() == reference.counts() && sim.lines() == reference.lines();
        if (i % 25 == 0) same = same && sim.dirty_lines() == reference.dirty_lines();
        if (!same) first_difference = i;
    }
    CHECK(first_difference == 0);
    return {sim.lines(), sim.counts()};
}

bool takes_victims(LlcPolicy policy) { return policy == LlcPolicy::exclusive || policy == LlcPolicy::victim; }

} // namespace

TEST_CASE("the hierarchy counts like the reference, access by access, in every configuration", "[slow]") {
    std::uint64_t seed = 1, configurations = 0;
    HierarchyLines all; // shows that every event occurred
    for (const Shape& shape : shapes)
        for (const LlcPolicy policy :
             {LlcPolicy::non_inclusive, LlcPolicy::inclusive, LlcPolicy::exclusive, LlcPolicy::victim})
            for (const Prefetch prefetch : {Prefetch::none, Prefetch::next_line})
                for (const unsigned workers : {1u, 2u, 4u})
                    for (const unsigned levels : {0u, 1u, 2u, 3u}) {
                        HierarchySpec spec{{}, {}, shape.llc, policy, prefetch, workers};
                        if ((levels & 1) != 0) spec.l1 = shape.l1;
                        if ((levels & 2) != 0) spec.l2 = shape.l2;
                        if (levels == 0 && takes_victims(policy)) continue;
                        const Seen seen = compare(spec, seed++);
                        ++configurations;
                        all.prefetched += seen.lines.prefetched;
                        all.handed_over += seen.lines.handed_over;
                        all.invalidated += seen.lines.invalidated;
                        all.back_invalidated += seen.lines.back_invalidated;
                        CHECK(seen.counts.written_back_total() > 0);
                        CHECK(seen.counts.cold_reads > 0);
                        CHECK(seen.counts.write_allocated > 0);
                    }
    CHECK(configurations == 8 * 2 * 3 * (4 + 4 + 3 + 3));
    CHECK(all.prefetched > 0);
    CHECK(all.handed_over > 0);
    CHECK(all.invalidated > 0);
    CHECK(all.back_invalidated > 0);
}

TEST_CASE("without private levels and prefetching the hierarchy counts exactly like the last-level cache alone") {
    for (const Shape& shape : shapes) {
        for (const LlcPolicy policy : {LlcPolicy::non_inclusive, LlcPolicy::inclusive}) {
            CAPTURE(shape.llc.ways, shape.llc.sets());
            LayoutStream stream(shape.llc.ways, 3 * shape.llc.size_bytes / line_bytes / 2, 1);
            HierarchySim sim({{}, {}, shape.llc, policy, Prefetch::none, 1}, stream.lines());
            CacheSim cache(shape.llc);
            std::uint64_t differences = 0;
            for (int i = 0; i < 5000; ++i) {
                const LayoutStream::Reference now = stream.next();
                apply(sim, now);
                apply(cache, now);
                differences += !(sim.counts() == cache.counts());
            }
            CHECK(differences == 0);
            CHECK(sim.dirty_lines() == cache.dirty_lines());
            CHECK(sim.references() == cache.references());
        }
    }
}

TEST_CASE("with one worker an exclusive LLC never has a line that the private caches have") {
    for (const unsigned levels : {1u, 2u, 3u}) {
        HierarchySpec spec{{}, {}, geometry_of(4, 3), LlcPolicy::exclusive, Prefetch::next_line, 1};
        if ((levels & 1) != 0) spec.l1 = geometry_of(2, 2);
        if ((levels & 2) != 0) spec.l2 = geometry_of(3, 3);
        LayoutStream stream(levels, 60, 1);
        ReferenceHierarchy reference(spec);
        std::uint64_t in_both = 0, in_llc = 0;
        for (int i = 0; i < 2000; ++i) {
            apply(reference, stream.next());
            for (std::uint64_t line = 0; line < stream.lines(); ++line) {
                in_both += reference.llc_has(line) && reference.copies(line) > 0;
                in_llc += reference.llc_has(line);
            }
        }
        CHECK(in_both == 0);
        CHECK(in_llc > 0);
    }
}

TEST_CASE("an inclusive LLC has every line that any private cache has") {
    for (const unsigned workers : {1u, 3u}) {
        const HierarchySpec spec{geometry_of(2, 2),    geometry_of(3, 3),   geometry_of(4, 3),
                                 LlcPolicy::inclusive, Prefetch::next_line, workers};
        LayoutStream stream(workers, 60, workers);
        ReferenceHierarchy reference(spec);
        std::uint64_t outside = 0, copies = 0;
        for (int i = 0; i < 2000; ++i) {
            const LayoutStream::Reference now = stream.next();
            reference.worker(now.worker);
            apply(reference, now);
            for (std::uint64_t line = 0; line < stream.lines(); ++line) {
                outside += reference.copies(line) > 0 && !reference.llc_has(line);
                copies += reference.copies(line);
            }
        }
        CHECK(outside == 0);
        CHECK(copies > 0);
    }
}
