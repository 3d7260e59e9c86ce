#include "experiment/qualify/qualification.hpp"

#include <linux/hw_breakpoint.h>
#include <time.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"

namespace bytebound {
namespace {

/// Long enough for several rotations of the kernel's groups, every 1 to 10 ms.
constexpr std::uint64_t multiplexed_iterations = 25'000'000;
constexpr unsigned watched_writes = 10, watched_reads = 5;

void rest(std::uint64_t ns) {
    const timespec time{static_cast<time_t>(ns / 1'000'000'000u), static_cast<long>(ns % 1'000'000'000u)};
    ::nanosleep(&time, nullptr);
}

/// A core event that is a term of an estimate: its count times its bytes per count.
bool is_term(const EventRecord& record) { return record.bytes_per_count != 0 && record.parts.empty(); }

bool is_breakpoint(const EventRecord& record) { return record.name.starts_with("mem:"); }

/// "hbm-read" -> true: the kernels' streams may be in memory of another class.
bool other_memory_class(const EventRecord& record) {
    return record.name.starts_with("hbm-") || record.name.starts_with("pmem-") || record.name.starts_with("cxl-");
}

/// Why an event cannot be checked although its role has kernels; empty if it can.
std::string why_not_checked(const EventRecord& record, std::string_view role) {
    const bool hardware =
        role == metric_name::instructions || role == metric_name::llc_misses || role == metric_name::page_faults;
    if (hardware && record.domain == "k")
        return "it counts kernel code, and the kernels with known counts are user code";
    if (role == metric_name::instructions && record.domain != "u")
        return "it also counts kernel code, for which no count is known";
    if (other_memory_class(record)) return "it is not known whether the run's memory is of this class";
    return {};
}

/// One event under one kernel, or the events whose sum is an estimate.
struct Item {
    std::vector<std::size_t> columns;
    std::string role;
    KernelCheck check;
    std::vector<KernelTrial> trials;
};

/// The checks of one pass.
class PassQualification {
public:
    PassQualification(const QualificationContext& context, KernelRunner& runner, int pass, std::uint64_t end_ns,
                      std::vector<QualifiedEvent>& results)
        : context_(context), runner_(runner), pass_(pass), end_ns_(end_ns), slots_(context.counting.slots_of(pass)),
          before_(slots_.size()), after_(slots_.size()), results_(results) {}

    Result<void> run();

private:
    const EventRecord& record(std::size_t column) const { return context_.counting.events[column]; }
    std::string role_of(const EventRecord& record) const;
    void classify();
    Result<void> judge_on(OpenCounters& counters, TruthKernel kernel);
    Result<void> once(OpenCounters& counters, TruthKernel kernel, std::vector<Item*>& items, std::uint64_t& took_ns);
    Result<std::uint64_t> idle(OpenCounters& counters, std::uint64_t ns);
    std::optional<double> value_of(const Item& item) const;
    bool shared(const Item& item) const;
    bool in_several_passes(std::size_t column) const;
    void add_checks(std::size_t column, const std::string& role);
    void leave_out(std::size_t column, std::string kernel, std::string reason);
    QualifiedEvent judge_breakpoint(const EventRecord& record);

    const QualificationContext& context_;
    KernelRunner& runner_;
    int pass_;
    std::uint64_t end_ns_;
    std::vector<CounterSlot> slots_;
    std::vector<CounterValue> before_, after_;
    std::vector<Item> items_;
    std::vector<std::size_t> breakpoints_;
    std::vector<QualifiedEvent>& results_;
};

std::string PassQualification::role_of(const EventRecord& record) const {
    return record.role.empty() ? event_role(record.name, context_.request.preset.choice.llc_event) : record.role;
}

void PassQualification::leave_out(std::size_t column, std::string kernel, std::string reason) {
    QualifiedEvent event;
    event.name = record(column).name;
    event.kernel = std::move(kernel);
    event.reason = std::move(reason);
    results_.push_back(std::move(event));
}

void PassQualification::classify() {
    std::vector<std::size_t> columns;
    for (const CounterSlot& slot : slots_)
        if (std::find(columns.begin(), columns.end(), slot.column) == columns.end()) columns.push_back(slot.column);
    for (const std::size_t column : columns) {
        const std::string role = role_of(record(column));
        const std::vector<KernelCheck> checks = checks_of(role);
        if (is_breakpoint(record(column))) {
            breakpoints_.push_back(column);
        } else if (checks.empty()) {
            leave_out(column, {}, why_no_truth(role));
        } else if (auto why = why_not_checked(record(column), role); !why.empty()) {
            leave_out(column, {}, std::move(why));
        } else if (in_several_passes(column)) {
            leave_out(column, {},
                      "other events of its sum are counted in another pass: no kernel is counted by all of them");
        } else {
            add_checks(column, role);
        }
    }
}

/// If the channels of one controller need several passes, every pass counts only a part of each kernel's traffic.
bool PassQualification::in_several_passes(std::size_t column) const {
    const EventRecord& one = record(column);
    const auto& events = context_.counting.events;
    return !one.role.empty() && std::any_of(events.begin(), events.end(), [&](const EventRecord& other) {
        return other.role == one.role && other.source == one.source && other.pass >= 0 && other.pass != one.pass;
    });
}

void PassQualification::add_checks(std::size_t column, const std::string& role) {
    for (const KernelCheck& check : checks_of(role)) {
        const auto same_sum = [&](const Item& item) {
            return item.check.kernel == check.kernel && item.role == role && is_term(record(column)) &&
                   is_term(record(item.columns[0]));
        };
        const auto sum = std::find_if(items_.begin(), items_.end(), same_sum);
        if (sum != items_.end())
            sum->columns.push_back(column);
        else
            items_.push_back({{column}, role, check, {}});
    }
}

bool PassQualification::shared(const Item& item) const {
    return std::any_of(slots_.begin(), slots_.end(), [&](const CounterSlot& slot) {
        return slot.column == item.columns[0] && slot.sharing == Sharing::socket;
    });
}

/// The difference of the last two readings, summed over the event's parts; nullopt if one of them is not a count.
std::optional<double> PassQualification::value_of(const Item& item) const {
    double value = 0;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const std::size_t column = slots_[i].column;
        if (std::find(item.columns.begin(), item.columns.end(), column) == item.columns.end()) continue;
        const Reading reading = difference(before_[i], after_[i]);
        if (!has_count(reading)) return std::nullopt;
        const double bytes = is_term(record(column)) ? static_cast<double>(record(column).bytes_per_count) : 1;
        value += slots_[i].weight * bytes * scaled_count(reading);
    }
    return value;
}

/// Counts the activity of others while the leader rests. Returns the duration in ns.
Result<std::uint64_t> PassQualification::idle(OpenCounters& counters, std::uint64_t ns) {
    if (!counters.read_before(before_)) return fail(counters.last_error());
    const std::uint64_t begin = now_ns();
    rest(ns);
    const std::uint64_t took = now_ns() - begin;
    if (!counters.read_after(after_)) return fail(counters.last_error());
    return took;
}

/// One repeat of a kernel, counted for all of its items.
Result<void> PassQualification::once(OpenCounters& counters, TruthKernel kernel, std::vector<Item*>& items,
                                     std::uint64_t& took_ns) {
    // nullopt: the idle machine could not be counted
    std::vector<std::optional<double>> background(items.size(), 0.0);
    const bool any_shared = std::any_of(items.begin(), items.end(), [&](const Item* i) { return shared(*i); });
    if (any_shared && took_ns > 0) {
        const auto rested = TRY(idle(counters, took_ns));
        for (std::size_t i = 0; i < items.size(); ++i)
            if (shared(*items[i])) {
                background[i] = value_of(*items[i]);
                if (background[i]) *background[i] /= static_cast<double>(rested);
            }
    }
    TRY(runner_.prepare(kernel));
    const double seen_before = KernelRunner::witnessed_so_far(kernel);
    if (!counters.read_before(before_)) return fail(counters.last_error());
    const std::uint64_t begin = now_ns();
    const double work = runner_.run(kernel);
    took_ns = now_ns() - begin;
    if (!counters.read_after(after_)) return fail(counters.last_error());
    const double seen = KernelRunner::witnessed_so_far(kernel) - seen_before;
    for (std::size_t i = 0; i < items.size(); ++i) {
        auto counted = value_of(*items[i]);
        if (counted && background[i])
            *counted -= *background[i] * static_cast<double>(took_ns);
        else
            counted.reset();
        items[i]->trials.push_back({counted, KernelRunner::is_witnessed(kernel)
                                                 ? Truth::seen(work, seen)
                                                 : truth_of(kernel, items[i]->role, work, runner_.line_bytes())});
    }
    return {};
}

Result<void> PassQualification::judge_on(OpenCounters& counters, TruthKernel kernel) {
    std::vector<Item*> items;
    for (Item& item : items_)
        if (item.check.kernel == kernel) items.push_back(&item);
    if (items.empty()) return {};
    const auto give_up = [&](const std::string& reason) {
        for (const Item* item : items)
            for (const std::size_t column : item->columns)
                leave_out(column, runner_.describe(kernel), reason);
        return Result<void>{};
    };
    if (const std::string obstacle = runner_.obstacle(kernel); !obstacle.empty()) return give_up(obstacle);

    // The first repeat warms up code, stack and pages, and determines the duration of a repeat.
    const std::uint64_t begin = now_ns();
    std::uint64_t took_ns = 0;
    if (begin >= end_ns_) return give_up("there was no time left for it");
    if (auto done = once(counters, kernel, items, took_ns); !done) {
        // Lack of memory for a stream is not a fault of a counter.
        if (done.error().code == ExitCode::not_possible) return give_up(done.error().cause);
        return done;
    }
    const std::uint64_t now = now_ns();
    const std::uint64_t repeats = context_.pace.repeats;
    const std::uint64_t left = end_ns_ > now ? end_ns_ - now : 0;
    const std::uint64_t affordable = left / std::max<std::uint64_t>(2 * took_ns, 1);
    if (affordable < std::min(repeats, fewest_trials))
        return give_up(fmt::format("{} repeats of {:.0f} ms do not fit into the {:g} s of this qualification",
                                   fewest_trials, static_cast<double>(took_ns) / 1e6,
                                   static_cast<double>(context_.pace.budget_ns) / 1e9));
    for (Item* item : items)
        item->trials.clear();
    for (std::uint64_t i = 0; i < std::min(repeats, std::max(affordable, fewest_trials)); ++i) {
        if (context_.stop != 0) return fail(stopped_by(context_.stop));
        TRY(once(counters, kernel, items, took_ns));
        if (items[0]->trials.back().truth.low <= 0) return give_up("getrusage did not confirm the kernel's work");
    }
    for (const Item* item : items) {
        QualifiedEvent event = judge(item->trials, item->check.threshold, std::string(item->check.unit));
        event.kernel = runner_.describe(kernel);
        if (item->columns.size() > 1) event.kernel += fmt::format(", sum of {} events", item->columns.size());
        for (const std::size_t column : item->columns) {
            event.name = record(column).name;
            results_.push_back(event);
        }
    }
    return {};
}

/// A breakpoint of the run watches memory that only the user knows. It is represented by a breakpoint of the same kind
/// and length on our own word, planned and opened by the same collector.
QualifiedEvent PassQualification::judge_breakpoint(const EventRecord& record) {
    QualifiedEvent out;
    const auto not_judged = [&](std::string reason) {
        out.name = record.name;
        out.reason = std::move(reason);
        return out;
    };
    for (PlannedCollector& source : context_.counting.sources) {
        const auto planned = std::find_if(source.plan.events.begin(), source.plan.events.end(),
                                          [&](const PlannedEvent& each) { return each.name == record.name; });
        if (planned == source.plan.events.end() || !planned->event) continue;
        const Event& event = *planned->event;
        if (event.breakpoint_type == HW_BREAKPOINT_X) return not_judged("no kernel executes a known address");
        const bool reads_too = event.breakpoint_type != HW_BREAKPOINT_W;
        known_truth::WatchedWord word;
        const std::string name = word.event_name(std::clamp<std::size_t>(event.config2, 1, 8), reads_too);
        const auto plan = source.collector->plan({{name}, false, context_.request.placement.cpus.at(0), {}, {}});
        if (!plan) return not_judged(plan.error().cause);
        if (plan->events.size() != 1 || plan->events[0].pass != 0)
            return not_judged("there was no breakpoint left for it");
        const auto counters = source.collector->open(*plan, 0);
        if (!counters) return not_judged(counters.error().cause);
        std::vector<KernelTrial> trials;
        for (std::uint64_t i = 0; i < context_.pace.repeats; ++i) {
            CounterValue before, after;
            const bool first = (*counters)->read(std::span(&before, 1));
            word.touch(watched_writes, watched_reads);
            const bool second = (*counters)->read(std::span(&after, 1));
            const Reading reading = difference(before, after);
            std::optional<double> counted;
            if (first && second && reading.state == ReadingState::counted) counted = static_cast<double>(reading.count);
            trials.push_back({counted, Truth::exactly(watched_writes + (reads_too ? watched_reads : 0))});
        }
        out = judge(trials, exact_bias, "accesses");
        out.name = record.name;
        out.kernel = fmt::format("{} writes{} of a separate word", watched_writes,
                                 reads_too ? fmt::format(" and {} reads", watched_reads) : "");
        return out;
    }
    return not_judged(why_no_truth({}));
}

Result<void> PassQualification::run() {
    classify();
    if (!items_.empty()) {
        auto counters = TRY(OpenCounters::open(context_.counting, pass_, true));
        using enum TruthKernel;
        for (const TruthKernel kernel :
             {instructions, fresh_pages, naps, cpu_time, read, store, nontemporal_store, copy}) {
            if (context_.stop != 0) return fail(stopped_by(context_.stop));
            TRY(judge_on(counters, kernel));
        }
    }
    for (const std::size_t column : breakpoints_)
        results_.push_back(judge_breakpoint(record(column)));
    return {};
}

} // namespace

QualificationPace qualification_pace(bool quick) {
    // Leaves time for opening, mapping and the first repeats within "under a second".
    return quick ? QualificationPace{fewest_trials, 700'000'000} : QualificationPace{};
}

Result<std::vector<QualifiedEvent>> qualify_counters(const QualificationContext& context) {
    KernelAmounts amounts = context.amounts;
    for (const EventRecord& record : context.counting.events)
        if (record.multiplexed) amounts.iterations = std::max(amounts.iterations, multiplexed_iterations);
    const auto caches = context.machine.last_level_caches(context.request.placement.cpus);
    const std::size_t line_bytes = caches.empty() ? 64 : caches[0].line_bytes.value_or(64);
    KernelRunner runner(context.machine, context.request.placement, amounts, line_bytes);
    const std::uint64_t end_ns = now_ns() + context.pace.budget_ns;
    std::vector<QualifiedEvent> results;
    for (int pass = 0; pass < context.counting.passes; ++pass)
        TRY(PassQualification(context, runner, pass, end_ns, results).run());
    return results;
}

Result<void> check_qualified(const CountingRequest& request, const Counting& counting,
                             const QualificationRecord& record) {
    for (const EventRecord& event : counting.events) {
        const bool asked = std::find(request.options.events.begin(), request.options.events.end(), event.name) !=
                           request.options.events.end();
        const MetricEntry* metric = find_metric(event.role);
        const bool by_default = request.options.events.empty() && metric != nullptr && metric->demanded;
        const QualifiedEvent* failure = failure_of(record, event.name);
        if ((!asked && !by_default) || failure == nullptr) continue;
        return fail({ExitCode::not_possible, "count", event.name,
                     fmt::format("failed qualification ({}): {} (--strict)", failure->kernel, failure->reason),
                     "give --allow-unqualified, or remove --strict"});
    }
    return {};
}

} // namespace bytebound
