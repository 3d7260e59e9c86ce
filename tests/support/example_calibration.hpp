#pragma once
// A calibration of an example host, without figures.

#include "record/calibration_record.hpp"

namespace bytebound::test {

inline CalibrationRecord calibrated(const std::string& date) {
    CalibrationRecord r;
    r.version = "0.1.0";
    r.command = {"bytebound", "calibrate"};
    r.measured = date;
    r.host = {"example", "Example CPU", "6.1.0", "madvise"};
    r.placement = {"auto", "local", {3, 5}, MemoryPolicy::local, {0}};
    r.threads = {1, 2};
    r.caches = {{3, "Unified", 33554432, 16, 64, {3, 5}, "sysfs"}};
    r.rounds = 20;
    r.isa = "avx2";
    return r;
}

} // namespace bytebound::test
