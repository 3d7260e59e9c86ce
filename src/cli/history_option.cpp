#include "cli/history_option.hpp"

#include <filesystem>

#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "history/earlier_runs_of.hpp"
#include "history/history_store.hpp"

namespace bytebound {

Option history_option(HistoryChoice& target, std::string group) {
    return {"--history", "FILE|none",
            "intervals contain what earlier runs of this host in it differ by (your own history, if it exists)",
            std::move(group), [&target](const std::string& text) -> Result<void> {
                if (text.empty())
                    return bad_value("--history", "the name is empty", "give a file that bytebound history add wrote");
                target.given = text;
                return {};
            }};
}

Result<void> check_history(const HistoryChoice& choice) {
    if (choice.given && *choice.given != "none") TRY(read_history(*choice.given, {.figures = false}));
    return {};
}

Result<EarlierRuns> chosen_earlier_runs(const HistoryChoice& choice, const RunEvidence& base, const RunEvidence& head) {
    if (choice.given) return *choice.given == "none" ? EarlierRuns{} : earlier_runs_of(*choice.given, base, head);
    std::error_code error;
    const std::filesystem::path own = user_history_file();
    if (!has_history() || own.empty() || !std::filesystem::exists(own, error)) return EarlierRuns{};
    auto earlier = earlier_runs_of(own, base, head);
    if (earlier) return earlier;
    warn("your history is left out: " + to_line(earlier.error()));
    return EarlierRuns{};
}

} // namespace bytebound
