#include "experiment/plug_in/plug_in_child.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include <bytebound/loop.h>
#include <fmt/format.h>

#include "base/sys.hpp"
#include "counters/registry.hpp"
#include "experiment/measure/read_cost.hpp"
#include "experiment/plug_in/channel.hpp"
#include "experiment/plug_in/child_memory.hpp"
#include "experiment/plug_in/plug_in_library.hpp"
#include "experiment/plug_in/plug_in_spec.hpp"
#include "experiment/plug_in/privileges.hpp"

namespace bytebound {
namespace {

/// The user's step() as a loop of this program. An exception that leaves the library ends the process.
class PlugInLoop final : public UpdateLoop {
public:
    PlugInLoop(const bytebound_loop& loop, void* state, const PlugInBlock& block, const ChildMemory& memory,
               const WorkspaceSpec& spec, StopFlag& stop)
        : step_(loop.step), state_(state), outcomes_(block.outcomes().data()), masks_(memory.masks),
          words_(mask_words(spec.pool_rows)), stop_(stop) {}
    void reset(std::span<const StepChange>) override {}
    StepOutcome step(std::uint32_t step) noexcept override {
        if (failed_) return {};
        const std::int32_t outcome = step_(state_, step);
        finished_ = step + 1;
        if (outcome != 0) [[unlikely]] {
            failed_ = true;
            stop_ = SIGTERM;
        }
        outcomes_[step] = outcome == PlugInBlock::unfinished ? -1 : outcome;
        return {};
    }
    /// Counts the mask's bits. Only called where the slab is read between steps.
    std::uint32_t active_rows() const override {
        std::uint32_t rows = 0;
        for (std::size_t word = 0; word < words_; ++word)
            rows += static_cast<std::uint32_t>(std::popcount(masks_[finished_ * words_ + word]));
        return rows;
    }
    std::span<const std::uint32_t> ids() const override { return {}; }
    bool failed() const { return failed_; }
    std::uint32_t finished() const { return finished_; }

private:
    int (*step_)(void*, std::uint32_t);
    void* state_;
    std::int32_t* outcomes_;
    const std::uint64_t* masks_;
    std::size_t words_;
    StopFlag& stop_;
    std::uint32_t finished_ = 0;
    bool failed_ = false;
};

/// A member of the user's struct if it is within its size.
#define MEMBER_OF(loop, member)                                                                                        \
    ((loop).size >= offsetof(bytebound_loop, member) + sizeof((loop).member) ? (loop).member : nullptr)

template <std::size_t size>
void copy_text(char (&to)[size], std::string_view text) {
    const std::size_t length = std::min(text.size(), size - 1);
    std::memcpy(to, text.data(), length);
    to[length] = '\0';
}

class PlugInProcessWork {
public:
    PlugInProcessWork(PlugInSpec spec, std::vector<int> descriptors, PlugInBlock block)
        : spec_(std::move(spec)), descriptors_(std::move(descriptors)), block_(block) {}

    Result<void> run() {
        if (!spec_.describe) TRY(map());
        TRY(drop_privileges());
        ::prctl(PR_SET_PDEATHSIG, SIGKILL); // a change of privileges resets it
        if (!spec_.describe) TRY(measure_cost());
        enter(PlugInStage::loading);
        const bytebound_loop* const loop = TRY(load_plug_in(spec_.library));
        copy_text(block_.header().name, loop->name);
        if (const char* const about = loop->about; about != nullptr)
            copy_text(block_.header().about, {about, ::strnlen(about, sizeof block_.header().about)});
        if (!spec_.describe) TRY(run_loop(*loop));
        return {};
    }

private:
    void enter(PlugInStage stage) { block_.header().stage = stage; }

    Result<void> map() {
        const int readable = descriptors_.at(1), writable = descriptors_.at(2), sweep = descriptors_.at(3);
        memory_ = TRY(ChildMemory::map(spec_.workspace, readable, writable));
        sweep_ = CacheSweep::of_one(TRY(MappedRegion::of_file(sweep, spec_.sweep_bytes, huge_page_size, false)),
                                    spec_.sweep);
        for (const int descriptor : {descriptors_[0], readable, writable, sweep})
            ::close(descriptor); // nothing can be mapped again
        std::size_t at = 4;
        for (SentSource& source : spec_.counters)
            for (SentGroup& group : source.counters.groups)
                for (int& descriptor : group.descriptors)
                    descriptor = descriptors_.at(at++);
        counters_.emplace(TeamCounters::of_leader(team_, OpenCounters::received(sys_, spec_.counters)));
        return {};
    }

    Result<void> measure_cost() {
        if (!spec_.read_cost) return {};
        const auto cost = TRY(measure_read_cost(team_, *counters_, spec_.steps.slots, spec_.events, now_ns));
        const auto words = words_of(cost, spec_);
        std::copy(words.begin(), words.end(), block_.words().begin());
        block_.header().cost_words = words.size();
        return {};
    }

    Result<void> run_loop(const bytebound_loop& loop) {
        void* const state = TRY(create(loop));
        enter(PlugInStage::stepping);
        TRY(run_all_steps(loop, state));
        enter(PlugInStage::placing);
        block_.header().placed_rows = placed(loop, state);
        enter(PlugInStage::telling);
        ask_for_traffic(loop, state);
        enter(PlugInStage::destroying);
        destroy(loop, state);
        return {};
    }

    Result<void*> create(const bytebound_loop& loop) {
        enter(PlugInStage::creating);
        static char error[512];
        static const bytebound_loop_setup setup{sizeof(bytebound_loop_setup),
                                                spec_.workspace.pool_rows,
                                                spec_.workspace.slab_rows,
                                                spec_.steps.steps(),
                                                static_cast<std::uint32_t>(mask_words(spec_.workspace.pool_rows)),
                                                static_cast<std::uint32_t>(memory_.row_bytes.size()),
                                                memory_.row_bytes.data(),
                                                memory_.pool.data(),
                                                memory_.slab.data(),
                                                memory_.masks,
                                                spec_.arguments.c_str(),
                                                error,
                                                sizeof error};
        void* const state = [&]() noexcept { return loop.create(&setup); }();
        if (state != nullptr) return state;
        const std::string why(error, ::strnlen(error, sizeof error));
        return fail({ExitCode::internal,
                     {},
                     {},
                     why.empty() ? "create() returned NULL" : "create() failed: " + why,
                     "correct the plug-in or its arguments"});
    }

    Result<void> run_all_steps(const bytebound_loop& loop, void* state) {
        StopFlag stop{0};
        PlugInLoop steps(loop, state, block_, memory_, spec_.workspace, stop);
        std::vector<SlabGroup> slab;
        for (std::size_t group = 0; group < memory_.slab.size(); ++group)
            slab.push_back({reinterpret_cast<const std::byte*>(memory_.slab[group]), memory_.row_bytes[group]});
        auto log = run_steps(spec_.steps, {team_, *sweep_, *counters_, slab, now_ns, stop}, steps);
        if (steps.failed())
            return fail({ExitCode::internal,
                         {},
                         {},
                         fmt::format("step() returned {}", block_.outcomes()[steps.finished() - 1]),
                         "correct the plug-in"});
        if (!log) return fail(log.error());
        const auto words = words_of(*log);
        PlugInHeader& header = block_.header();
        const auto room = block_.words().subspan(header.cost_words);
        std::copy(words.begin(), words.end(), room.begin());
        header.log_words = words.size();
        return {};
    }

    std::uint32_t placed(const bytebound_loop& loop, void* state) noexcept {
        return loop.placed(state, block_.ids().data());
    }

    void ask_for_traffic(const bytebound_loop& loop, void* state) noexcept {
        const auto tell = MEMBER_OF(loop, traffic);
        bool rows = tell != nullptr, metadata = tell != nullptr;
        for (std::uint32_t step = 0; tell != nullptr && step < spec_.steps.steps(); ++step) {
            bytebound_loop_traffic told{sizeof(bytebound_loop_traffic), 0, BYTEBOUND_LOOP_NOT_TOLD,
                                        BYTEBOUND_LOOP_NOT_TOLD};
            tell(state, step, &told);
            block_.rows_written()[step] = told.rows_written;
            block_.metadata_bytes()[step] = told.metadata_bytes;
            rows = rows && told.rows_written != BYTEBOUND_LOOP_NOT_TOLD;
            metadata = metadata && told.metadata_bytes != BYTEBOUND_LOOP_NOT_TOLD;
        }
        block_.header().tells_rows = rows;
        block_.header().tells_metadata = metadata;
    }

    void destroy(const bytebound_loop& loop, void* state) noexcept {
        if (const auto end = MEMBER_OF(loop, destroy)) end(state);
    }

    PlugInSpec spec_;
    std::vector<int> descriptors_;
    PlugInBlock block_;
    KernelSys sys_;
    WorkerTeam team_{1};
    ChildMemory memory_;
    std::optional<CacheSweep> sweep_;
    std::optional<TeamCounters> counters_;
};

bool is_channel(int descriptor) {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

} // namespace

Result<void> run_plug_in_process() {
    if (!is_channel(channel_in_child))
        return fail({ExitCode::usage, "parse", "command plug-in",
                     "the command is internal: it runs one loop of bytebound run --loop",
                     "see bytebound run --help, --loop"});
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, "bytebound-loop");
    // What the other side has open is not the plug-in's.
    ::syscall(SYS_close_range, channel_in_child + 1, ~0U, 0);
    if (send_message(channel_in_child, "ready") != 0) return {};
    const auto task = receive_message(channel_in_child);
    if (!task || task->descriptors.empty()) return {};
    auto spec = TRY(parse_plug_in_spec(task->text));
    const auto region = TRY(map_block(task->descriptors[0], PlugInBlock::bytes(spec)));
    const PlugInBlock block(region.data(), spec);
    PlugInProcessWork work(std::move(spec), task->descriptors, block);
    PlugInHeader& header = block.header();
    if (const auto done = work.run(); !done) {
        const Error& error = done.error();
        std::string cause = error.cause;
        if (error.sys_errno != 0) cause += " (" + errno_name(error.sys_errno) + ")";
        copy_text(header.cause, cause);
        copy_text(header.remedy, error.remedy);
        header.failed = static_cast<std::uint32_t>(error.code);
    } else {
        header.stage = PlugInStage::done;
    }
    std::fflush(nullptr); // what the library has printed
    // The other side looks at this process before it ends it.
    if (send_message(channel_in_child, "done") == 0) static_cast<void>(receive_message(channel_in_child));
    return {};
}

} // namespace bytebound
