#pragma once

#include <string_view>

namespace bytebound::fuzz {

// record_targets.cpp
bool regions(std::string_view input);
bool run_json(std::string_view input);
bool samples_csv(std::string_view input);
bool workers_csv(std::string_view input);
bool report(std::string_view input);
bool calibration(std::string_view input);
bool autotune(std::string_view input);
bool suite(std::string_view input);
bool summary(std::string_view input);
bool emulation(std::string_view input);
bool probes(std::string_view input);
bool qualification(std::string_view input);

// machine_targets.cpp
bool preset(std::string_view input);
bool bw_preset(std::string_view input);
bool event_name(std::string_view input);
bool cpu_list(std::string_view input);
bool sysroot(std::string_view input);

// import_targets.cpp
bool perf_stat(std::string_view input);
bool likwid(std::string_view input);
bool xctrace(std::string_view input);
bool ncu(std::string_view input);
bool google_benchmark(std::string_view input);
bool imported_csv(std::string_view input);

// evidence_targets.cpp
bool gates(std::string_view input);
bool published(std::string_view input);

} // namespace bytebound::fuzz
