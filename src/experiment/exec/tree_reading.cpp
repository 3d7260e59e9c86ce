#include "experiment/exec/tree_reading.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "experiment/counting/idle_windows.hpp"

namespace bytebound {
namespace {

constexpr std::size_t no_column = static_cast<std::size_t>(-1);

bool counts_machine(const PlannedCollector& source) {
    return std::any_of(source.plan.events.begin(), source.plan.events.end(), [](const PlannedEvent& event) {
        return event.pass >= 0 && event.sharing != Sharing::per_thread;
    });
}

/// What the accounting says of an event that perf was refused.
std::optional<std::uint64_t> accounted(const EventRecord& event, const CommandEnd& end) {
    if (event.name == accounting_name::max_rss) return end.max_rss_bytes;
    if (event.name == accounting_name::user_time) return end.user_ns;
    if (event.name == accounting_name::system_time) return end.system_ns;
    if (event.role == metric_name::task_clock_ns) return end.user_ns + end.system_ns;
    if (event.role == metric_name::page_faults) return end.page_faults;
    if (event.role == metric_name::context_switches) return end.context_switches;
    return {};
}

Reading whole(std::uint64_t count, std::uint64_t time_ns) {
    const std::uint64_t time = std::max<std::uint64_t>(time_ns, 1);
    return {count, time, time, ReadingState::counted};
}

} // namespace

std::size_t TreeReading::column_named(std::string_view name) const {
    for (std::size_t i = 0; i < counting_.events.size(); ++i)
        if (counting_.events[i].name == name) return i;
    return no_column;
}

PlannedCollector* TreeReading::tree() {
    for (PlannedCollector& source : counting_.sources)
        if (source.collector->counts_trees()) return &source;
    return nullptr;
}

Result<TreeReading> TreeReading::open(Counting counting) {
    TreeReading out(std::move(counting));
    Counting& all = out.counting_;
    for (std::size_t i = all.sources.size(); i-- > 0;) {
        const PlannedCollector& source = all.sources[i];
        if (source.plan.collector == source_name::os || source.collector->counts_trees()) continue;
        if (!counts_machine(source))
            all.leave_out(i, source.plan.collector + " counts only the threads of bytebound itself",
                          "give --collector perf");
        else if (source.plan.passes > 1)
            all.leave_out(i, "its events need several passes, and a command is counted in one", "give fewer --events");
    }
    if (const PlannedCollector* tree = out.tree())
        for (const PlannedEvent& planned : tree->plan.events) {
            if (planned.pass < 0 || !planned.event) continue;
            const std::size_t column = out.column_named(planned.name);
            EventRecord& record = all.events.at(column);
            out.tree_columns_.push_back(column);
            // All events are open at once, and the kernel takes turns where they do not fit.
            record.multiplexed = record.multiplexed || tree->plan.passes > 1;
            constexpr int groups_of_a_pass = 1000;
            record.group += record.pass * groups_of_a_pass;
            record.pass = 0;
        }
    all.passes = 1;
    for (EventRecord& event : all.events)
        if (event.pass >= 0 && event.source == source_name::os && !accounted(event, CommandEnd{})) {
            event.pass = event.group = -1;
            event.source.clear();
            event.reason = "the kernel's accounting of a process does not have it";
        }
    out.add_accounting();
    TRY(out.open_windows());
    return out;
}

void TreeReading::add_accounting() {
    for (const auto& [name, unit] :
         {std::pair(accounting_name::max_rss, "bytes"), std::pair(accounting_name::user_time, "ns"),
          std::pair(accounting_name::system_time, "ns")}) {
        EventRecord record;
        record.name = name;
        record.unit = unit;
        record.source = source_name::os;
        record.origin = "wait4(2)";
        record.pass = 0;
        record.sharing = "group";
        counting_.events.push_back(std::move(record));
    }
}

Result<void> TreeReading::open_windows() {
    for (PlannedCollector& source : counting_.sources) {
        if (!counts_machine(source)) continue;
        Window window;
        window.counters = TRY(source.collector->open(source.plan, 0));
        for (const PlannedEvent& planned : source.plan.events) {
            if (planned.pass < 0) continue;
            const std::size_t column = column_named(planned.name);
            if (planned.parts.empty()) window.columns.emplace_back(column, 1);
            for (const EventPart& part : planned.parts)
                window.columns.emplace_back(column, part.weight);
        }
        window.before.resize(window.counters->size());
        window.after.resize(window.counters->size());
        windows_.push_back(std::move(window));
    }
    return {};
}

void TreeReading::leave_out_shared(double seconds) {
    windows_.clear();
    for (std::size_t i = counting_.sources.size(); i-- > 0;)
        if (counts_machine(counting_.sources[i]))
            counting_.leave_out(i,
                                fmt::format("a run takes {:.0f} ms, and counters of the whole machine need {:.0f} ms",
                                            seconds * 1e3, least_shared_seconds * 1e3),
                                "measure a longer run");
}

void TreeReading::withdraw(std::string_view name, const std::string& reason) {
    EventRecord& record = counting_.events.at(column_named(name));
    record.pass = -1;
    record.source.clear();
    record.reason = reason;
}

Result<void> TreeReading::attach(pid_t process) {
    if (PlannedCollector* counted = tree()) tree_counters_ = TRY(counted->collector->open_tree(counted->plan, process));
    return {};
}

Result<void> TreeReading::before() {
    for (Window& window : windows_)
        if (!window.counters->read(window.before)) return fail(window.counters->last_error());
    return {};
}

Result<void> TreeReading::after() {
    for (auto window = windows_.rbegin(); window != windows_.rend(); ++window)
        if (!window->counters->read(window->after)) return fail(window->counters->last_error());
    return {};
}

void TreeReading::put(const Window& window, std::span<const CounterValue> from, std::span<const CounterValue> to,
                      std::vector<std::optional<Reading>>& out) const {
    for (std::size_t i = 0; i < window.columns.size(); ++i) {
        const auto& [column, weight] = window.columns[i];
        Reading reading = difference(from[i], to[i]);
        reading.count *= weight;
        out[column] = out[column] ? sum(*out[column], reading) : reading;
    }
}

Result<std::vector<std::optional<Reading>>> TreeReading::readings(const CommandEnd& end) {
    std::vector<std::optional<Reading>> out(counting_.events.size());
    if (tree_counters_) {
        std::vector<CounterValue> values(tree_counters_->size());
        if (!tree_counters_->read(values)) return fail(tree_counters_->last_error());
        for (std::size_t i = 0; i < values.size(); ++i)
            out[tree_columns_[i]] = difference(CounterValue{}, values[i]);
        tree_counters_.reset();
    }
    for (std::size_t i = 0; i < out.size(); ++i)
        if (counting_.events[i].source == source_name::os)
            if (const auto count = accounted(counting_.events[i], end)) out[i] = whole(*count, end.time_ns);
    for (const Window& window : windows_)
        put(window, window.before, window.after, out);
    return out;
}

Result<std::vector<std::vector<std::optional<Reading>>>> TreeReading::idle() {
    std::vector<std::vector<std::optional<Reading>>> rows;
    if (windows_.empty()) return rows;
    TRY(before());
    for (std::uint32_t i = 0; i < idle_windows; ++i) {
        std::this_thread::sleep_for(idle_window);
        TRY(after());
        auto& row = rows.emplace_back(counting_.events.size());
        for (Window& window : windows_) {
            put(window, window.before, window.after, row);
            window.before = window.after;
        }
    }
    return rows;
}

} // namespace bytebound
