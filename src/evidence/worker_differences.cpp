#include "evidence/worker_differences.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "archive/run_directory.hpp"
#include "archive/samples_csv.hpp"

namespace bytebound {
namespace {

using Cell = std::optional<Reading>;

/// The leader takes part in every step.
bool took_part(const Sample& part) { return part.worker == 0 || part.time_ns > 0; }

/// An event over the workers of a step, as samples.csv has it. Where one that took part has no count, there is none.
Cell summed(std::span<const Sample> parts, std::size_t event) {
    Cell sum;
    for (const Sample& part : parts) {
        if (!took_part(part)) continue;
        const Cell& own = part.readings[event];
        if (!own) return std::nullopt;
        sum = sum ? bytebound::sum(*sum, *own) : *own;
    }
    if (sum && sum->state == ReadingState::never_ran) sum->count = sum->running_ns = 0;
    return sum;
}

std::optional<std::string> cell_text(const Cell& cell, bool with_running) {
    if (!cell) return std::nullopt;
    return fmt::format("{} enabled {} ns", cell->count, cell->enabled_ns) +
           (with_running ? fmt::format(" running {} ns", cell->running_ns) : "");
}

std::string step_text(const Sample& row) {
    return fmt::format("{},{},{},{},{},{},{},{},{}", row.loop, row.k, row.repeat, row.step, row.batch, row.pass,
                       row.added, row.removed, row.rows_written);
}

/// The parts of one row of samples.csv.
class StepComparison {
public:
    StepComparison(const SampleTable& steps, std::size_t row, std::span<const Sample> parts)
        : steps_(steps), step_(steps.rows[row]), row_(row), parts_(parts) {}

    void compare(std::vector<Difference>& found) const {
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            const Sample& part = parts_[i];
            if (step_text(part) != step_text(step_))
                return found.push_back({std::string(workers_file), name("its part of worker", i), step_text(part),
                                        step_text(step_), "loop, k, repeat, step, batch, pass, A, R, rows_written"});
            if (part.worker != static_cast<int>(i))
                return found.push_back({std::string(workers_file), name("its part of worker", i),
                                        fmt::format("worker {}", part.worker), fmt::format("worker {}", i), ""});
        }
        for (std::size_t event = 0; event < parts_.front().readings.size(); ++event)
            compare_event(event, found);
    }

private:
    std::string name(std::string_view what, std::size_t number) const {
        return fmt::format("{}, {} {}", place_of(row_, step_), what, number);
    }

    void compare_event(std::size_t event, std::vector<Difference>& found) const {
        const Cell& published = step_.readings[event];
        if (published && !parts_.front().readings[event]) return; // counted by the leader alone
        const Cell derived = summed(parts_, event);
        const auto scaled = [](const Cell& cell) { return cell && cell->state == ReadingState::scaled; };
        const bool with_running = !scaled(published) || !scaled(derived);
        const auto theirs = cell_text(published, with_running), ours = cell_text(derived, with_running);
        if (theirs == ours) return;
        found.push_back({std::string(samples_file), place_of(row_, step_) + ", column " + steps_.events[event], theirs,
                         ours, "the sum over workers.csv"});
    }

    const SampleTable& steps_;
    const Sample& step_;
    std::size_t row_;
    std::span<const Sample> parts_;
};

} // namespace

Result<std::optional<SampleTable>> read_worker_steps(const RunRecord& run, const RunFiles& files, ShownFiles& shown) {
    if (run.workload.threads < 2) return std::nullopt;
    const auto text = TRY(files.text_of(workers_file));
    if (!text) return std::nullopt;
    shown[std::string(workers_file)] = TRY(hash_text(*text)).sha256;
    const FileEnd end = run.status == RunStatus::complete ? FileEnd::whole : FileEnd::cut;
    return std::optional(TRY(parse_samples(*text, (files.path() / workers_file).string(), end, SampleFile::workers)));
}

std::vector<Difference> worker_differences(const SampleTable& steps, const SampleTable& parts, std::uint32_t workers,
                                           bool whole) {
    std::vector<Difference> found;
    const std::size_t expected = steps.rows.size() * workers;
    if (whole && parts.rows.size() != expected)
        found.push_back({std::string(workers_file), "number of rows", std::to_string(parts.rows.size()),
                         std::to_string(expected), fmt::format("{} workers", workers)});
    // With --between, samples.csv has more events, at the end.
    if (!std::equal(parts.events.begin(), parts.events.end(), steps.events.begin(),
                    steps.events.begin() +
                        static_cast<std::ptrdiff_t>(std::min(parts.events.size(), steps.events.size())))) {
        found.push_back({std::string(workers_file), "the header", fmt::format("{}", fmt::join(parts.events, ",")),
                         fmt::format("{}", fmt::join(steps.events, ",")), "events"});
        return found;
    }
    const std::size_t rows = std::min(steps.rows.size(), parts.rows.size() / workers);
    for (std::size_t row = 0; row < rows; ++row)
        StepComparison(steps, row, std::span(parts.rows).subspan(row * workers, workers)).compare(found);
    return found;
}

} // namespace bytebound
