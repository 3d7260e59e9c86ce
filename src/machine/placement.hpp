#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "machine/machine.hpp"

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

/// `cpus`: auto | "0-2,5" | core:0-1 | package:0. `memory`: local | interleave | NODE. The first `threads` CPUs become
/// the workers'. A list keeps its order ("5,0": worker 0 on CPU 5); auto, core: and package: take the allowed CPUs of
/// the chosen cores, one per core first, SMT siblings after the last core. Nodes: local, those of the CPUs (of a
/// CPU-only node: the nearest nodes with memory); interleave, all allowed ones with memory; NODE, that one. Errors:
/// usage for a CPU or node that does not exist or bad grammar; not_possible for one that is offline, not allowed or
/// without memory, or fewer CPUs than workers.
Result<Placement> resolve_placement(const Machine& machine, const std::string& cpus, const std::string& memory,
                                    unsigned threads);

/// Binds the calling thread to one CPU for its lifetime and restores the former affinity, also when it is destroyed by
/// another thread. bind() reads the affinity back and fails (internal: a proof failed) when it did not take; on a
/// machine that cannot bind it succeeds with bound() == false. Other errors: not_possible when the kernel refuses this
/// CPU.
class Pin {
public:
    static Result<Pin> bind(Sys& sys, const Machine& machine, int cpu);
    Pin(Pin&&) noexcept;
    Pin& operator=(Pin&&) noexcept;
    ~Pin();
    bool bound() const;
    /// The affinity that the kernel named after binding; empty when not bound.
    const std::vector<int>& read_back() const;

private:
    struct Impl;
    explicit Pin(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

/// Affinity of the calling thread as the kernel has it. Error: internal, with errno.
Result<std::vector<int>> read_affinity(Sys& sys);

/// Sets the memory policy of [address, address + bytes) before its first touch. local prefers the node of the CPUs
/// (several nodes: each page goes to the node of the thread that touches it first) and spills when it is full; NODE and
/// interleave allow no other node. True when set, or when every page must be in place anyway (one node with memory);
/// false when the machine cannot bind memory (a stated capability). Error: not_possible when the kernel refuses.
Result<bool> bind_memory(const Machine& machine, const Placement& placement, void* address, std::uint64_t bytes);

/// Where the pages of one buffer are.
struct PageProof {
    std::string buffer; ///< "pool.up", ...
    std::uint64_t pages = 0;
    std::map<int, std::uint64_t> on_node; ///< node -> pages
    std::uint64_t not_present = 0;        ///< never written, swapped, or without an answer
    std::uint64_t in_place = 0;           ///< on a node of the placement
    /// in_place of all pages, absent ones included; 100 for a buffer without pages (nothing is out of place).
    double percent_in_place() const;
    bool operator==(const PageProof&) const = default;
};
/// Node of every page that [address, address + bytes) touches, by move_pages(2). Moves and faults nothing.
/// Error: not_possible when the kernel refuses (no NUMA, seccomp).
/// Cost where measured: 0.2 us per 4 KiB page, 0.15 us on huge pages, so 50 us per MiB, 100 ms for 2 GiB; the scratch
/// space is 96 KiB. Never within a measured phase: it takes the mmap lock and walks page tables.
Result<PageProof> query_pages(Sys& sys, const Placement& placement, std::string buffer, void* address,
                              std::uint64_t bytes);

/// One named part of an arena.
struct AddressRange {
    std::string buffer;
    const void* address = nullptr;
    std::uint64_t bytes = 0;
};
/// A proof for each buffer; a page that two buffers share counts in both. Error and cost as query_pages.
Result<std::vector<PageProof>> query_buffers(Sys& sys, const Placement& placement,
                                             std::span<const AddressRange> buffers);

/// Bytes of [address, address + bytes) that lie on transparent huge pages, from smaps; nothing when it cannot be read.
/// Exact when the range is a whole mapping (an arena with its own madvise is one). Of a larger mapping only the bytes
/// that must be in the range are counted: at least these.
std::optional<std::uint64_t> huge_page_bytes(const void* address, std::uint64_t bytes);
/// The same from the text of a smaps file.
std::optional<std::uint64_t> huge_page_bytes_in(std::string_view smaps, std::uint64_t address, std::uint64_t bytes);

} // namespace bytebound
