#include "experiment/replay/emulation_spec.hpp"

#include <limits>

#include "archive/record_fields.hpp"
#include "workload/patterns.hpp"

namespace bytebound {

using namespace fields;

namespace {

using Spec = EmulationSpec;

[[noreturn]] void not_known(const std::string& word, const std::string& kind) {
    refuse("\"" + clipped(word, longest_word) + "\" is not " + kind);
}

std::string loop_word(const Spec& spec) {
    const LoopEntry* entry = find_loop(spec.loop);
    return entry == nullptr ? std::string() : std::string(entry->name);
}
void take_loop(const std::string& word, Spec& spec) {
    const LoopEntry* entry = find_loop(word);
    if (entry == nullptr) not_known(word, "a loop");
    spec.loop = entry->kind;
}

std::string copy_word(const Spec& spec) { return name_of(spec.copy); }
void take_copy(const std::string& word, Spec& spec) {
    const auto copy = copy_method_named(word);
    if (!copy) not_known(word, "a copy method");
    spec.copy = *copy;
}

std::string between_word(const Spec& spec) { return std::string(name_of(spec.between)); }
void take_between(const std::string& word, Spec& spec) {
    const auto between = value_named(between_words(), word);
    if (!between) not_known(word, "a --between value");
    spec.between = *between;
}

std::string pattern_word(const Spec& spec) { return to_text(spec.trace.workload.pattern); }
void take_pattern(const std::string& word, Spec& spec) {
    spec.trace.workload.pattern = pattern_of(word);
    if (!check(spec.trace.workload.pattern)) not_known(word, "a pattern");
}

constexpr auto pool_rows = [](auto& r) -> auto& { return r.workspace.pool_rows; };
constexpr auto slab_rows = [](auto& r) -> auto& { return r.workspace.slab_rows; };
constexpr auto groups = [](auto& r) -> auto& { return r.workspace.layout.groups; };
constexpr auto mask_count = [](auto& r) -> auto& { return r.workspace.mask_count; };
constexpr auto oracle_pairs = [](auto& r) -> auto& { return r.workspace.oracle_pairs; };
constexpr auto active_rows = [](auto& r) -> auto& { return r.trace.workload.active_rows; };
constexpr auto added = [](auto& r) -> auto& { return r.trace.change.added; };
constexpr auto removed = [](auto& r) -> auto& { return r.trace.change.removed; };
constexpr auto alternate = [](auto& r) -> auto& { return r.trace.change.alternate; };
constexpr auto warmup_steps = [](auto& r) -> auto& { return r.trace.warmup_steps; };
constexpr auto seed = [](auto& r) -> auto& { return r.trace.workload.seed; };

template <class Number>
using PoolRows = Within<1, max_pool_rows>::Of<Number>;
template <class Number>
using Rows = Within<0, max_pool_rows>::Of<Number>;
/// Far above what a phase has; sums of them fit 32 bits.
template <class Number>
using Steps = Within<0, 100'000'000>::Of<Number>;
template <class Number>
using OraclePairs = Within<0, std::int64_t{1} << 40>::Of<Number>;
template <class List>
using CpuNumbers = ListOf<typename List::value_type, NotBelowZero>;

/// The sums and products that memory is reserved for.
void finish(Spec& spec) {
    constexpr double largest_arena = 0x1p60;
    if (spec.workspace.layout.groups.empty()) refuse("groups", "it is empty");
    double row_bytes = 0;
    for (const RowGroup& group : spec.workspace.layout.groups)
        row_bytes += static_cast<double>(group.row_bytes);
    if (row_bytes * (static_cast<double>(spec.workspace.pool_rows) + spec.workspace.slab_rows) > largest_arena)
        refuse("groups", "the rows would have more than 2^60 bytes");
    const std::uint64_t measured = std::uint64_t{spec.readings} * spec.batch;
    if (measured + spec.trace.warmup_steps >= spec.workspace.mask_count)
        refuse("mask_count", "it is below the number of steps and 1");
    spec.trace.measured_steps = static_cast<std::uint32_t>(measured);
    spec.trace.workload.pool_rows = spec.workspace.pool_rows;
    if (spec.trace.workload.active_rows > spec.workspace.slab_rows) refuse("active_rows", "it is above slab_rows");
    if (spec.workspace.slab_rows > spec.workspace.pool_rows) refuse("slab_rows", "it is above pool_rows");
}

} // namespace

const Table<EmulationSpec>& fields_of(const EmulationSpec*) {
    static constexpr Field<Spec> list[] = {
        field<&Spec::collector>("collector"),
        converted<Spec, loop_word, take_loop>("loop"),
        converted<Spec, copy_word, take_copy>("copy"),
        field<&Spec::tau, NotNegative>("tau"),
        inner_field<Spec, pool_rows, PoolRows>("pool_rows"),
        inner_field<Spec, slab_rows, Rows>("slab_rows"),
        inner_field<Spec, groups>("groups"),
        inner_field<Spec, mask_count, Steps>("mask_count"),
        inner_field<Spec, oracle_pairs, OraclePairs>("oracle_pairs"),
        inner_field<Spec, active_rows, Rows>("active_rows"),
        inner_field<Spec, added, Rows>("added"),
        inner_field<Spec, removed, Rows>("removed"),
        inner_field<Spec, alternate>("alternate"),
        inner_field<Spec, warmup_steps, Steps>("warmup_steps"),
        field<&Spec::readings, Steps>("readings"),
        field<&Spec::batch, Positive>("batch"),
        converted<Spec, pattern_word, take_pattern>("pattern"),
        inner_field<Spec, seed>("seed"),
        converted<Spec, between_word, take_between>("between"),
        field<&Spec::last_level>("last_level"),
        field<&Spec::cpus, CpuNumbers>("cpus"),
        field<&Spec::parent, NotBelowZero>("parent"),
    };
    static constexpr Table<Spec> table{list, finish};
    return table;
}

std::string reading_label(std::uint32_t reading) { return "reading " + std::to_string(reading); }

std::string to_json_text(const EmulationSpec& spec) { return document_of(spec); }

Result<EmulationSpec> parse_emulation_spec(std::string_view text, const std::string& name) {
    return record_of<EmulationSpec>(
        text, {},
        {ExitCode::bad_data, "read", name, {}, "bytebound run --collector callgrind writes such files itself"});
}

} // namespace bytebound
