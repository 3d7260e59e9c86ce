#include "counters/perf_event/user_pages.hpp"

namespace bytebound {

std::optional<UserPages> UserPages::map(Sys& sys, std::span<const UniqueFd> descriptors,
                                        const CounterRegisters& registers) {
    UserPages user(registers);
    for (const UniqueFd& descriptor : descriptors) {
        MappedPage mapped(sys, descriptor.get());
        if (!mapped || !allows_user_reads(mapped.page())) return {};
        user.pages_.push_back(&mapped.page());
        user.mapped_.push_back(std::move(mapped));
    }
    user.locks_.resize(user.pages_.size());
    user.counts_.resize(user.pages_.size());
    return user;
}

} // namespace bytebound
