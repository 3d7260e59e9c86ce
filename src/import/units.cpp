#include "import/units.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace bytebound {
namespace {

struct UnitEntry {
    std::string_view unit;
    BaseUnit base;
};

/// perf (tools/perf/util/stat-display.c, sysfs *.unit), LIKWID's groups, Nsight Compute and Google Benchmark.
constexpr std::array unit_table{
    UnitEntry{"", {"", 1}},
    // time
    UnitEntry{"ns", {"ns", 1}},
    UnitEntry{"nsec", {"ns", 1}},
    UnitEntry{"nsecond", {"ns", 1}},
    UnitEntry{"us", {"ns", 1e3}},
    UnitEntry{"usec", {"ns", 1e3}},
    UnitEntry{"usecond", {"ns", 1e3}},
    UnitEntry{"ms", {"ns", 1e6}},
    UnitEntry{"msec", {"ns", 1e6}},
    UnitEntry{"msecond", {"ns", 1e6}},
    UnitEntry{"s", {"ns", 1e9}},
    UnitEntry{"sec", {"ns", 1e9}},
    UnitEntry{"second", {"ns", 1e9}},
    // bytes
    UnitEntry{"byte", {"bytes", 1}},
    UnitEntry{"bytes", {"bytes", 1}},
    UnitEntry{"kbyte", {"bytes", 1e3}},
    UnitEntry{"mbyte", {"bytes", 1e6}},
    UnitEntry{"gbyte", {"bytes", 1e9}},
    UnitEntry{"tbyte", {"bytes", 1e12}},
    UnitEntry{"kbytes", {"bytes", 1e3}},
    UnitEntry{"mbytes", {"bytes", 1e6}},
    UnitEntry{"gbytes", {"bytes", 1e9}},
    UnitEntry{"kib", {"bytes", 1024.0}},
    UnitEntry{"mib", {"bytes", 1024.0 * 1024}},
    UnitEntry{"gib", {"bytes", 1024.0 * 1024 * 1024}},
    UnitEntry{"kb", {"bytes", 1e3}},
    UnitEntry{"mb", {"bytes", 1e6}},
    UnitEntry{"gb", {"bytes", 1e9}},
    UnitEntry{"sector", {"bytes", 32}},  // of a GPU's L2
    UnitEntry{"64bytes", {"bytes", 64}}, // sysfs: Arm memory controllers
    // rates
    UnitEntry{"byte/second", {"bytes/s", 1}},
    UnitEntry{"byte/s", {"bytes/s", 1}},
    UnitEntry{"kbyte/second", {"bytes/s", 1e3}},
    UnitEntry{"mbyte/second", {"bytes/s", 1e6}},
    UnitEntry{"gbyte/second", {"bytes/s", 1e9}},
    UnitEntry{"tbyte/second", {"bytes/s", 1e12}},
    UnitEntry{"kbyte/s", {"bytes/s", 1e3}},
    UnitEntry{"mbyte/s", {"bytes/s", 1e6}},
    UnitEntry{"gbyte/s", {"bytes/s", 1e9}},
    UnitEntry{"tbyte/s", {"bytes/s", 1e12}},
    UnitEntry{"mbytes/s", {"bytes/s", 1e6}},
    UnitEntry{"gbytes/s", {"bytes/s", 1e9}},
    UnitEntry{"byte/cycle", {"bytes/cycle", 1}},
    UnitEntry{"kbyte/cycle", {"bytes/cycle", 1e3}},
    UnitEntry{"byte/block", {"bytes/block", 1}},
    UnitEntry{"kbyte/block", {"bytes/block", 1e3}},
    UnitEntry{"mbyte/block", {"bytes/block", 1e6}},
    UnitEntry{"hz", {"hz", 1}},
    UnitEntry{"khz", {"hz", 1e3}},
    UnitEntry{"mhz", {"hz", 1e6}},
    UnitEntry{"ghz", {"hz", 1e9}},
    UnitEntry{"cycle/nsecond", {"hz", 1e9}},
    UnitEntry{"cycle/usecond", {"hz", 1e6}},
    UnitEntry{"cycle/second", {"hz", 1}},
    UnitEntry{"mflop/s", {"flop/s", 1e6}},
    UnitEntry{"muop/s", {"uop/s", 1e6}},
    // energy
    UnitEntry{"joules", {"j", 1}},
    UnitEntry{"j", {"j", 1}},
    UnitEntry{"w", {"w", 1}},
    // shares and counts of something
    UnitEntry{"%", {"%", 1}},
    UnitEntry{"inst", {"inst", 1}},
    UnitEntry{"kinst", {"inst", 1e3}},
    UnitEntry{"minst", {"inst", 1e6}},
    UnitEntry{"inst/cycle", {"inst/cycle", 1}},
    UnitEntry{"cycle", {"cycles", 1}},
    UnitEntry{"kcycle", {"cycles", 1e3}},
    UnitEntry{"mcycle", {"cycles", 1e6}},
    UnitEntry{"cycles", {"cycles", 1}},
    UnitEntry{"warp", {"warps", 1}},
    UnitEntry{"warp/cycle", {"warps/cycle", 1}},
    UnitEntry{"block", {"blocks", 1}},
    UnitEntry{"thread", {"threads", 1}},
    UnitEntry{"register/thread", {"registers/thread", 1}},
    UnitEntry{"request", {"requests", 1}},
    UnitEntry{"sm", {"sm", 1}},
    UnitEntry{"c", {"c", 1}},
};

} // namespace

std::optional<BaseUnit> base_unit(std::string_view unit) {
    std::string lower(unit);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    for (const UnitEntry& each : unit_table)
        if (each.unit == lower) return each.base;
    return std::nullopt;
}

} // namespace bytebound
