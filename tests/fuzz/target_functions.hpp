#pragma once

#include <string_view>

namespace bytebound::fuzz {

// record_targets.cpp
void run_json(std::string_view input);
void samples_csv(std::string_view input);
void workers_csv(std::string_view input);
void report(std::string_view input);
void calibration(std::string_view input);
void emulation(std::string_view input);
void probes(std::string_view input);
void qualification(std::string_view input);

// machine_targets.cpp
void preset(std::string_view input);
void bw_preset(std::string_view input);
void event_name(std::string_view input);
void cpu_list(std::string_view input);
void sysroot(std::string_view input);

// import_targets.cpp
void perf_stat(std::string_view input);
void likwid(std::string_view input);
void xctrace(std::string_view input);
void ncu(std::string_view input);
void google_benchmark(std::string_view input);
void imported_csv(std::string_view input);

// evidence_targets.cpp
void gates(std::string_view input);
void regions(std::string_view input);
void published(std::string_view input);

} // namespace bytebound::fuzz
