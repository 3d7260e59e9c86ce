#include "counters/callgrind/part_file.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/text.hpp"

namespace bytebound {
namespace {

constexpr std::string_view creator = "creator: callgrind-";
constexpr std::string_view new_part = "part: ";
constexpr std::string_view trigger = "desc: Trigger: ";
constexpr std::string_view request = "Client Request: ";
constexpr std::string_view events = "events: ";
constexpr std::string_view totals = "totals: ";

/// Data misses of the last level, and dirty lines evicted from it by instruction fetches, loads and stores.
constexpr std::array<std::string_view, 2> fetched = {"DLmr", "DLmw"};
constexpr std::array<std::string_view, 3> written_back = {"ILdmr", "DLdmr", "DLdmw"};

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::string& word : split(text, ' '))
        if (!word.empty()) words.push_back(std::move(word));
    return words;
}

/// One pass over the lines of an output file.
class PartReader {
public:
    /// `whole`: a part without a label counts, too.
    PartReader(const std::string& file, bool whole) : file_(file), whole_(whole) {}

    Result<void> take(std::string_view line) {
        ++line_;
        if (line.starts_with(creator)) {
            output_.version = trim(line.substr(creator.size()));
        } else if (line.starts_with(new_part)) {
            if (open_) return bad("the previous part has no totals");
            open_ = true;
            label_ = whole_ ? std::optional<std::string>("") : std::nullopt;
        } else if (line.starts_with(trigger)) {
            const std::string_view why = line.substr(trigger.size());
            if (why.starts_with(request)) label_ = std::string(why.substr(request.size()));
        } else if (line.starts_with(events)) {
            events_ = words_of(line.substr(events.size()));
        } else if (line.starts_with(totals)) {
            return close(words_of(line.substr(totals.size())));
        }
        return {};
    }

    Result<EmulatedOutput> finish() {
        if (open_) return bad("the file ends within a part");
        if (output_.version.empty()) return bad("this is not output of callgrind");
        return std::move(output_);
    }

private:
    Failure bad(std::string cause) const {
        return fail({ExitCode::internal, "read callgrind's output", file_ + ":" + std::to_string(line_),
                     std::move(cause), "free disk space and run it again"});
    }

    /// callgrind omits trailing zeros of a cost line (callgrind manual, "Callgrind Format Specification").
    Result<std::uint64_t> sum(const std::vector<std::uint64_t>& costs, std::span<const std::string_view> names) const {
        std::uint64_t total = 0;
        for (const std::string_view name : names) {
            const auto at = std::find(events_.begin(), events_.end(), name);
            if (at == events_.end()) return bad("event " + std::string(name) + " is missing");
            const auto column = static_cast<std::size_t>(at - events_.begin());
            if (column < costs.size()) total += costs[column];
        }
        return total;
    }

    Result<void> close(const std::vector<std::string>& words) {
        if (!open_) return bad("totals outside of a part");
        open_ = false;
        if (!label_) return {}; // without a label the costs may even be negative: a remainder of toggling
        if (words.size() > events_.size())
            return bad(std::to_string(words.size()) + " totals for " + std::to_string(events_.size()) + " events");
        std::vector<std::uint64_t> costs;
        for (const std::string& word : words) {
            const auto cost = parse_unsigned(word);
            if (!cost) return bad("\"" + word + "\" is not a count");
            costs.push_back(*cost);
        }
        constexpr std::array<std::string_view, 1> instructions = {"Ir"};
        EmulatedPart part{*label_, 0, 0, 0};
        for (const auto& [names, into] :
             {std::pair<std::span<const std::string_view>, std::uint64_t*>{instructions, &part.instructions},
              {fetched, &part.lines_fetched},
              {written_back, &part.lines_written_back}}) {
            const auto total = TRY(sum(costs, names));
            *into = total;
        }
        output_.parts.push_back(std::move(part));
        return {};
    }

    const std::string& file_;
    bool whole_ = false;
    std::size_t line_ = 0;
    bool open_ = false;
    std::optional<std::string> label_; ///< label of the current part
    std::vector<std::string> events_;
    EmulatedOutput output_;
};

} // namespace

namespace {

Result<EmulatedOutput> parse_file(std::string_view text, const std::string& file, bool whole) {
    PartReader reader(file, whole);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        TRY(reader.take(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return reader.finish();
}

} // namespace

Result<EmulatedOutput> parse_part_file(std::string_view text, const std::string& file) {
    return parse_file(text, file, false);
}

Result<EmulatedOutput> parse_program_file(std::string_view text, const std::string& file) {
    return parse_file(text, file, true);
}

} // namespace bytebound
