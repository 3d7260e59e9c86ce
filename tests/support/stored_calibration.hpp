#pragma once
// A calibration with every kind of figure, and its files.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

#include "archive/calibration_store.hpp"
#include "support/example_calibration.hpp"
#include "support/temporary_directory.hpp"

namespace bytebound::test {

inline CalibrationRecord record() {
    CalibrationRecord r = calibrated("2026-01-02T03:04:05Z");
    r.git_revision = "0123abc";
    r.bound_cpus = true;
    r.percent_in_place = 100;
    using enum StreamKernel;
    r.ceilings.ceilings = {{read, MemoryLevel::memory, 1, 0, 136314880, 2.5e10, 2.4e10, 2.6e10, 20, false},
                           {row_copy, MemoryLevel::memory, 1, 8192, 136314880, 1.7e10, 1.6e10, 1.8e10, 20, true},
                           {row_copy, MemoryLevel::llc, 2, 8192, 16777216, 4e10, 3e10, 5e10, 20, false}};
    r.ceilings.write_allocate = {{row_copy, 1, 8192, 0.5, 0.4, 0.6, true, "uncore"},
                                 {nt_copy, 2, 0, 0, {}, {}, false, "no PMU"}};
    r.ceilings.compute = {{"f32", "avx2+fma", 1, 1e11, 9e10, 1.1e11, 20}, {"f64", "avx2+fma", 2, 5e10, 4e10, 6e10, 20}};
    r.ceilings.capacities = {{MemoryLevel::llc, 1, 33554432}, {MemoryLevel::llc, 2, 33554432}};
    r.absent = {{"LLC", "", 2, "too small"}, {"", "nt-write", 0, "no such stores"}};
    r.collectors = {{"uncore", true, "counts", ""}};
    r.qualification.reason = "nothing was counted";
    r.warnings = {{"code", std::nullopt, "text"}};
    return r;
}

inline CalibrationNeed need(std::uint32_t threads = 1) {
    CalibrationNeed out{record().host, record().placement, threads};
    out.placement.cpus.resize(threads);
    return out;
}

inline void save(const std::filesystem::path& file, const CalibrationRecord& r) {
    if (auto written = write_calibration(file, r, CalibrationPlace::cache); !written) FAIL(to_line(written.error()));
}

inline std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline std::size_t files_in(const std::filesystem::path& directory) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

inline CalibrationChoice chosen(const std::string& request, const std::filesystem::path& directory,
                                const CalibrationNeed& what = need()) {
    auto choice = choose_calibration(request, directory, what);
    if (!choice) FAIL(to_line(choice.error()));
    return *choice;
}

} // namespace bytebound::test
