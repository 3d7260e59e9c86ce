#include "counters/names/perf_terms.hpp"

#include <algorithm>

namespace bytebound {
namespace {

struct Row {
    std::string_view key;
    PerfTerm kind;
    std::string_view refusal = {};
};

constexpr Row rows[] = {
    {"name", PerfTerm::name},
    {"period", PerfTerm::ignored},
    {"freq", PerfTerm::ignored},
    {"time", PerfTerm::ignored},
    {"call-graph", PerfTerm::ignored},
    {"stack-size", PerfTerm::ignored},
    {"max-stack", PerfTerm::ignored},
    {"nr", PerfTerm::ignored},
    {"branch_type", PerfTerm::ignored},
    {"inherit", PerfTerm::ignored},
    {"no-inherit", PerfTerm::ignored},
    {"overwrite", PerfTerm::ignored},
    {"no-overwrite", PerfTerm::ignored},
    {"aux-output", PerfTerm::ignored},
    {"aux-action", PerfTerm::ignored},
    {"aux-sample-size", PerfTerm::ignored},
    {"metric-id", PerfTerm::ignored},
    {"percore", PerfTerm::refused,
     "adds up the hardware threads of a core, and the threads of this program are counted"},
    {"cpu", PerfTerm::refused, "selects the CPU that is counted; --cpus places the work"},
    {"driver-config", PerfTerm::refused, "configures the driver of a trace unit"},
};

const Row* find_term(std::string_view key) {
    const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.key == key; });
    return row == std::end(rows) ? nullptr : row;
}

} // namespace

PerfTerm perf_term(std::string_view key) {
    const Row* row = find_term(key);
    return row == nullptr ? PerfTerm::none : row->kind;
}

std::string_view refusal_of_term(std::string_view key) {
    const Row* row = find_term(key);
    return row == nullptr ? std::string_view() : row->refusal;
}

} // namespace bytebound
