#include "experiment/plug_in/plug_in_spec.hpp"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "experiment/counting/idle_windows.hpp"
#include "io/json.hpp"

namespace bytebound {
namespace {

nlohmann::json to_json(const SentSource& source) {
    nlohmann::json groups = nlohmann::json::array();
    for (const SentGroup& group : source.counters.groups)
        groups.push_back({{"leader", group.leader},
                          {"cpu", group.cpu},
                          {"ids", group.ids},
                          {"positions", group.positions},
                          {"descriptors", group.descriptors.size()}});
    return {{"at", source.at}, {"files", source.counters.files}, {"groups", groups}};
}

SentSource source_of(const nlohmann::json& json) {
    SentSource source;
    source.at = json.at("at");
    source.counters.files = json.at("files");
    for (const nlohmann::json& each : json.at("groups")) {
        SentGroup& group = source.counters.groups.emplace_back();
        group.leader = each.at("leader");
        group.cpu = each.at("cpu");
        group.ids = each.at("ids").get<std::vector<std::uint64_t>>();
        group.positions = each.at("positions").get<std::vector<std::size_t>>();
        group.descriptors.resize(each.at("descriptors").get<std::size_t>(), -1);
    }
    return source;
}

nlohmann::json to_json(const WorkspaceSpec& spec) {
    nlohmann::json groups = nlohmann::json::array();
    for (const RowGroup& group : spec.layout.groups)
        groups.push_back({{"name", group.name}, {"row_bytes", group.row_bytes}});
    return {{"pool_rows", spec.pool_rows},
            {"slab_rows", spec.slab_rows},
            {"mask_count", spec.mask_count},
            {"oracle_pairs", spec.oracle_pairs},
            {"groups", groups}};
}

WorkspaceSpec workspace_of(const nlohmann::json& json) {
    WorkspaceSpec spec;
    spec.pool_rows = json.at("pool_rows");
    spec.slab_rows = json.at("slab_rows");
    spec.mask_count = json.at("mask_count");
    spec.oracle_pairs = json.at("oracle_pairs");
    for (const nlohmann::json& each : json.at("groups"))
        spec.layout.groups.push_back({each.at("name"), each.at("row_bytes")});
    return spec;
}

nlohmann::json to_json(const StepPlan& plan) {
    nlohmann::json slots = nlohmann::json::array();
    for (const CounterSlot& slot : plan.slots)
        slots.push_back({slot.column, slot.weight, static_cast<int>(slot.sharing)});
    return {{"warmup_steps", plan.warmup_steps},
            {"readings", plan.readings},
            {"batch", plan.batch},
            {"gap", static_cast<int>(plan.gap)},
            {"slots", slots},
            {"names", plan.names},
            {"shared", plan.shared},
            {"counts_gaps", plan.counts_gaps}};
}

StepPlan steps_of(const nlohmann::json& json) {
    StepPlan plan;
    plan.warmup_steps = json.at("warmup_steps");
    plan.readings = json.at("readings");
    plan.batch = json.at("batch");
    plan.gap = static_cast<Gap>(json.at("gap").get<int>());
    for (const nlohmann::json& slot : json.at("slots"))
        plan.slots.push_back({slot.at(0), slot.at(1), static_cast<Sharing>(slot.at(2).get<int>())});
    plan.names = json.at("names").get<std::vector<std::string>>();
    plan.shared = json.at("shared");
    plan.counts_gaps = json.at("counts_gaps");
    return plan;
}

} // namespace

std::string to_text(const PlugInSpec& spec) {
    nlohmann::json counters = nlohmann::json::array();
    for (const SentSource& source : spec.counters)
        counters.push_back(to_json(source));
    const nlohmann::json json{{"library", nlohmann::json::binary({spec.library.begin(), spec.library.end()})},
                              {"arguments", nlohmann::json::binary({spec.arguments.begin(), spec.arguments.end()})},
                              {"describe", spec.describe},
                              {"workspace", to_json(spec.workspace)},
                              {"steps", to_json(spec.steps)},
                              {"events", spec.events},
                              {"read_cost", spec.read_cost},
                              {"sweep", {spec.sweep_bytes, spec.sweep.begin, spec.sweep.bytes}},
                              {"counters", counters}};
    const std::vector<std::uint8_t> bytes = nlohmann::json::to_cbor(json); // paths may be no UTF-8
    return {bytes.begin(), bytes.end()};
}

Result<PlugInSpec> parse_plug_in_spec(std::string_view text) try {
    const nlohmann::json json = nlohmann::json::from_cbor(text);
    const auto bytes_of = [&json](const char* key) {
        const auto& bytes = json.at(key).get_binary();
        return std::string(bytes.begin(), bytes.end());
    };
    PlugInSpec spec;
    spec.library = bytes_of("library");
    spec.arguments = bytes_of("arguments");
    spec.describe = json.at("describe");
    spec.workspace = workspace_of(json.at("workspace"));
    spec.steps = steps_of(json.at("steps"));
    spec.events = json.at("events").get<std::vector<std::string>>();
    spec.read_cost = json.at("read_cost");
    spec.sweep_bytes = json.at("sweep").at(0);
    spec.sweep = {json.at("sweep").at(1), json.at("sweep").at(2)};
    for (const nlohmann::json& source : json.at("counters"))
        spec.counters.push_back(source_of(source));
    return spec;
} catch (const nlohmann::json::exception& fault) {
    return fail({ExitCode::internal, "read", "plug-in's task", fault.what(), "report this with the command"});
}

namespace {

constexpr std::uint64_t words_per_value = 3; ///< CounterValue

/// More than the numbers of any log of this spec, and of the cost of its readings.
std::uint64_t most_words(const PlugInSpec& spec) {
    const std::uint64_t slots = spec.steps.slots.size(), readings = spec.steps.readings;
    const std::uint64_t per_reading = 8 + 4 * words_per_value * slots;
    const std::uint64_t idle = 2 * (idle_windows + 1) * words_per_value * slots;
    return 32 + readings * per_reading + idle + 8 * (spec.events.size() + 2);
}

template <class T>
std::span<T> take(std::byte*& at, std::uint64_t count) {
    T* const first = reinterpret_cast<T*>(at);
    at += (count * sizeof(T) + 7) / 8 * 8;
    return {first, count};
}

} // namespace

std::uint64_t PlugInBlock::bytes(const PlugInSpec& spec) {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t steps = spec.steps.steps();
    const std::uint64_t all = sizeof(PlugInHeader) + 4 * steps + 16 * steps + 8 * most_words(spec) +
                              4 * std::uint64_t{spec.workspace.slab_rows} + 64;
    return (all + page - 1) / page * page;
}

PlugInBlock::PlugInBlock(std::byte* base, const PlugInSpec& spec) : base_(base) {
    std::byte* at = base + (sizeof(PlugInHeader) + 7) / 8 * 8;
    outcomes_ = take<std::int32_t>(at, spec.steps.steps());
    rows_ = take<std::uint64_t>(at, spec.steps.steps());
    metadata_ = take<std::uint64_t>(at, spec.steps.steps());
    words_ = take<std::uint64_t>(at, most_words(spec));
    const std::uint64_t entries = spec.workspace.slab_rows;
    ids_ = {reinterpret_cast<std::uint32_t*>(base + bytes(spec)) - entries, entries};
}

std::uint32_t PlugInBlock::finished() const {
    const auto first = std::find(outcomes_.begin(), outcomes_.end(), unfinished);
    return static_cast<std::uint32_t>(first - outcomes_.begin());
}

namespace {

class WordWriter {
public:
    void put(std::uint64_t word) { words_.push_back(word); }
    void put(const CounterValue& value) {
        words_.insert(words_.end(), {value.count, value.enabled_ns, value.running_ns});
    }
    void put(const ReadingCost& cost) {
        put(cost.n);
        for (const double each : {cost.median, cost.ci_low, cost.ci_high, cost.range_low, cost.range_high})
            put(std::bit_cast<std::uint64_t>(each));
    }
    void put(const std::vector<CounterValue>& values) {
        put(values.size());
        for (const CounterValue& value : values)
            put(value);
    }
    void put(const std::vector<TeamValues>& readings) {
        put(readings.size());
        for (const TeamValues& workers : readings)
            put(workers.front());
    }
    std::vector<std::uint64_t> take() { return std::move(words_); }

private:
    std::vector<std::uint64_t> words_;
};

/// Numbers that a plug-in may have overwritten: every size is checked.
class WordReader {
public:
    explicit WordReader(std::span<const std::uint64_t> words) : words_(words) {}
    std::uint64_t word() {
        if (at_ >= words_.size()) good_ = false;
        return good_ ? words_[at_++] : 0;
    }
    std::uint64_t word_up_to(std::uint64_t most) {
        const std::uint64_t value = word();
        if (value > most) good_ = false;
        return good_ ? value : 0;
    }
    int cpu() {
        const auto value = static_cast<std::int64_t>(word());
        if (value < -1 || value >= 1 << 20) good_ = false;
        return static_cast<int>(value);
    }
    CounterValue value() {
        CounterValue value;
        value.count = word();
        value.enabled_ns = word();
        value.running_ns = word();
        return value;
    }
    ReadingCost cost() {
        ReadingCost cost;
        cost.n = static_cast<decltype(cost.n)>(word());
        for (double* each : {&cost.median, &cost.ci_low, &cost.ci_high, &cost.range_low, &cost.range_high})
            *each = std::bit_cast<double>(word());
        return cost;
    }
    /// Either none, or `wanted`.
    std::vector<CounterValue> values(std::uint64_t wanted) {
        const std::uint64_t size = word_up_to(wanted);
        std::vector<CounterValue> all(size);
        for (CounterValue& each : all)
            each = value();
        return all;
    }
    bool good() const { return good_; }

private:
    std::span<const std::uint64_t> words_;
    std::size_t at_ = 0;
    bool good_ = true;
};

Failure overwritten() {
    return fail({ExitCode::internal, "read", "results", "they are not those of a phase: the plug-in wrote over them",
                 "look for writes outside of its memory"});
}

} // namespace

std::vector<std::uint64_t> words_of(const PhaseLog& log) {
    WordWriter out;
    const WorkerLog& own = log.workers.at(0);
    out.put(log.measured);
    for (std::size_t i = 0; i < log.measured; ++i) {
        out.put(log.time_ns[i]);
        out.put(static_cast<std::uint64_t>(std::int64_t{own.cpu_before[i]}));
        out.put(static_cast<std::uint64_t>(std::int64_t{own.cpu_after[i]}));
        out.put(own.part_ns[i]);
        out.put(own.interrupted[i] ? 1 : 0);
    }
    out.put(own.before);
    out.put(own.after);
    out.put(log.idle_before);
    out.put(log.idle_after);
    out.put(log.gap_before);
    out.put(log.gap_after);
    return out.take();
}

Result<PhaseLog> log_of(std::span<const std::uint64_t> words, const PlugInSpec& spec) {
    const std::uint32_t readings = spec.steps.readings;
    const std::size_t slots = spec.steps.slots.size();
    WordReader in(words);
    PhaseLog log;
    log.time_ns.resize(readings);
    log.workers = make_worker_logs(1, readings, slots);
    WorkerLog& own = log.workers[0];
    log.measured = static_cast<std::uint32_t>(in.word_up_to(readings));
    for (std::size_t i = 0; i < log.measured; ++i) {
        log.time_ns[i] = in.word();
        own.cpu_before[i] = in.cpu();
        own.cpu_after[i] = in.cpu();
        own.part_ns[i] = in.word();
        own.interrupted[i] = in.word() != 0;
    }
    own.before = in.values(readings * slots);
    own.after = in.values(readings * slots);
    log.idle_before = in.values((idle_windows + 1) * slots);
    log.idle_after = in.values((idle_windows + 1) * slots);
    for (std::vector<TeamValues>* gaps : {&log.gap_before, &log.gap_after}) {
        const std::uint64_t count = in.word_up_to(readings);
        for (std::uint64_t i = 0; i < count; ++i)
            gaps->push_back({in.values(slots)});
    }
    if (!in.good() || log.measured != readings || own.before.size() != readings * slots ||
        own.after.size() != readings * slots)
        return overwritten();
    for (const std::vector<TeamValues>* gaps : {&log.gap_before, &log.gap_after})
        for (const TeamValues& each : *gaps)
            if (each.front().size() != slots) return overwritten();
    return log;
}

std::vector<std::uint64_t> words_of(const ReadCostRecord& cost, const PlugInSpec& spec) {
    WordWriter out;
    for (const auto& each : {cost.clock_ns, cost.reading_ns}) {
        out.put(each ? 1 : 0);
        if (each) out.put(*each);
    }
    out.put(cost.counters.size());
    for (const CounterCost& each : cost.counters) {
        const auto event = std::find(spec.events.begin(), spec.events.end(), each.event);
        out.put(static_cast<std::uint64_t>(event - spec.events.begin()));
        out.put(each.cost);
    }
    return out.take();
}

Result<ReadCostRecord> cost_of(std::span<const std::uint64_t> words, const PlugInSpec& spec) {
    WordReader in(words);
    ReadCostRecord record;
    if (in.word_up_to(1) != 0) record.clock_ns = in.cost();
    if (in.word_up_to(1) != 0) record.reading_ns = in.cost();
    const std::uint64_t counters = in.word_up_to(spec.events.size());
    for (std::uint64_t i = 0; i < counters; ++i) {
        const std::uint64_t event = in.word_up_to(spec.events.size() - 1);
        record.counters.push_back({spec.events[event], 0, in.cost()});
    }
    if (!in.good()) return overwritten();
    return record;
}

} // namespace bytebound
