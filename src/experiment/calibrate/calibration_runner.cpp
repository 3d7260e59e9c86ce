#include "experiment/calibrate/calibration_runner.hpp"
#include "base/mapped_region.hpp"

#include <algorithm>
#include <atomic>

#include "base/random.hpp"

namespace bytebound {
namespace {

constexpr std::uint64_t most_passes = std::uint64_t{1} << 20;

/// Arguments of a worker's part, for WorkerTeam::release().
struct Work {
    const StreamFunctions* functions;
    StreamKernel kernel;
    std::byte* arena;
    std::uint64_t stride, bytes; ///< stride between workers; bytes per worker
    std::uint64_t passes, word, row_bytes;
    const std::vector<std::vector<RowMove>>* moves;
};

void once(const Work& work, unsigned worker) noexcept {
    std::byte* const from = work.arena + worker * work.stride;
    std::byte* const to = from + work.bytes / 2;
    switch (work.kernel) {
    case StreamKernel::read: {
        const std::uint64_t words = work.functions->read(from, work.bytes);
        asm volatile("" : : "r"(words)); // keeps the reads
        return;
    }
    case StreamKernel::write: return work.functions->write(from, work.bytes, work.word);
    case StreamKernel::nt_write: return work.functions->nt_write(from, work.bytes, work.word);
    case StreamKernel::copy: return work.functions->copy(to, from, work.bytes / 2);
    case StreamKernel::nt_copy: return work.functions->nt_copy(to, from, work.bytes / 2);
    case StreamKernel::row_copy:
    case StreamKernel::nt_row_copy:
    case StreamKernel::prefetch_row_copy:
    case StreamKernel::row_copy_ascending:
    case StreamKernel::nt_row_copy_ascending:
    case StreamKernel::prefetch_row_copy_ascending:
        return copy_rows(to, from, work.row_bytes, (*work.moves)[worker], copy_method_of(work.kernel));
    }
}

void do_part(void* context, unsigned worker) noexcept {
    const Work& work = *static_cast<const Work*>(context);
    for (std::uint64_t pass = 0; pass < work.passes; ++pass)
        once(work, worker);
}

struct FmaWork {
    const FmaKernel* kernel;
    std::uint64_t iterations;
};

void do_fma(void* context, unsigned) noexcept {
    const FmaWork& work = *static_cast<const FmaWork*>(context);
    double sum = work.kernel->run(work.iterations);
    asm volatile("" : "+m"(sum)); // keeps the operations
}

} // namespace

Result<CalibrationRunner> CalibrationRunner::make(Sys& sys, const Machine& machine, const TeamPlan& plan,
                                                  WorkerTeam& team, ClockFunction clock) {
    CalibrationRunner runner(plan, team, clock);
    runner.arena_ = TRY(allocate_bound(sys, machine, plan.placement, plan.arena_bytes));
    const std::uint64_t part = plan.arena_bytes / plan.threads();
    team.each([&](unsigned worker) {
        auto* const words = reinterpret_cast<std::uint64_t*>(runner.arena_.region.data() + worker * part);
        Random random(worker + 1);
        // Some processors do not write back lines of zeros, and pages of zeros may share one physical page.
        for (std::uint64_t i = 0; i < part / sizeof *words; ++i)
            words[i] = random.next() | 1;
    });
    runner.prepare_rows();
    return runner;
}

void CalibrationRunner::prepare_rows() {
    for (const CeilingRequest& request : plan_->requests) {
        if (!copies_rows(request.kernel)) continue;
        const auto rows = static_cast<std::uint32_t>(rows_of(request));
        const RowOrder order = order_of(request.kernel);
        auto& lists = moves_[{order, rows}];
        for (auto worker = static_cast<std::uint32_t>(lists.size()); worker < plan_->threads(); ++worker)
            lists.push_back(order == RowOrder::ascending ? ascending_row_moves(rows)
                                                         : random_row_moves(rows, worker + 1));
    }
}

ProgramBytes CalibrationRunner::bytes(const CeilingRequest& request) const {
    const double workers = plan_->threads();
    const double all = workers * static_cast<double>(request.buffers.worker_bytes);
    switch (request.kernel) {
    case StreamKernel::read: return {all, 0, 0};
    case StreamKernel::write:
    case StreamKernel::nt_write: return {0, all, 0};
    case StreamKernel::copy:
    case StreamKernel::nt_copy: return {all / 2, all / 2, 0};
    case StreamKernel::row_copy:
    case StreamKernel::nt_row_copy:
    case StreamKernel::row_copy_ascending:
    case StreamKernel::nt_row_copy_ascending:
    case StreamKernel::prefetch_row_copy:
    case StreamKernel::prefetch_row_copy_ascending: break;
    }
    const double rows = workers * static_cast<double>(rows_of(request));
    const double copied = rows * static_cast<double>(request.row_bytes);
    return {copied, copied, rows * sizeof(RowMove)};
}

std::uint64_t CalibrationRunner::run(const CeilingRequest& request, std::uint64_t passes) {
    Work work{&widest_stream_functions(),
              request.kernel,
              arena_.region.data(),
              plan_->arena_bytes / plan_->threads(),
              request.buffers.worker_bytes,
              passes,
              ++stored_word_,
              request.row_bytes,
              copies_rows(request.kernel) ? &moves_.at({order_of(request.kernel), rows_of(request)}) : nullptr};
    const std::uint64_t begin = clock_();
    team_->release(do_part, &work);
    const std::uint64_t end = clock_();
    return std::max<std::uint64_t>(end - begin, 1);
}

std::uint64_t CalibrationRunner::run(const FmaKernel& kernel, std::uint64_t iterations) {
    FmaWork work{&kernel, iterations};
    const std::uint64_t begin = clock_();
    team_->release(do_fma, &work);
    const std::uint64_t end = clock_();
    return std::max<std::uint64_t>(end - begin, 1);
}

std::uint64_t CalibrationRunner::passes_for(const CeilingRequest& request, std::uint64_t ns) {
    std::uint64_t passes = 1;
    // The first pass only loads the working set; its time is not used.
    run(request, 1);
    for (;;) {
        const std::uint64_t took = run(request, passes);
        if (took >= ns / 2) return std::max<std::uint64_t>(1, passes * ns / took);
        passes *= std::clamp<std::uint64_t>(ns / took, 2, 16);
        if (passes > most_passes) return passes; // the clock hardly advances
    }
}

} // namespace bytebound
