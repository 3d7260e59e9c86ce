#pragma GCC diagnostic ignored "-Warray-bounds" // see run_record_json.cpp
#define JSON_DIAGNOSTICS 1
#include <nlohmann/json.hpp>

#include <cmath>

#include "run/calibration_json.hpp"

namespace bytebound {

using nlohmann::json;

namespace {

StreamKernel kernel_of(const json& j) {
    const auto name = j.at("kernel").get<std::string>();
    if (const auto kernel = stream_kernel_named(name)) return *kernel;
    throw std::invalid_argument("kernel: \"" + name +
                                "\" is not one of read, write, nt-write, copy, nt-copy, "
                                "row-copy, nt-row-copy");
}

MemoryLevel level_of(const json& j) {
    const auto name = j.at("level").get<std::string>();
    if (const auto level = memory_level_named(name)) return *level;
    throw std::invalid_argument("level: \"" + name + "\" is not one of L1, L2, LLC, memory");
}

/// A rate that others divide by.
double rate_of(const json& j, const char* key) {
    const double value = j.at(key).get<double>();
    if (!(value > 0) || !std::isfinite(value)) throw std::invalid_argument(std::string(key) + ": it is not above 0");
    return value;
}

json number_or_null(const std::optional<double>& value) { return value ? json(*value) : json(nullptr); }
std::optional<double> optional_number(const json& j, const char* key) {
    return j.at(key).is_null() ? std::nullopt : std::optional(j.at(key).get<double>());
}

} // namespace

void to_json(json& j, const Ceiling& c) {
    j = {{"kernel", name_of(c.kernel)},
         {"level", name_of(c.level)},
         {"threads", c.threads},
         {"row_bytes", copies_rows(c.kernel) ? json(c.row_bytes) : json(nullptr)},
         {"buffer_bytes", c.buffer_bytes},
         {"bytes_per_second", c.bytes_per_second},
         {"ci_low", c.ci_low},
         {"ci_high", c.ci_high},
         {"n", c.n},
         {"small_buffers", c.small_buffers}};
}
void from_json(const json& j, Ceiling& c) {
    c.kernel = kernel_of(j);
    c.level = level_of(j);
    j.at("threads").get_to(c.threads);
    c.row_bytes = j.at("row_bytes").is_null() ? 0 : j.at("row_bytes").get<std::uint64_t>();
    j.at("buffer_bytes").get_to(c.buffer_bytes);
    c.bytes_per_second = rate_of(j, "bytes_per_second");
    c.ci_low = rate_of(j, "ci_low");
    c.ci_high = rate_of(j, "ci_high");
    j.at("n").get_to(c.n);
    j.at("small_buffers").get_to(c.small_buffers);
}

void to_json(json& j, const WriteAllocateFactor& f) {
    j = {{"kernel", name_of(f.kernel)},
         {"threads", f.threads},
         {"row_bytes", copies_rows(f.kernel) ? json(f.row_bytes) : json(nullptr)},
         {"factor", f.factor},
         {"ci_low", number_or_null(f.ci_low)},
         {"ci_high", number_or_null(f.ci_high)},
         {"measured", f.measured},
         {"source", f.source}};
}
void from_json(const json& j, WriteAllocateFactor& f) {
    f.kernel = kernel_of(j);
    j.at("threads").get_to(f.threads);
    f.row_bytes = j.at("row_bytes").is_null() ? 0 : j.at("row_bytes").get<std::uint64_t>();
    j.at("factor").get_to(f.factor);
    f.ci_low = optional_number(j, "ci_low");
    f.ci_high = optional_number(j, "ci_high");
    j.at("measured").get_to(f.measured);
    j.at("source").get_to(f.source);
}

void to_json(json& j, const ComputeCeiling& c) {
    j = {{"dtype", c.dtype},
         {"isa", c.isa},
         {"threads", c.threads},
         {"flops_per_second", c.flops_per_second},
         {"ci_low", c.ci_low},
         {"ci_high", c.ci_high},
         {"n", c.n}};
}
void from_json(const json& j, ComputeCeiling& c) {
    j.at("dtype").get_to(c.dtype);
    j.at("isa").get_to(c.isa);
    j.at("threads").get_to(c.threads);
    c.flops_per_second = rate_of(j, "flops_per_second");
    c.ci_low = rate_of(j, "ci_low");
    c.ci_high = rate_of(j, "ci_high");
    j.at("n").get_to(c.n);
}

void to_json(json& j, const LevelCapacity& c) {
    j = {{"level", name_of(c.level)}, {"threads", c.threads}, {"bytes", c.bytes}};
}
void from_json(const json& j, LevelCapacity& c) {
    c.level = level_of(j);
    j.at("threads").get_to(c.threads);
    j.at("bytes").get_to(c.bytes);
}

void to_json(json& j, const Ceilings& c) {
    j = {{"bandwidth", c.ceilings},
         {"write_allocate", c.write_allocate},
         {"compute", c.compute},
         {"capacities", c.capacities}};
}
void from_json(const json& j, Ceilings& c) {
    j.at("bandwidth").get_to(c.ceilings);
    j.at("write_allocate").get_to(c.write_allocate);
    j.at("compute").get_to(c.compute);
    j.at("capacities").get_to(c.capacities);
}

void to_json(json& j, const CalibrationUse& u) {
    j = {{"file", u.file}, {"measured", u.measured}, {"version", u.version},
         {"isa", u.isa},   {"quick", u.quick},       {"ceilings", u.ceilings}};
}
void from_json(const json& j, CalibrationUse& u) {
    j.at("file").get_to(u.file);
    j.at("measured").get_to(u.measured);
    j.at("version").get_to(u.version);
    j.at("isa").get_to(u.isa);
    j.at("quick").get_to(u.quick);
    j.at("ceilings").get_to(u.ceilings);
}

} // namespace bytebound
