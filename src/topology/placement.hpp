#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "topology/topology.hpp"

namespace bytebound {

enum class MemoryPolicy { local, interleave, node };

/// What the user asked for, resolved against a machine.
struct Placement {
    std::string cpus_request, memory_request; ///< verbatim
    std::vector<int> cpus;                    ///< one per worker, in worker order
    MemoryPolicy policy = MemoryPolicy::local;
    std::vector<int> nodes; ///< nodes on which pages are in place
    bool operator==(const Placement&) const = default;
};

/// `cpus`: auto | "0-2,5" | core:0-1 | package:0. `memory`: local | interleave | NODE. auto takes one CPU per core,
/// first cores first, for `threads` workers. Errors: usage for a CPU or node that does not exist or bad grammar;
/// not_possible for one that is offline or not allowed, or fewer CPUs than workers.
Result<Placement> resolve_placement(const Machine& machine, const std::string& cpus, const std::string& memory,
                                    unsigned threads);

/// Binds the calling thread to one CPU for its lifetime and restores the former affinity. bind() reads the affinity
/// back and fails (internal: a proof failed) when it did not take; on a machine that cannot bind it succeeds with
/// bound() == false.
class Pin {
public:
    static Result<Pin> bind(Sys& sys, const Machine& machine, int cpu);
    Pin(Pin&&) noexcept;
    Pin& operator=(Pin&&) noexcept;
    ~Pin();
    bool bound() const;

private:
    struct Impl;
    explicit Pin(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

/// Sets the memory policy of [address, address + bytes) before its first touch. Returns false when the machine cannot
/// bind memory (a stated capability); local on a one-node machine always succeeds.
Result<bool> bind_memory(const Machine& machine, const Placement& placement, void* address, std::uint64_t bytes);

/// Where the pages of one buffer are.
struct PageProof {
    std::string buffer; ///< "pool.up", ...
    std::uint64_t pages = 0;
    std::map<int, std::uint64_t> on_node; ///< node -> pages
    std::uint64_t not_present = 0;        ///< never touched or swapped
    std::uint64_t in_place = 0;           ///< on a node of the placement
    double percent_in_place() const;
    bool operator==(const PageProof&) const = default;
};
/// Node of every page of a range by move_pages(2). Error: not_possible when the kernel refuses (no NUMA, seccomp).
Result<PageProof> query_pages(Sys& sys, const Placement& placement, std::string buffer, void* address,
                              std::uint64_t bytes);

/// Bytes of [address, address + bytes) that lie on transparent huge pages, from smaps; nothing when it cannot be read.
std::optional<std::uint64_t> huge_page_bytes(const void* address, std::uint64_t bytes);

} // namespace bytebound
