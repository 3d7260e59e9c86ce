#include "record/subject.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bytebound {

std::string_view name_of(Subject subject) {
    switch (subject) {
    case Subject::loops: return "loops";
    case Subject::commands: return "commands";
    case Subject::regions: return "regions";
    case Subject::imported: return "imported";
    }
    return "";
}

std::string_view noun_of(Subject subject) {
    switch (subject) {
    case Subject::loops: return "loop";
    case Subject::commands: return "command";
    case Subject::regions: return "region";
    case Subject::imported: return "imported row";
    }
    return "";
}

std::string why_no_trace(Subject subject) {
    if (subject == Subject::loops) return {};
    return fmt::format("{} {} has no row trace", subject == Subject::imported ? "an" : "a", noun_of(subject));
}

bool equal_exit_codes(const SubjectRecord& subject) {
    if (!subject.commands) return true;
    const auto& all = subject.commands->commands;
    return std::all_of(all.begin(), all.end(),
                       [&](const CommandRecord& each) { return each.exit_code == all.front().exit_code; });
}

std::string k_text(std::uint32_t k) { return has_k(k) ? std::to_string(k) : std::string(); }

std::string row_name(std::string_view loop, std::uint32_t k) {
    return has_k(k) ? fmt::format("{} k={}", loop, k) : std::string(loop);
}

} // namespace bytebound
