#include "machine/page_proof.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace bytebound {
namespace {

/// Pages per call of move_pages(2): large enough that the page walks dominate the cost of the call.
constexpr std::size_t pages_per_call = 8192;

/// Scratch space of the queries, reused for several buffers.
struct PageQuery {
    std::vector<void*> pages = std::vector<void*>(pages_per_call);
    std::vector<int> status = std::vector<int>(pages_per_call);
};

Result<PageProof> query_range(Sys& sys, const Placement& placement, const AddressRange& range, PageQuery& scratch) {
    PageProof proof{range.buffer, 0, {}, 0, 0};
    if (range.bytes == 0) return proof;
    const auto page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto start = reinterpret_cast<std::uintptr_t>(range.address);
    const std::uintptr_t first = start / page_bytes * page_bytes;
    proof.pages = (start + range.bytes - first + page_bytes - 1) / page_bytes;
    for (std::uint64_t done = 0; done < proof.pages;) {
        const std::size_t count = std::min<std::uint64_t>(pages_per_call, proof.pages - done);
        for (std::size_t i = 0; i < count; ++i)
            scratch.pages[i] = reinterpret_cast<void*>(first + (done + i) * page_bytes);
        const SysResult asked = sys.query_pages(count, scratch.pages.data(), scratch.status.data());
        if (!asked.ok()) {
            return fail({ExitCode::not_possible, "query pages of", range.buffer, "the kernel refuses move_pages",
                         asked.error == ENOSYS ? "use a kernel with NUMA support"
                                               : "give the container CAP_SYS_NICE or allow it in its seccomp profile",
                         asked.error});
        }
        for (std::size_t i = 0; i < count; ++i) {
            // Negative: -ENOENT not present, -EFAULT the zero page or no mapping, -EBUSY temporarily no answer.
            if (scratch.status[i] < 0)
                ++proof.not_present;
            else
                ++proof.on_node[scratch.status[i]];
        }
        done += count;
    }
    for (const int node : placement.nodes)
        if (const auto found = proof.on_node.find(node); found != proof.on_node.end()) proof.in_place += found->second;
    return proof;
}

} // namespace

double PageProof::percent_in_place() const {
    return pages == 0 ? 100.0 : 100.0 * static_cast<double>(in_place) / static_cast<double>(pages);
}

Result<PageProof> query_pages(Sys& sys, const Placement& placement, std::string buffer, void* address,
                              std::uint64_t bytes) {
    PageQuery scratch;
    return query_range(sys, placement, {std::move(buffer), address, bytes}, scratch);
}

Result<std::vector<PageProof>> query_buffers(Sys& sys, const Placement& placement,
                                             std::span<const AddressRange> buffers) {
    PageQuery scratch;
    std::vector<PageProof> proofs;
    for (const AddressRange& range : buffers) {
        auto proof = TRY(query_range(sys, placement, range, scratch));
        proofs.push_back(std::move(proof));
    }
    return proofs;
}

} // namespace bytebound
