#pragma once
// The times of the finished repeats of one k, and whether they are enough (--repeats auto).

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "record/samples.hpp"
#include "stats/estimate.hpp"

namespace bytebound {

/// How precise the compared time ratios of one loop are.
struct LoopPrecision {
    std::optional<double> half_width; ///< of the widest; nullopt: one has no interval
    bool enough = false;              ///< all are narrow enough to stop (half_width_to_stop)
};

class RepeatedTimes {
public:
    /// `clock_ns`: the clock pair's own part of every reading.
    RepeatedTimes(std::size_t loops, double clock_ns) : times_(loops), clock_ns_(clock_ns) {}
    /// The measured steps of a loop's next repeat.
    void add(std::size_t loop, std::span<const Sample> steps);
    /// A loop that is not measured any more: nothing is compared with it.
    void leave_out(std::size_t loop) { left_out_.push_back(loop); }
    /// For each loop, over the ratios that the report will show (compared_loops). A loop that is compared with none: of
    /// its own time. `names`: of the loops.
    std::vector<LoopPrecision> precision(std::span<const std::string> names, double wanted) const;

private:
    std::vector<Samples> times_; ///< per loop: one block per repeat, with the median of its steps
    double clock_ns_;
    std::vector<std::size_t> left_out_;
};

} // namespace bytebound
