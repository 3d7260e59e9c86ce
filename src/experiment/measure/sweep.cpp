#include "experiment/measure/sweep.hpp"
#include "base/mapped_region.hpp"

#include <algorithm>
#include <cstring>

namespace bytebound {
namespace {

constexpr std::uint64_t stride = 64; ///< no supported machine has a shorter cache line

/// Total size of one CPU's private and inner caches.
std::uint64_t inner_cache_bytes(const Machine& machine, int cpu, int last_level) {
    std::uint64_t bytes = 0;
    for (const CacheInfo& cache : machine.caches)
        if (cache.level < last_level && cache.type != "Instruction" &&
            std::find(cache.cpus.begin(), cache.cpus.end(), cpu) != cache.cpus.end())
            bytes += cache.size_bytes.value_or(0);
    return bytes;
}

} // namespace

std::uint64_t read_lines(const std::byte* from, std::uint64_t bytes) noexcept {
    std::uint64_t sum = 0;
    for (std::uint64_t at = 0; at + sizeof sum <= bytes; at += stride) {
        std::uint64_t word;
        std::memcpy(&word, from + at, sizeof word);
        sum += word;
    }
    asm volatile("" : : "r"(sum)); // keeps the reads
    return sum;
}

Result<CacheSweep> CacheSweep::make(const Machine& machine, const std::vector<int>& cpus, std::uint64_t buffer_bytes) {
    return make_in(TRY(MappedRegion::anonymous(buffer_bytes, huge_page_size)), machine, cpus);
}

CacheSweep CacheSweep::of_one(MappedRegion buffer, const Part& part) {
    CacheSweep sweep;
    sweep.buffer_ = std::move(buffer);
    sweep.parts_ = {part};
    return sweep;
}

CacheSweep CacheSweep::make_in(MappedRegion buffer, const Machine& machine, const std::vector<int>& cpus) {
    CacheSweep sweep;
    sweep.buffer_ = std::move(buffer);
    const std::uint64_t buffer_bytes = sweep.buffer_.size();
    // Written once, because unwritten pages all map to the kernel's zero page.
    std::memset(sweep.buffer_.data(), 0x5a, buffer_bytes);
    sweep.parts_.resize(cpus.size(), {0, buffer_bytes});
    for (const CacheInfo& cache : machine.last_level_caches(cpus)) {
        std::vector<std::size_t> below;
        for (std::size_t worker = 0; worker < cpus.size(); ++worker)
            if (std::find(cache.cpus.begin(), cache.cpus.end(), cpus[worker]) != cache.cpus.end())
                below.push_back(worker);
        for (std::size_t i = 0; i < below.size(); ++i) {
            const std::uint64_t share = (4 * *cache.size_bytes / below.size() + stride - 1) / stride * stride;
            const std::uint64_t own = 4 * inner_cache_bytes(machine, cpus[below[i]], cache.level);
            sweep.parts_[below[i]] = {i * share % buffer_bytes, std::min(std::max(share, own), buffer_bytes)};
        }
    }
    return sweep;
}

void CacheSweep::run(WorkerTeam& team) const {
    team.each([this](unsigned worker) {
        const Part& part = parts_.at(worker);
        const std::uint64_t size = buffer_.size();
        const std::uint64_t until_end = std::min(part.bytes, size - part.begin);
        read_lines(buffer_.data() + part.begin, until_end);
        read_lines(buffer_.data(), part.bytes - until_end);
    });
}

} // namespace bytebound
