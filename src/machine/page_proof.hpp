#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "machine/placement.hpp"

namespace bytebound {

/// Node placement of one buffer's pages.
struct PageProof {
    std::string buffer; ///< "pool.up", ...
    std::uint64_t pages = 0;
    std::map<int, std::uint64_t> on_node; ///< node -> pages
    std::uint64_t not_present = 0;        ///< never written, swapped out, or not answered
    std::uint64_t in_place = 0;           ///< on a node of the placement
    /// in_place as a percentage of all pages, including absent ones; 100 for a buffer without pages.
    double percent_in_place() const;
    bool operator==(const PageProof&) const = default;
};
/// Queries the node of every page that [address, address + bytes) overlaps, by move_pages(2). Moves and faults nothing.
/// Error: not_possible if the kernel refuses (no NUMA, seccomp).
/// Cost where measured: 0.2 us per 4 KiB page, 0.15 us on huge pages, so 50 us per MiB, 100 ms for 2 GiB; the scratch
/// space is 96 KiB. Never call it within a measured phase: it takes the mmap lock and walks page tables.
Result<PageProof> query_pages(Sys& sys, const Placement& placement, std::string buffer, void* address,
                              std::uint64_t bytes);

/// A named part of an arena.
struct AddressRange {
    std::string buffer;
    const void* address = nullptr;
    std::uint64_t bytes = 0;
};
/// A proof for each buffer; a page shared by two buffers counts in both. Error and cost as for query_pages.
Result<std::vector<PageProof>> query_buffers(Sys& sys, const Placement& placement,
                                             std::span<const AddressRange> buffers);

} // namespace bytebound
