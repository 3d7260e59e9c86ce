#include "counters/names/breakpoint.hpp"

#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>

#include "base/text.hpp"

namespace bytebound {

Step<Event> breakpoint_event(const NameQuery& query) {
    const auto wrong = [&](std::string cause) {
        return wrong_name(query.name(), std::move(cause), "write mem:0xADDRESS/LENGTH:w (LENGTH 1, 2, 4 or 8)");
    };
    std::string_view rest = query.parsed.body;
    std::uint32_t type = 0;
    if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
        for (const char access : rest.substr(colon + 1)) {
            if (access == 'r')
                type |= HW_BREAKPOINT_R;
            else if (access == 'w')
                type |= HW_BREAKPOINT_W;
            else if (access == 'x')
                type |= HW_BREAKPOINT_X;
            else
                return wrong("'" + std::string(1, access) + "' is not a kind of access");
        }
        rest = rest.substr(0, colon);
    }
    if (type == 0) type = HW_BREAKPOINT_RW;

    const auto slash = rest.find('/');
    const auto address = parse_unsigned(rest.substr(0, slash));
    if (!address) return wrong("'" + std::string(rest.substr(0, slash)) + "' is not an address");
    // perf's defaults: the kernel accepts only word-sized execution breakpoints.
    std::uint64_t length = (type & HW_BREAKPOINT_X) != 0 ? sizeof(long) : std::uint64_t{HW_BREAKPOINT_LEN_4};
    if (slash != std::string_view::npos) {
        const auto given = parse_unsigned(rest.substr(slash + 1));
        if (!given || (*given != 1 && *given != 2 && *given != 4 && *given != 8))
            return wrong("'" + std::string(rest.substr(slash + 1)) + "' is not a length");
        length = *given;
    }

    Event event;
    event.name = query.written;
    event.pmu = "breakpoint";
    event.type = PERF_TYPE_BREAKPOINT;
    event.breakpoint_type = type;
    event.config1 = *address;
    event.config2 = length;
    event.origin = "breakpoint";
    event.domain = query.parsed.domain.value_or(Domain::user);
    return event;
}

} // namespace bytebound
