#include "fuzz/targets.hpp"

#include <array>

#include "fuzz/target_functions.hpp"

namespace bytebound::fuzz {

std::span<const Target> targets() {
    static constexpr std::array all{
        Target{"run_json", run_json, 60},
        Target{"samples_csv", samples_csv, 400},
        Target{"workers_csv", workers_csv, 400},
        Target{"report", report, 20},
        Target{"calibration", calibration, 60},
        Target{"autotune", autotune, 100},
        Target{"suite", suite, 400},
        Target{"summary", summary, 200},
        Target{"emulation", emulation, 400},
        Target{"probes", probes, 400},
        Target{"qualification", qualification, 400},
        Target{"preset", preset, 60},
        Target{"bw_preset", bw_preset, 10},
        Target{"event_name", event_name, 20},
        Target{"cpu_list", cpu_list, 400},
        Target{"sysroot", sysroot, 10},
        Target{"perf_stat", perf_stat, 100},
        Target{"likwid", likwid, 100},
        Target{"xctrace", xctrace, 100},
        Target{"ncu", ncu, 100},
        Target{"google_benchmark", google_benchmark, 100},
        Target{"imported_csv", imported_csv, 100},
        Target{"gates", gates, 400},
        Target{"published", published, 200},
        Target{"regions", regions, 400},
    };
    return all;
}

} // namespace bytebound::fuzz
