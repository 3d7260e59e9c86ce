#include "counters/resctrl/domain_bytes.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace bytebound {

DomainAnswer parse_domain_answer(std::string_view text) noexcept {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.remove_suffix(1);
    if (text == "Unavailable") return {DomainState::unavailable, 0};
    if (text == "Unassigned") return {DomainState::unassigned, 0};
    std::uint64_t bytes = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, bytes);
    if (parsed.ec != std::errc() || parsed.ptr != end) return {};
    return {DomainState::bytes, bytes};
}

void DomainBytes::add(UniqueFd file, const std::atomic<bool>& needed) {
    domains_.push_back({std::move(file), &needed, false, 0});
}

DomainAnswer DomainBytes::ask(Sys& sys, const Domain& domain, bool needed) noexcept {
    std::array<char, 32> text; // the longest answer has 20 digits and a line feed
    // The kernel generates the text again at each read at offset 0, so the descriptor stays open.
    const SysResult got = sys.read_at_start(domain.file.get(), text.data(), text.size());
    if (got.ok()) return parse_domain_answer({text.data(), static_cast<std::size_t>(got.value)});
    if (needed && failed_errno_ == 0) failed_errno_ = got.error;
    return {};
}

SentGroup DomainBytes::sent() const {
    SentGroup group;
    for (const Domain& domain : domains_) {
        group.descriptors.push_back(domain.file.get());
        group.ids.push_back(*domain.needed ? 1 : 0);
    }
    return group;
}

CounterValue DomainBytes::read(Sys& sys, std::uint64_t time_ns) noexcept {
    failed_errno_ = 0;
    bool complete = true, failed = false;
    for (Domain& domain : domains_) {
        const bool needed = domain.needed->load(std::memory_order_relaxed);
        const DomainAnswer answer = ask(sys, domain, needed);
        if (answer.state != DomainState::bytes) {
            domain.known = false;
            if (needed) complete = false;
            if (needed && answer.state == DomainState::error) failed = true;
            continue;
        }
        if (domain.known && answer.bytes < domain.last)
            failed = failed || needed;
        else if (domain.known)
            count_ += answer.bytes - domain.last;
        else if (needed && complete_)
            complete = false; // needed only since the last reading, hence without an earlier number
        domain.known = true;
        domain.last = answer.bytes;
    }
    const std::uint64_t interval = time_ns - last_ns_;
    if (failed)
        running_ns_ += interval + 1;
    else if (complete && complete_)
        running_ns_ += interval;
    complete_ = complete;
    last_ns_ = time_ns;
    return {count_, time_ns, running_ns_};
}

} // namespace bytebound
