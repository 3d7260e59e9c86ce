#include "model/row_ceiling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace bytebound {
namespace {

/// Linear interpolation between logarithms, at fraction `part`. Unknown values stay 0.
double between(double below, double above, double part) {
    return below <= 0 || above <= 0 ? 0 : below * std::pow(above / below, part);
}

/// Dates are ISO 8601; an empty one is that of the calibration, the latest of all.
std::string older(const std::string& a, const std::string& b) {
    if (a.empty() || b.empty()) return a + b;
    return std::min(a, b);
}

Ceiling between(const Ceiling& below, const Ceiling& above, std::uint64_t row_bytes) {
    const auto log_of = [](std::uint64_t bytes) { return std::log(static_cast<double>(bytes)); };
    const double part =
        (log_of(row_bytes) - log_of(below.row_bytes)) / (log_of(above.row_bytes) - log_of(below.row_bytes));
    Ceiling out = below;
    out.row_bytes = row_bytes;
    for (double Ceiling::*rate : {&Ceiling::bytes_per_second, &Ceiling::ci_low, &Ceiling::ci_high})
        out.*rate = between(below.*rate, above.*rate, part);
    out.n = std::min(below.n, above.n);
    out.small_buffers = below.small_buffers || above.small_buffers;
    out.date = older(below.date, above.date);
    return out;
}

tl::unexpected<Unmodelled> not_measured(std::string reason, const std::string& option) {
    return tl::unexpected(Unmodelled{std::move(reason), "run bytebound calibrate " + option});
}

std::string named(StreamKernel kernel, MemoryLevel level, std::uint32_t threads) {
    return std::string(name_of(kernel)) + " in " + std::string(name_of(level)) + " with " + std::to_string(threads) +
           (threads == 1 ? " thread" : " threads");
}

tl::unexpected<Unmodelled> no_ceiling(StreamKernel kernel, MemoryLevel level, std::uint32_t threads) {
    return not_measured("no ceiling of " + named(kernel, level, threads), "--threads " + std::to_string(threads));
}

} // namespace

Modelled<double> kernel_ceiling(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level,
                                std::uint32_t threads) {
    const Ceiling* found = ceilings.find(kernel, level, threads);
    if (found == nullptr || found->bytes_per_second <= 0) return no_ceiling(kernel, level, threads);
    return found->bytes_per_second;
}

Modelled<Ceiling> row_ceiling(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level, std::uint32_t threads,
                              std::uint64_t row_bytes) {
    const Ceiling *below = nullptr, *above = nullptr;
    for (const Ceiling& each : ceilings.ceilings) {
        if (each.kernel != kernel || each.level != level || each.threads != threads || each.bytes_per_second <= 0)
            continue;
        if (each.row_bytes <= row_bytes && (below == nullptr || each.row_bytes > below->row_bytes)) below = &each;
        if (each.row_bytes >= row_bytes && (above == nullptr || each.row_bytes < above->row_bytes)) above = &each;
    }
    if (below == nullptr && above == nullptr) return no_ceiling(kernel, level, threads);
    if (below == nullptr || above == nullptr)
        return not_measured("the ceilings of " + named(kernel, level, threads) + " reach no rows of " +
                                std::to_string(row_bytes) + " bytes",
                            "--row-bytes " + std::to_string(row_bytes));
    return below->row_bytes == above->row_bytes ? *below : between(*below, *above, row_bytes);
}

Modelled<Ceiling> layout_ceiling(const Ceilings& ceilings, StreamKernel kernel, MemoryLevel level,
                                 std::uint32_t threads, const RowLayout& layout) {
    const auto row = static_cast<double>(layout.row_bytes());
    double seconds = 0, at_low = 0, at_high = 0; // per byte of a row
    Ceiling out;
    out.n = std::numeric_limits<std::uint64_t>::max();
    for (const RowGroup& group : layout.groups) {
        const auto ceiling = TRY(row_ceiling(ceilings, kernel, level, threads, group.row_bytes));
        const double part = static_cast<double>(group.row_bytes) / row;
        seconds += part / ceiling.bytes_per_second;
        at_low += part / ceiling.ci_low;
        at_high += part / ceiling.ci_high;
        const std::uint64_t n = std::min(out.n, ceiling.n);
        const bool small_buffers = out.small_buffers || ceiling.small_buffers;
        std::string date = older(out.date, ceiling.date);
        out = ceiling;
        out.n = n;
        out.small_buffers = small_buffers;
        out.date = std::move(date);
    }
    out.row_bytes = layout.row_bytes();
    out.bytes_per_second = 1 / seconds;
    out.ci_low = 1 / at_low; // 0 if a bound is unknown
    out.ci_high = 1 / at_high;
    return out;
}

std::uint32_t threads_alone(const Ceilings& ceilings, StreamKernel kernel, std::uint32_t team) {
    const bool measured = std::any_of(ceilings.ceilings.begin(), ceilings.ceilings.end(),
                                      [&](const Ceiling& each) { return each.kernel == kernel && each.threads == 1; });
    return measured ? 1 : team;
}

} // namespace bytebound
