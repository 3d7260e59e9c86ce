#include "io/json.hpp"

#include "io/checked_json.hpp"
#include "record/calibration_json.hpp"

namespace bytebound {

using nlohmann::json;

namespace {

StreamKernel kernel_of(const json& j) {
    const auto name = j.at("kernel").get<std::string>();
    if (const auto kernel = stream_kernel_named(name)) return *kernel;
    throw std::invalid_argument("/kernel: \"" + name +
                                "\" is not one of read, write, nt-write, copy, nt-copy, "
                                "row-copy, nt-row-copy");
}

MemoryLevel level_of(const json& j) {
    const auto name = j.at("level").get<std::string>();
    if (const auto level = memory_level_named(name)) return *level;
    throw std::invalid_argument("/level: \"" + name + "\" is not one of L1, L2, LLC, memory");
}

std::optional<double> optional_number(const json& j, const char* key) {
    return j.at(key).is_null() ? std::nullopt : std::optional(checked::number_of(j, key));
}

std::uint32_t threads_of(const json& j) { return checked::count_of<std::uint32_t>(j.at("threads"), "threads", 1); }
std::uint64_t positive(const json& j, const char* key) { return checked::count_of<std::uint64_t>(j.at(key), key, 1); }

/// Of the row kernels, and of no other.
std::uint64_t row_bytes_of(const json& j, StreamKernel kernel) {
    const json& value = j.at("row_bytes");
    if (value.is_null() == copies_rows(kernel))
        checked::refuse("row_bytes", copies_rows(kernel) ? "a row kernel needs it" : "this kernel has no rows");
    return value.is_null() ? 0 : positive(j, "row_bytes");
}

/// Value, interval and n of what was measured.
template <class Measured>
void get_rate(const json& j, const char* key, double& value, Measured& into) {
    value = checked::rate_of(j, key);
    into.ci_low = checked::rate_of(j, "ci_low");
    into.ci_high = checked::rate_of(j, "ci_high");
    checked::check_interval(into.ci_low, value, into.ci_high, key);
    into.n = positive(j, "n");
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
    c.threads = threads_of(j);
    c.row_bytes = row_bytes_of(j, c.kernel);
    c.buffer_bytes = positive(j, "buffer_bytes");
    get_rate(j, "bytes_per_second", c.bytes_per_second, c);
    j.at("small_buffers").get_to(c.small_buffers);
}

void to_json(json& j, const WriteAllocateFactor& f) {
    j = {{"kernel", name_of(f.kernel)},
         {"threads", f.threads},
         {"row_bytes", copies_rows(f.kernel) ? json(f.row_bytes) : json(nullptr)},
         {"factor", f.factor},
         {"ci_low", value_or_null(f.ci_low)},
         {"ci_high", value_or_null(f.ci_high)},
         {"measured", f.measured},
         {"source", f.source}};
}
void from_json(const json& j, WriteAllocateFactor& f) {
    f.kernel = kernel_of(j);
    f.threads = threads_of(j);
    f.row_bytes = row_bytes_of(j, f.kernel);
    f.factor = checked::number_of(j, "factor");
    f.ci_low = optional_number(j, "ci_low");
    f.ci_high = optional_number(j, "ci_high");
    j.at("measured").get_to(f.measured);
    j.at("source").get_to(f.source);
    for (const char* end : {"ci_low", "ci_high"})
        if (j.at(end).is_null() == f.measured)
            checked::refuse(end,
                            f.measured ? "a measured factor has an interval" : "an assumed factor has no interval");
    if (f.measured) // noise may take it below 0
        checked::check_interval(*f.ci_low, f.factor, *f.ci_high, "factor");
    else if (f.factor != 0 && f.factor != 1)
        checked::refuse("factor", "an assumed factor is 0 or 1");
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
    c.threads = threads_of(j);
    get_rate(j, "flops_per_second", c.flops_per_second, c);
}

void to_json(json& j, const LevelCapacity& c) {
    j = {{"level", name_of(c.level)}, {"threads", c.threads}, {"bytes", c.bytes}};
}
void from_json(const json& j, LevelCapacity& c) {
    c.level = level_of(j);
    c.threads = threads_of(j);
    c.bytes = positive(j, "bytes");
}

void to_json(json& j, const Ceilings& c) {
    j = {{"bandwidth", c.ceilings},
         {"write_allocate", c.write_allocate},
         {"compute", c.compute},
         {"capacities", c.capacities}};
}
void from_json(const json& j, Ceilings& c) {
    checked::get_list(j, "bandwidth", c.ceilings);
    checked::get_list(j, "write_allocate", c.write_allocate);
    checked::get_list(j, "compute", c.compute);
    checked::get_list(j, "capacities", c.capacities);
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
    try {
        checked::get_value(j, "ceilings", u.ceilings);
    } catch (const std::invalid_argument& fault) { // a run's record has one calibration
        throw std::invalid_argument(std::string("/calibration") + fault.what());
    }
}

} // namespace bytebound
