#include "record/samples.hpp"

#include <algorithm>

#include "record/sample_columns.hpp"

namespace bytebound {
namespace {

bool same_phase(const Sample& a, const Sample& b) {
    return a.loop == b.loop && a.k == b.k && a.repeat == b.repeat && a.pass == b.pass;
}

std::uint64_t readings_of_last_phase(const SampleTable& table) {
    std::uint64_t readings = 0;
    for (auto row = table.rows.rbegin(); row != table.rows.rend() && same_phase(*row, table.rows.back()); ++row)
        ++readings;
    return readings;
}

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& columns, std::string_view name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
}

} // namespace

bool is_sample_column(std::string_view name) {
    return contains(key_columns, name) || contains(worker_columns, name) || contains(step_columns, name) ||
           contains(trace_columns, name) || name.starts_with(sim_prefix) || name.starts_with(emulated_prefix) ||
           name.starts_with(gap_prefix) || name.ends_with(":enabled") || name.ends_with(":running");
}

void drop_unfinished_phase(SampleTable& table, std::uint32_t readings_per_phase) {
    if (table.rows.empty() || readings_of_last_phase(table) >= readings_per_phase) return;
    const Sample last = table.rows.back();
    while (!table.rows.empty() && same_phase(table.rows.back(), last)) {
        table.rows.pop_back();
        ++table.dropped_rows;
    }
}

} // namespace bytebound
