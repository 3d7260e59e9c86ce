#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <thread>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "doctor/diagnosis.hpp"
#include "experiment/counting/counting_parts.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

constexpr std::chrono::milliseconds between_trial_reads{1};

bool asked_for(const CountingRequest& request, std::string_view word) {
    const auto& words = request.collectors.counting;
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::size_t boxes_of(const CountingPlan& plan) {
    std::set<std::pair<std::string, int>> boxes;
    for (const PlannedEvent& event : plan.events)
        for (const EventPart& part : event.parts)
            boxes.insert({part.event.pmu, part.cpu});
    return boxes.size();
}

std::string what_it_counts(const CountingPlan& plan) {
    std::vector<std::string> names;
    for (const PlannedEvent& event : plan.events)
        if (event.pass >= 0) names.push_back(event.name);
    const std::size_t boxes = boxes_of(plan);
    return "counts " + join(names, ", ") + (boxes == 0 ? "" : fmt::format(" at {} boxes", boxes));
}

/// Makes the choice.
class DramChooser {
public:
    DramChooser(Counting& counting, const CountingRequest& request, Sys& sys, const SysRoot& root)
        : counting_(counting), request_(request), sys_(sys), root_(root) {}

    Result<void> ask(const CollectorEntry& entry) {
        const bool automatic = request_.collectors.automatic;
        if (!automatic && !asked_for(request_, entry.word)) return {};
        if (automatic && !taken_.empty()) {
            leave_out(entry.name, taken_ + " counts DRAM bytes more directly", "");
            return {};
        }
        if (by_preset(entry) && request_.options.bandwidth_preset == "none") {
            leave_out(entry.name, "--bw-preset none", "");
            return {};
        }
        std::unique_ptr<Collector> collector;
        if (entry.make != nullptr) collector = entry.make(sys_, root_);
        Capability capability = collector ? collector->capability()
                                          : Capability::no("this build does not have it", "give --collector auto");
        if (capability.available && by_preset(entry) && request_.preset.memory.counters.empty())
            capability = Capability::no(request_.preset.memory.reason, request_.preset.memory.remedy);
        const bool by_domain = entry.name == collector_name::resctrl;
        if (!capability.available && by_domain && collector) capability = with_doctors_cause(capability);
        const bool of_machine = request_.options.bandwidth_preset == collector_word::automatic && root_.is_live();
        if (!capability.available && by_preset(entry) && collector && of_machine) {
            SourceDiagnosis found = diagnose_memory_pmu(&sys_, root_);
            if (found.state == SourceState::unavailable)
                capability = Capability::no(std::move(found.cause), std::move(found.remedy));
        }
        if (!capability.available) return refuse(entry, capability);
        PlanRequest plan{
            {}, request_.options.allow_multiplex, request_.placement.cpus.at(0), {}, request_.preset.memory.counters};
        auto agreed = TRY(collector->plan(plan));
        const auto counts = [](const PlannedEvent& event) { return event.pass >= 0; };
        const auto fills = [](const PlannedEvent& e) { return e.pass >= 0 && is_dram_metric(e.role); };
        if (std::none_of(agreed.events.begin(), agreed.events.end(), counts)) {
            const bool any = !agreed.events.empty();
            return refuse(entry, Capability::no(any ? agreed.events[0].reason : "it has no event here",
                                                any ? agreed.events[0].remedy : ""));
        }
        if (auto failure = try_twice(*collector, agreed))
            return refuse(entry, Capability::no(std::move(failure->cause), std::move(failure->remedy)));
        counting_.collectors.push_back({std::string(entry.name), true, what_it_counts(agreed), {}});
        for (const std::string& note : agreed.notes)
            counting_.warnings.push_back(warnings::counting_note(note));
        if (by_domain)
            for (const std::string& note : resctrl_errata(gather_facts(root_)))
                counting_.warnings.push_back(warnings::counting_note(note));
        if (by_preset(entry)) warn_of_preset();
        if (std::any_of(agreed.events.begin(), agreed.events.end(), fills) && taken_.empty()) taken_ = entry.name;
        choice_.sources.push_back({std::move(collector), std::move(agreed)});
        return {};
    }

    /// Core events of the process itself, if the perf collector may count and there is no better source.
    void ask_core_estimate() {
        if (!asked_for(request_, collector_name::perf)) return;
        if (!taken_.empty())
            return leave_out(source_name::core_estimate, taken_ + " counts DRAM bytes more directly", "");
        if (request_.options.bandwidth_preset == "none")
            return leave_out(source_name::core_estimate, "--bw-preset none", "");
        if (request_.preset.estimate.terms.empty())
            return leave_out(source_name::core_estimate,
                             request_.preset.estimate.reason.empty() ? "no preset contains one"
                                                                     : request_.preset.estimate.reason,
                             "");
        for (const EstimateTerm& term : request_.preset.estimate.terms)
            for (const EventRecord& event : counting_.events)
                if (event.name == term.event)
                    return leave_out(source_name::core_estimate, "--events lists " + term.event + " already",
                                     "remove it from --events");
        choice_.estimate = request_.preset.estimate.terms;
    }

    DramChoice take() { return std::move(choice_); }

private:
    /// Whether the preset determines what is counted.
    static bool by_preset(const CollectorEntry& entry) { return entry.name == collector_name::uncore; }

    /// The collector only sees its own files; doctor also considers the machine. Both report the same cause.
    Capability with_doctors_cause(Capability own) const {
        if (!root_.is_live()) return own;
        MachineFacts facts = gather_facts(root_);
        facts.program.built_in = {std::string(collector_name::resctrl)};
        SourceDiagnosis found = diagnose_resctrl(facts);
        return found.state == SourceState::available ? own
                                                     : Capability::no(std::move(found.cause), std::move(found.remedy));
    }

    void leave_out(std::string_view name, std::string cause, std::string remedy) {
        counting_.collectors.push_back({std::string(name), false, std::move(cause), std::move(remedy)});
    }

    /// Opens every pass and reads it twice, so that a source that fails only in use does not end a run that could do
    /// without it.
    static std::optional<Error> try_twice(Collector& collector, const CountingPlan& plan) {
        for (int pass = 0; pass < plan.passes; ++pass) {
            auto open = collector.open(plan, pass);
            if (!open) return open.error();
            std::vector<CounterValue> before((*open)->size()), after((*open)->size());
            if (!(*open)->read(before)) return (*open)->last_error();
            std::this_thread::sleep_for(between_trial_reads);
            if (!(*open)->read(after)) return (*open)->last_error();
            for (std::size_t i = 0; i < before.size(); ++i)
                if (plan.events[0].sharing == Sharing::group && gives_no_number(difference(before[i], after[i])))
                    return Error{
                        ExitCode::not_possible,
                        "read",
                        plan.collector,
                        "the kernel gives no number for the program's threads (it reports Unavailable or Error)",
                        "free monitoring groups or assign a counter to this one (mbm_assign_mode)",
                        0};
        }
        return {};
    }
    static bool gives_no_number(const Reading& reading) {
        return reading.state == ReadingState::never_ran || reading.state == ReadingState::read_failed;
    }

    /// A collector with its own word of --collector was requested explicitly.
    Result<void> refuse(const CollectorEntry& entry, const Capability& capability) {
        if (!request_.collectors.automatic && entry.word == entry.name)
            return cannot_count_with(std::string(entry.name), capability);
        leave_out(entry.name, capability.cause, capability.remedy);
        return {};
    }

    void warn_of_preset() {
        for (const std::string& text : request_.preset.memory.warnings)
            counting_.warnings.push_back(warnings::preset_note(text));
        if (request_.preset.choice.preset && !request_.preset.choice.preset->verified)
            counting_.warnings.push_back(warnings::preset_unverified(request_.preset.choice.preset->name));
        if (request_.options.bytes_per_cas)
            counting_.warnings.push_back(warnings::bytes_per_cas_given(*request_.options.bytes_per_cas));
    }

    Counting& counting_;
    const CountingRequest& request_;
    Sys& sys_;
    const SysRoot& root_;
    DramChoice choice_;
    std::string taken_; ///< name of the first source that counts
};

} // namespace

Result<DramChoice> choose_dram(Counting& counting, const CountingRequest& request, Sys& sys, const SysRoot& root,
                               std::span<const CollectorEntry> table) {
    DramChooser chooser(counting, request, sys, root);
    for (const CollectorEntry& entry : table)
        if (entry.supplies == Supplies::dram) TRY(chooser.ask(entry));
    chooser.ask_core_estimate();
    return chooser.take();
}

} // namespace bytebound
