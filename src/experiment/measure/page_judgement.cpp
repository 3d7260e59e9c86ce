#include "experiment/measure/page_judgement.hpp"

#include <fmt/format.h>

#include "record/warnings.hpp"

namespace bytebound {

Result<std::vector<Warning>> judge_pages(const Placement& placement, std::span<const PageProof> proofs) {
    std::vector<Warning> found;
    for (const PageProof& proof : proofs) {
        if (proof.in_place + proof.not_present >= proof.pages) continue;
        if (placement.policy != MemoryPolicy::local)
            return fail(
                {ExitCode::internal, "prove placement", "buffer " + proof.buffer,
                 fmt::format("{} of {} pages are on other nodes than --mem {} allows",
                             proof.pages - proof.not_present - proof.in_place, proof.pages, placement.memory_request),
                 "report this with bytebound topology --json"});
        found.push_back(warnings::pages_out_of_place(proof.buffer, proof.percent_in_place()));
    }
    return found;
}

} // namespace bytebound
