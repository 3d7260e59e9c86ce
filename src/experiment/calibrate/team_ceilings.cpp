#include "experiment/calibrate/team_ceilings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/random.hpp"
#include "experiment/measure/page_judgement.hpp"
#include "experiment/measure/pinned_team.hpp"
#include "machine/page_proof.hpp"
#include "record/warnings.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

/// Duration of one sample: a thousand times the release of a team, and a fraction of a scheduler's time slice.
constexpr std::uint64_t sample_ns = 2'000'000;

/// Samples of one ceiling.
struct CeilingSamples {
    std::uint64_t passes = 1, last_ns = sample_ns;
    std::vector<double> rates;
    std::vector<std::vector<double>> read_bytes; ///< indexed by counter pass
};

struct ComputeSamples {
    FloatType type;
    FmaKernel kernel;
    std::uint64_t iterations = 1;
    std::vector<double> rates;
};

constexpr std::size_t fewest_samples = 2; ///< one sample has no interval

/// Each round counts one pass.
std::string why_too_few_counts(const std::string& source, std::size_t passes, std::uint32_t rounds) {
    if (rounds >= fewest_samples * passes) return source + " was counted in fewer than 2 rounds of a pass";
    return fmt::format(
        "{} counts reads in {} passes, one per round; {} rounds are fewer than 2 of each: give --repeats {} or more",
        source, passes, rounds, fewest_samples * passes);
}

class TeamMeasurement {
public:
    TeamMeasurement(const TeamContext& context, CalibrationRecord& record, WorkerTeam& team, CalibrationRunner& runner)
        : context_(context), record_(record), team_(team), runner_(runner),
          counter_(context.counting, context.reads, team), samples_(context.team.requests.size()) {
        counter_.find_passes();
        for (CeilingSamples& each : samples_)
            each.read_bytes.resize(counter_.passes().size());
    }

    Result<void> run(const ProgressCallback& progress, const StopFlag& stop);
    void put();

private:
    const CeilingRequest& request(std::size_t i) const { return context_.team.requests[i]; }
    static bool counted(const CeilingRequest& request) {
        return request.buffers.level == MemoryLevel::memory && request.kernel != StreamKernel::read;
    }
    void settle_lengths();
    Result<void> round(std::uint32_t number, const StopFlag& stop);
    Result<void> once(std::size_t i, std::size_t counter_pass);
    void compute_once();
    WriteAllocateFactor factor_of(std::size_t i) const;

    const TeamContext& context_;
    CalibrationRecord& record_;
    WorkerTeam& team_;
    CalibrationRunner& runner_;
    ReadCounter counter_;
    std::vector<CeilingSamples> samples_;
    std::vector<ComputeSamples> compute_;
};

void TeamMeasurement::settle_lengths() {
    for (std::size_t i = 0; i < samples_.size(); ++i)
        samples_[i].passes = runner_.passes_for(request(i), sample_ns);
    for (const FloatType type : {FloatType::f32, FloatType::f64}) {
        ComputeSamples each{type, fma_kernels(type).back(), 100'000, {}};
        runner_.run(each.kernel, each.iterations); // powers up the vector units
        const std::uint64_t took = runner_.run(each.kernel, each.iterations);
        each.iterations = std::max<std::uint64_t>(1000, each.iterations * sample_ns / took);
        compute_.push_back(each);
    }
}

Result<void> TeamMeasurement::once(std::size_t i, std::size_t counter_pass) {
    CeilingSamples& samples = samples_[i];
    const ProgramBytes bytes = runner_.bytes(request(i));
    if (request(i).buffers.level != MemoryLevel::memory) runner_.run(request(i), 1); // loads the working set
    const auto pass = [&] {
        samples.last_ns = runner_.run(request(i), samples.passes);
        return samples.last_ns;
    };
    if (counter_.counts() && counted(request(i))) {
        auto read = TRY(counter_.during(samples.last_ns, pass));
        if (read) samples.read_bytes[counter_pass].push_back(*read / static_cast<double>(samples.passes));
    } else {
        pass();
    }
    samples.rates.push_back(bytes.moved() * static_cast<double>(samples.passes) * 1e9 /
                            static_cast<double>(samples.last_ns));
    return {};
}

void TeamMeasurement::compute_once() {
    for (ComputeSamples& each : compute_) {
        const std::uint64_t ns = runner_.run(each.kernel, each.iterations);
        const double flops = static_cast<double>(each.kernel.flops_per_iteration) *
                             static_cast<double>(each.iterations) * context_.team.threads();
        each.rates.push_back(flops * 1e9 / static_cast<double>(ns));
    }
}

Result<void> TeamMeasurement::round(std::uint32_t number, const StopFlag& stop) {
    std::vector<std::size_t> order(samples_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random(number + 1);
    // Shuffled, so that no kernel always runs after the same other one.
    for (std::size_t left = order.size(); left > 1; --left)
        std::swap(order[left - 1], order[random.below(static_cast<std::uint32_t>(left))]);
    std::size_t counter_pass = 0;
    if (counter_.counts()) {
        counter_pass = number % counter_.passes().size();
        TRY(counter_.open(counter_.passes()[counter_pass]));
    }
    for (const std::size_t i : order) {
        if (stop != 0) return fail(stopped_by(stop));
        TRY(once(i, counter_pass));
    }
    counter_.close();
    compute_once();
    return {};
}

Result<void> TeamMeasurement::run(const ProgressCallback& progress, const StopFlag& stop) {
    settle_lengths();
    const std::uint32_t threads = context_.team.threads(), rounds = context_.plan.options.rounds;
    for (std::uint32_t number = 0; number < rounds; ++number) {
        if (progress)
            progress(
                {"calibrate", context_.done_before + number, context_.total,
                 fmt::format("{} thread{}, round {} of {}", threads, threads == 1 ? "" : "s", number + 1, rounds)});
        TRY(round(number, stop));
    }
    return {};
}

WriteAllocateFactor TeamMeasurement::factor_of(std::size_t i) const {
    WriteAllocateFactor out;
    out.kernel = request(i).kernel;
    out.threads = context_.team.threads();
    out.row_bytes = request(i).row_bytes;
    const auto& passes = samples_[i].read_bytes;
    std::size_t n = passes.empty() ? 0 : passes[0].size();
    for (const auto& of_pass : passes)
        n = std::min(n, of_pass.size());
    if (!counter_.counts() || n < fewest_samples) {
        out.factor = assumed_factor(request(i).kernel);
        out.source = counter_.counts()
                         ? why_too_few_counts(counter_.events().source, passes.size(), context_.plan.options.rounds)
                         : counter_.events().reason;
        return out;
    }
    std::vector<double> factors;
    for (std::size_t k = 0; k < n; ++k) {
        double bytes = 0;
        for (const auto& of_pass : passes)
            bytes += of_pass[k];
        factors.push_back(write_allocate_factor(bytes, runner_.bytes(request(i))));
    }
    const Estimate estimate = estimate_rounds(factors, Stat::mean);
    out.factor = estimate.value;
    out.ci_low = estimate.ci_low;
    out.ci_high = estimate.ci_high;
    out.measured = true;
    out.source = counter_.events().source;
    return out;
}

void TeamMeasurement::put() {
    const std::uint32_t threads = context_.team.threads();
    Ceilings& ceilings = record_.ceilings;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
        const Estimate rate = estimate_rounds(samples_[i].rates, Stat::median);
        const LevelBuffers& buffers = request(i).buffers;
        ceilings.ceilings.push_back({request(i).kernel, buffers.level, threads, request(i).row_bytes,
                                     buffers.worker_bytes * threads, rate.value, *rate.ci_low, *rate.ci_high, rate.n,
                                     buffers.small_buffers});
        if (counted(request(i))) ceilings.write_allocate.push_back(factor_of(i));
    }
    for (const ComputeSamples& each : compute_) {
        const Estimate rate = estimate_rounds(each.rates, Stat::median);
        ceilings.compute.push_back({std::string(name_of(each.type)), std::string(each.kernel.isa), threads, rate.value,
                                    *rate.ci_low, *rate.ci_high, rate.n});
    }
}

/// Queries the location of the pages. A page on a node that the policy excludes is a failed proof.
Result<void> prove(const TeamContext& context, const CalibrationRunner& runner, CalibrationRecord& record) {
    const MappedRegion& memory = runner.arena().region;
    const AddressRange whole{"calibration", memory.data(), memory.size()};
    const PageAnswer answer = ask_for_pages(context.sys, context.team.placement, std::span(&whole, 1));
    if (!answer.reason.empty()) {
        record.pages_reason = answer.reason;
        return {};
    }
    record.percent_in_place = answer.proofs.at(0).percent_in_place();
    if (!runner.arena().bound) return {};
    auto warnings = TRY(judge_pages(context.team.placement, answer.proofs));
    record.warnings.insert(record.warnings.end(), warnings.begin(), warnings.end());
    return {};
}

} // namespace

Estimate estimate_rounds(const std::vector<double>& samples, Stat stat) {
    Samples rounds;
    for (const double sample : samples)
        rounds.numerator.push_back({sample});
    Estimate out = stat == Stat::median ? *median_of_independent(samples) : *estimate(rounds, stat);
    // Of one round nothing is known but its value.
    if (!out.ci_low || !out.ci_high) out.ci_low = out.ci_high = out.value;
    return out;
}

Result<void> measure_team(const TeamContext& context, CalibrationRecord& record, const ProgressCallback& progress,
                          const StopFlag& stop) {
    auto team = TRY(PinnedTeam::make(context.sys, context.machine, context.team.placement.cpus));
    record.bound_cpus = team.bound();
    auto runner =
        TRY(CalibrationRunner::make(context.sys, context.machine, context.team, team.workers(), context.clock));
    record.bound_memory = runner.arena().bound;
    TRY(prove(context, runner, record));
    TeamMeasurement measurement(context, record, team.workers(), runner);
    TRY(measurement.run(progress, stop));
    measurement.put();
    return {};
}

} // namespace bytebound
