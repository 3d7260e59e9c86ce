#pragma once
// One resctrl event summed over the L3 domains of a monitoring group.

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/sys.hpp"
#include "base/unique_fd.hpp"
#include "counters/reading.hpp"

namespace bytebound {

/// What a file mon_data/mon_L3_XX/EVENT says. Linux Documentation/filesystems/resctrl.rst: a number of bytes;
/// "Unavailable": the hardware does not track the group's RMID (AMD) or measures nothing yet; "Unassigned": the group
/// has no counter ("mbm_event" mode); "Error": the hardware refused the RMID or event.
enum class DomainState { bytes, unavailable, unassigned, error };

struct DomainAnswer {
    DomainState state = DomainState::error;
    std::uint64_t bytes = 0;
    bool operator==(const DomainAnswer&) const = default;
};
/// The whole text of the file, with or without its line feed. Anything but a decimal number of 64 bits or one of the
/// three words is an error.
DomainAnswer parse_domain_answer(std::string_view text) noexcept;

/// Adds up what the domains counted between readings. A domain may start again at 0 (its RMID was not tracked for a
/// while), so differences are taken domain by domain.
class DomainBytes {
public:
    /// Adds one domain's open file. `needed`: a thread of the program runs there, so a missing number spoils the sum.
    /// A domain without one of our threads has none of our traffic, apart from lines left behind.
    void add(UniqueFd file, const std::atomic<bool>& needed);

    /// One reading at `time_ns` (monotonic, since any origin). As for other events: count is the sum, enabled the time,
    /// running the part of it between readings at which every needed domain gave a number, so that a difference
    /// is never_ran where one did not. A needed domain that went back or answered "Error" makes it read_failed: running
    /// passes enabled. No allocation.
    CounterValue read(Sys& sys, std::uint64_t time_ns) noexcept;

    /// At the last read(): errno of the first needed domain whose file could not be read; 0.
    int failed_errno() const { return failed_errno_; }

private:
    struct Domain {
        UniqueFd file;
        const std::atomic<bool>* needed;
        bool known = false; ///< the last reading gave a number
        std::uint64_t last = 0;
    };
    DomainAnswer ask(Sys& sys, const Domain& domain, bool needed) noexcept;

    std::vector<Domain> domains_;
    std::uint64_t count_ = 0, running_ns_ = 0, last_ns_ = 0;
    bool complete_ = false; ///< every needed domain gave a number last time
    int failed_errno_ = 0;
};

} // namespace bytebound
