#pragma once

#include <cstdint>
#include <vector>

#include "loops/replay.hpp"
#include "model/traffic.hpp"

namespace bytebound {

/// Interleaves the workers of a replayed team row by row: each worker's share of a step is stored until join(); then
/// the workers take turns, each making its references up to and including its next row copy. The order of real workers
/// differs from run to run; this one is fixed, so that equal specs give equal counts.
class TeamObserver final : public AccessObserver {
public:
    /// `sim`, and `traffic`, which feeds it, must outlive the observer. A row is copied in `groups` parts.
    TeamObserver(HierarchySim& sim, HierarchyObserver& traffic, std::size_t groups)
        : sim_(&sim), traffic_(&traffic), groups_(groups), shares_(sim.spec().workers) {}

    void copy(Buffer from, std::uint64_t from_offset, Buffer to, std::uint64_t to_offset, std::uint64_t bytes) override;
    void load(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) override;
    void store(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) override;
    void worker(unsigned worker) override;
    void join() override;

private:
    enum class Kind : std::uint8_t { load, store, copy };
    struct Access {
        Kind kind;
        Buffer buffer, to_buffer; ///< to_buffer: copies only
        std::uint64_t offset, to_offset, bytes;
    };
    struct Share {
        std::vector<Access> accesses;
        std::size_t done = 0;
    };
    void take(const Access& access);
    void pass(const Access& access);
    bool pass_row(unsigned worker);

    HierarchySim* sim_;
    HierarchyObserver* traffic_;
    std::size_t groups_;
    std::vector<Share> shares_; ///< by worker
    Share* now_ = nullptr;      ///< null outside of shares
};

} // namespace bytebound
