#pragma once
// One resctrl event summed over the L3 domains of a monitoring group.

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/sys.hpp"
#include "base/unique_fd.hpp"
#include "counters/reading.hpp"
#include "counters/sent_counters.hpp"

namespace bytebound {

/// The content of mon_data/mon_L3_XX/EVENT (Linux Documentation/filesystems/resctrl.rst): a number of bytes;
/// "Unavailable": the hardware does not track the group's RMID (AMD) or has no measurement yet; "Unassigned": the group
/// has no counter ("mbm_event" mode); "Error": the hardware rejected the RMID or event.
enum class DomainState { bytes, unavailable, unassigned, error };

struct DomainAnswer {
    DomainState state = DomainState::error;
    std::uint64_t bytes = 0;
    bool operator==(const DomainAnswer&) const = default;
};
/// `text`: the whole file, with or without its line feed. Anything except a decimal 64-bit number or one of the three
/// words is an error.
DomainAnswer parse_domain_answer(std::string_view text) noexcept;

/// Adds up the counts of the domains between readings. A domain may restart at 0 (if its RMID was not tracked for a
/// while), so differences are taken domain by domain.
class DomainBytes {
public:
    /// Adds one domain's open file. `needed`: a thread of the program runs in the domain, so a missing number
    /// invalidates the sum. A domain without one of our threads has none of our traffic, apart from lines left in its
    /// cache.
    void add(UniqueFd file, const std::atomic<bool>& needed);

    /// One reading at `time_ns` (monotonic, any origin). count is the sum, enabled the time, and running the part of
    /// the time for which every needed domain returned numbers, so that a difference without them is never_ran. If a
    /// needed domain decreased or returned "Error", running exceeds enabled, which makes the difference read_failed.
    /// Does not allocate.
    CounterValue read(Sys& sys, std::uint64_t time_ns) noexcept;

    /// errno of the first needed domain whose file could not be read in the last read(); else 0.
    int failed_errno() const { return failed_errno_; }
    /// For another process: the descriptors of the domains' files, and as ids whether they are needed.
    SentGroup sent() const;

private:
    struct Domain {
        UniqueFd file;
        const std::atomic<bool>* needed;
        bool known = false; ///< the last reading returned a number
        std::uint64_t last = 0;
    };
    DomainAnswer ask(Sys& sys, const Domain& domain, bool needed) noexcept;

    std::vector<Domain> domains_;
    std::uint64_t count_ = 0, running_ns_ = 0, last_ns_ = 0;
    bool complete_ = false; ///< every needed domain returned a number in the last reading
    int failed_errno_ = 0;
};

} // namespace bytebound
