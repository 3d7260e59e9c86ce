#include "counters/names/static_events.hpp"

#include <linux/perf_event.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace bytebound {
namespace {

constexpr StaticEvent hardware_table[] = {
    {"cycles", PERF_COUNT_HW_CPU_CYCLES},
    {"cpu-cycles", PERF_COUNT_HW_CPU_CYCLES},
    {"instructions", PERF_COUNT_HW_INSTRUCTIONS},
    {"cache-references", PERF_COUNT_HW_CACHE_REFERENCES},
    {"cache-misses", PERF_COUNT_HW_CACHE_MISSES},
    {"branches", PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
    {"branch-instructions", PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
    {"branch-misses", PERF_COUNT_HW_BRANCH_MISSES},
    {"bus-cycles", PERF_COUNT_HW_BUS_CYCLES},
    {"stalled-cycles-frontend", PERF_COUNT_HW_STALLED_CYCLES_FRONTEND},
    {"idle-cycles-frontend", PERF_COUNT_HW_STALLED_CYCLES_FRONTEND},
    {"stalled-cycles-backend", PERF_COUNT_HW_STALLED_CYCLES_BACKEND},
    {"idle-cycles-backend", PERF_COUNT_HW_STALLED_CYCLES_BACKEND},
    {"ref-cycles", PERF_COUNT_HW_REF_CPU_CYCLES},
};

constexpr StaticEvent software_table[] = {
    {"cpu-clock", PERF_COUNT_SW_CPU_CLOCK},
    {"task-clock", PERF_COUNT_SW_TASK_CLOCK},
    {"page-faults", PERF_COUNT_SW_PAGE_FAULTS},
    {"faults", PERF_COUNT_SW_PAGE_FAULTS},
    {"minor-faults", PERF_COUNT_SW_PAGE_FAULTS_MIN},
    {"major-faults", PERF_COUNT_SW_PAGE_FAULTS_MAJ},
    {"context-switches", PERF_COUNT_SW_CONTEXT_SWITCHES},
    {"cs", PERF_COUNT_SW_CONTEXT_SWITCHES},
    {"cpu-migrations", PERF_COUNT_SW_CPU_MIGRATIONS},
    {"migrations", PERF_COUNT_SW_CPU_MIGRATIONS},
    {"alignment-faults", PERF_COUNT_SW_ALIGNMENT_FAULTS},
    {"emulation-faults", PERF_COUNT_SW_EMULATION_FAULTS},
    {"cgroup-switches", PERF_COUNT_SW_CGROUP_SWITCHES},
    {"dummy", PERF_COUNT_SW_DUMMY},
};

struct Word {
    std::string_view text;
    unsigned value;
};

constexpr Word cache_words[] = {
    {"L1-dcache", PERF_COUNT_HW_CACHE_L1D}, {"l1-d", PERF_COUNT_HW_CACHE_L1D},
    {"l1d", PERF_COUNT_HW_CACHE_L1D},       {"L1-data", PERF_COUNT_HW_CACHE_L1D},
    {"L1-icache", PERF_COUNT_HW_CACHE_L1I}, {"l1-i", PERF_COUNT_HW_CACHE_L1I},
    {"l1i", PERF_COUNT_HW_CACHE_L1I},       {"L1-instruction", PERF_COUNT_HW_CACHE_L1I},
    {"LLC", PERF_COUNT_HW_CACHE_LL},        {"L2", PERF_COUNT_HW_CACHE_LL},
    {"dTLB", PERF_COUNT_HW_CACHE_DTLB},     {"d-tlb", PERF_COUNT_HW_CACHE_DTLB},
    {"Data-TLB", PERF_COUNT_HW_CACHE_DTLB}, {"iTLB", PERF_COUNT_HW_CACHE_ITLB},
    {"i-tlb", PERF_COUNT_HW_CACHE_ITLB},    {"Instruction-TLB", PERF_COUNT_HW_CACHE_ITLB},
    {"branch", PERF_COUNT_HW_CACHE_BPU},    {"branches", PERF_COUNT_HW_CACHE_BPU},
    {"bpu", PERF_COUNT_HW_CACHE_BPU},       {"btb", PERF_COUNT_HW_CACHE_BPU},
    {"bpc", PERF_COUNT_HW_CACHE_BPU},       {"node", PERF_COUNT_HW_CACHE_NODE},
};

constexpr Word op_words[] = {
    {"load", PERF_COUNT_HW_CACHE_OP_READ},
    {"loads", PERF_COUNT_HW_CACHE_OP_READ},
    {"read", PERF_COUNT_HW_CACHE_OP_READ},
    {"store", PERF_COUNT_HW_CACHE_OP_WRITE},
    {"stores", PERF_COUNT_HW_CACHE_OP_WRITE},
    {"write", PERF_COUNT_HW_CACHE_OP_WRITE},
    {"prefetch", PERF_COUNT_HW_CACHE_OP_PREFETCH},
    {"prefetches", PERF_COUNT_HW_CACHE_OP_PREFETCH},
    {"speculative-read", PERF_COUNT_HW_CACHE_OP_PREFETCH},
    {"speculative-load", PERF_COUNT_HW_CACHE_OP_PREFETCH},
};

constexpr Word result_words[] = {
    {"refs", PERF_COUNT_HW_CACHE_RESULT_ACCESS}, {"Reference", PERF_COUNT_HW_CACHE_RESULT_ACCESS},
    {"ops", PERF_COUNT_HW_CACHE_RESULT_ACCESS},  {"access", PERF_COUNT_HW_CACHE_RESULT_ACCESS},
    {"misses", PERF_COUNT_HW_CACHE_RESULT_MISS}, {"miss", PERF_COUNT_HW_CACHE_RESULT_MISS},
};

/// Possible operations per cache, as bits 1 << op; the index is the cache. Instruction caches have no stores.
constexpr std::array<unsigned, PERF_COUNT_HW_CACHE_MAX> possible_ops = {
    0b111, // L1D
    0b101, // L1I: read, prefetch
    0b111, // LL
    0b111, // DTLB
    0b001, // ITLB
    0b001, // BPU
    0b111, // NODE
};

bool starts_with_word(std::string_view text, std::string_view word) {
    if (text.size() < word.size() || (text.size() > word.size() && text[word.size()] != '-')) return false;
    return std::equal(word.begin(), word.end(), text.begin(),
                      [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

/// Removes the longest word of `table` that starts `text`, and the '-' after it.
std::optional<unsigned> take(std::string_view& text, std::span<const Word> table) {
    const Word* best = nullptr;
    for (const Word& word : table) {
        if (starts_with_word(text, word.text) && (best == nullptr || word.text.size() > best->text.size()))
            best = &word;
    }
    if (best == nullptr) return {};
    text.remove_prefix(std::min(text.size(), best->text.size() + 1));
    return best->value;
}

std::optional<std::uint64_t> find(std::span<const StaticEvent> table, std::string_view name) {
    const auto entry = std::find_if(table.begin(), table.end(), [&](const StaticEvent& e) { return e.name == name; });
    if (entry == table.end()) return {};
    return entry->config;
}

} // namespace

std::span<const StaticEvent> hardware_events() { return hardware_table; }
std::span<const StaticEvent> software_events() { return software_table; }
std::optional<std::uint64_t> hardware_config(std::string_view name) { return find(hardware_table, name); }
std::optional<std::uint64_t> software_config(std::string_view name) { return find(software_table, name); }

std::optional<CacheEventName> parse_cache_event(std::string_view name) {
    if (name.empty() || name.back() == '-') return {};
    std::string_view rest = name;
    const auto cache = take(rest, cache_words);
    if (!cache) return {};
    std::optional<unsigned> op, result;
    while (!rest.empty()) {
        if (const auto word = op ? std::nullopt : take(rest, op_words)) {
            op = word;
        } else if (const auto outcome = result ? std::nullopt : take(rest, result_words)) {
            result = outcome;
        } else {
            return {};
        }
    }
    const unsigned chosen_op = op.value_or(PERF_COUNT_HW_CACHE_OP_READ);
    const unsigned chosen_result = result.value_or(PERF_COUNT_HW_CACHE_RESULT_ACCESS);
    return CacheEventName{*cache | std::uint64_t{chosen_op} << 8 | std::uint64_t{chosen_result} << 16,
                          (possible_ops[*cache] >> chosen_op & 1u) != 0};
}

std::vector<std::string> cache_event_names() {
    constexpr std::string_view caches[] = {"L1-dcache", "L1-icache", "LLC", "dTLB", "iTLB", "branch", "node"};
    constexpr std::string_view accesses[] = {"loads", "stores", "prefetches"};
    constexpr std::string_view misses[] = {"load-misses", "store-misses", "prefetch-misses"};
    std::vector<std::string> names;
    for (std::size_t cache = 0; cache < std::size(caches); ++cache) {
        for (std::size_t op = 0; op < std::size(accesses); ++op) {
            if ((possible_ops[cache] >> op & 1u) == 0) continue;
            names.push_back(std::string(caches[cache]) + '-' + std::string(accesses[op]));
            names.push_back(std::string(caches[cache]) + '-' + std::string(misses[op]));
        }
    }
    return names;
}

bool happens_in_kernel_only(std::uint32_t type, std::uint64_t config) {
    return type == PERF_TYPE_SOFTWARE &&
           (config == PERF_COUNT_SW_CONTEXT_SWITCHES || config == PERF_COUNT_SW_CPU_MIGRATIONS ||
            config == PERF_COUNT_SW_CGROUP_SWITCHES);
}

} // namespace bytebound
