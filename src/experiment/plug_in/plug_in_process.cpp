#include "experiment/plug_in/plug_in_process.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/sys.hpp"
#include "base/text.hpp"
#include "experiment/plug_in/channel.hpp"
#include "io/child_process.hpp"
#include "machine/pin.hpp"

namespace bytebound {
namespace {

using std::chrono::milliseconds;

/// After its last message, or without one.
constexpr milliseconds time_to_end{1000};

/// Signals that ask for a stop wait until the process waits, so that none comes between a look at the flag and poll().
class StopsBlocked {
public:
    StopsBlocked() {
        sigset_t stops;
        ::sigemptyset(&stops);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGXCPU})
            ::sigaddset(&stops, signal);
        ::pthread_sigmask(SIG_BLOCK, &stops, &former_);
    }
    ~StopsBlocked() { ::pthread_sigmask(SIG_SETMASK, &former_, nullptr); }
    StopsBlocked(const StopsBlocked&) = delete;
    StopsBlocked& operator=(const StopsBlocked&) = delete;
    const sigset_t* former() const { return &former_; }

private:
    sigset_t former_{};
};

enum class Woken { message, gone, late, stopped };

/// Sleeps until the other side says something: the CPU is the plug-in's.
Woken wait_for_message(int channel, milliseconds limit, const StopFlag& stop) {
    const StopsBlocked blocked;
    const auto end = std::chrono::steady_clock::now() + limit;
    while (stop == 0) {
        const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) return Woken::late;
        const timespec timeout{static_cast<time_t>(left.count() / 1'000'000'000),
                               static_cast<long>(left.count() % 1'000'000'000)};
        pollfd socket{channel, POLLIN, 0};
        const int ready = ::ppoll(&socket, 1, &timeout, blocked.former());
        if (ready > 0) return (socket.revents & POLLIN) != 0 ? Woken::message : Woken::gone;
    }
    return Woken::stopped;
}

std::string text_in(const char* text, std::size_t size) { return {text, ::strnlen(text, size)}; }
template <std::size_t size>
std::string text_in(const char (&text)[size]) {
    return text_in(text, size);
}

/// "died of SIGSEGV", "exited with status 0"
std::string describe(const ProcessEnd& end) {
    if (end.signal == 0) return fmt::format("its process exited with status {}", end.exit_code);
    return "it died of " + signal_name(end.signal);
}

std::string where(PlugInStage stage) {
    switch (stage) {
    case PlugInStage::starting: return " before its library was loaded";
    case PlugInStage::loading: return " while its library was loaded";
    case PlugInStage::creating: return " in create()";
    case PlugInStage::stepping: return " in a step";
    case PlugInStage::placing: return " in placed()";
    case PlugInStage::telling: return " in traffic()";
    case PlugInStage::destroying: return " in destroy()";
    case PlugInStage::done: break;
    }
    return " after its last step";
}

std::size_t threads_of(pid_t process) {
    std::error_code none;
    const std::filesystem::directory_iterator tasks(fmt::format("/proc/{}/task", process), none);
    if (none) return 1;
    return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

/// One process, from its start to its end.
class PlugInRun {
public:
    PlugInRun(const PlugInTask& task, const StopFlag& stop) : task_(task), spec_(task.spec), stop_(stop) {}

    Result<PlugInAnswer> run() {
        shared_ = TRY(SharedMemory::make(PlugInBlock::bytes(spec_)));
        block_.emplace(shared_.region.data(), spec_);
        std::fill(block_->outcomes().begin(), block_->outcomes().end(), PlugInBlock::unfinished);
        channel_ = make_channel();
        if (!channel_.ours)
            return fail(
                {ExitCode::internal, "start", "plug-in", "no socket for its process", "close other programs", errno});
        process_ =
            TRY(ChildProcess::start_beside({"/proc/self/exe", "plug-in"}, channel_.theirs.get(), channel_in_child));
        { const Descriptor closed = std::move(channel_.theirs); } // so that its end is noticed
        PlugInAnswer answer;
        answer.fault = TRY(until_done());
        answer.name = text_in(block_->header().name);
        answer.about = text_in(block_->header().about);
        if (!answer.fault) answer.fault = fault_of_state();
        process_->kill(); // with everything that it started
        if (!answer.fault && !spec_.describe) answer.fault = take_results(answer);
        return answer;
    }

private:
    /// Nothing, or how it failed; afterwards the process may still run.
    Result<std::optional<PlugInFault>> until_done() {
        if (auto fault = TRY(wait())) return fault;
        static_cast<void>(receive_message(channel_.ours.get())); // "ready"
        if (auto fault = open_and_send()) return fault;
        if (auto fault = TRY(wait())) return fault;
        const auto message = receive_message(channel_.ours.get());
        if (!message) return fault_of_end();
        if (message->sender != process_->pid())
            return fault("its results are those of another process, which it started", "do not fork in the plug-in");
        return std::nullopt;
    }

    /// Until there is a message.
    Result<std::optional<PlugInFault>> wait() {
        const auto progress = [this] { return std::pair(block_->header().stage.load(), block_->finished()); };
        auto before = progress();
        milliseconds without{0};
        for (;;) {
            switch (wait_for_message(channel_.ours.get(), task_.limit, stop_)) {
            case Woken::message: return std::nullopt;
            case Woken::gone: return fault_of_end();
            case Woken::stopped: return fail(stopped_by(stop_));
            case Woken::late: break;
            }
            const auto now = progress();
            without = now == before ? without + task_.limit : milliseconds{0};
            if (without >= allowed())
                return fault(fmt::format("it hung{}: no call returned within {:g} s", place(), seconds(task_.limit)),
                             "correct the plug-in, or give a longer --loop-timeout");
            before = now;
        }
    }

    /// How long there may be no progress: a call into the library, or what bytebound's own code does there before one.
    milliseconds allowed() const {
        constexpr milliseconds to_start{60'000};
        constexpr std::uint64_t swept_per_ms = 100'000; // bytes, on a machine that is busy
        const PlugInStage stage = block_->header().stage;
        if (stage == PlugInStage::starting) return std::max(task_.limit, to_start);
        const bool sweeps =
            stage == PlugInStage::stepping && (block_->finished() == 0 || spec_.steps.gap == Gap::evict);
        return sweeps ? task_.limit + milliseconds{spec_.sweep.bytes / swept_per_ms} : task_.limit;
    }

    static double seconds(milliseconds time) { return static_cast<double>(time.count()) / 1000; }

    std::optional<std::uint32_t> step() const {
        if (block_->header().stage != PlugInStage::stepping) return {};
        return block_->finished();
    }

    std::string place() const {
        const auto at = step();
        return at ? fmt::format(" in step {}", *at) : where(block_->header().stage);
    }

    PlugInFault fault(std::string cause, std::string remedy, ExitCode code = ExitCode::internal) const {
        return {code, std::move(cause), std::move(remedy), step()};
    }

    std::optional<PlugInFault> open_and_send() {
        std::vector<int> descriptors{shared_.writable.get()};
        if (!spec_.describe) {
            descriptors.insert(descriptors.end(),
                               {task_.buffers.arena->readable.get(), task_.buffers.arena->writable.get(),
                                task_.buffers.sweep->readable.get()});
            if (auto failed = open_counters(); !failed)
                return fault(to_line(failed.error()), failed.error().remedy, failed.error().code);
        }
        for (const SentSource& source : spec_.counters)
            for (const SentGroup& group : source.counters.groups)
                descriptors.insert(descriptors.end(), group.descriptors.begin(), group.descriptors.end());
        const int error = send_message(channel_.ours.get(), to_text(spec_), descriptors);
        counters_.reset(); // the descriptors are the process's now
        if (error == 0) return std::nullopt;
        if (error == EPIPE) return fault_of_end();
        return fault("its task could not be sent (" + errno_name(error) + ")", "count fewer events");
    }

    Result<void> open_counters() {
        if (task_.counting == nullptr) return {};
        counters_ = TRY(OpenCounters::open(*task_.counting, task_.pass, true, process_->pid()));
        spec_.counters = TRY(counters_->sent());
        return {};
    }

    /// The other side is gone, or does not listen any more.
    PlugInFault fault_of_end() {
        const auto until = std::chrono::steady_clock::now() + time_to_end;
        do {
            if (const auto end = process_->poll()) {
                if (auto own = fault_it_reported()) return *own;
                if (block_->header().stage == PlugInStage::done) break; // it could not say so
                return fault(describe(*end) + place(), "correct the plug-in");
            }
            std::this_thread::sleep_for(milliseconds{5});
        } while (std::chrono::steady_clock::now() < until);
        return fault("it closed bytebound's descriptors", "close only what the plug-in has opened");
    }

    std::optional<PlugInFault> fault_it_reported() const {
        const PlugInHeader& header = block_->header();
        if (header.failed == 0) return {};
        PlugInFault reported{static_cast<ExitCode>(header.failed), text_in(header.cause), text_in(header.remedy), {}};
        // A step that returned an error is finished, and so is one whose reading failed.
        const std::uint32_t finished = block_->finished();
        if (header.stage == PlugInStage::stepping) reported.step = finished > 0 ? finished - 1 : 0;
        if (reported.step) reported.cause += fmt::format(" in step {}", *reported.step);
        return reported;
    }

    /// Of a process that said that it is done.
    std::optional<PlugInFault> fault_of_state() {
        if (auto own = fault_it_reported()) return own;
        // A process that the plug-in started is not the one that was counted.
        if (const auto end = process_->poll())
            return fault(describe(*end) + " before its results", "correct the plug-in");
        if (spec_.describe) return {};
        KernelSys sys;
        const auto cpus = read_affinity(sys, process_->pid()).value_or(std::vector<int>{});
        if (!task_.cpus.empty() && cpus != task_.cpus)
            return fault(
                fmt::format("it changed its CPUs from {} to {}", format_cpu_list(task_.cpus), format_cpu_list(cpus)),
                "leave the thread where bytebound pinned it");
        if (const std::size_t threads = threads_of(process_->pid()); threads > 1)
            return fault(fmt::format("it has {} threads, and the counters follow one", threads),
                         "do all work on the calling thread");
        return {};
    }

    std::optional<PlugInFault> take_results(PlugInAnswer& answer) const {
        const PlugInHeader& header = block_->header();
        const auto words = block_->words();
        if (header.cost_words > words.size() || header.log_words > words.size() - header.cost_words ||
            header.placed_rows > spec_.workspace.slab_rows || block_->finished() != spec_.steps.steps())
            return fault("its results are damaged", "look for writes outside of its memory");
        auto log = log_of(words.subspan(header.cost_words, header.log_words), spec_);
        if (!log) return fault(log.error().cause, log.error().remedy);
        answer.log = std::move(*log);
        answer.log.rows_written.assign(spec_.steps.steps(), 0);
        if (spec_.read_cost) {
            auto cost = cost_of(words.first(header.cost_words), spec_);
            if (!cost) return fault(cost.error().cause, cost.error().remedy);
            cost->pass = task_.pass;
            answer.read_cost = std::move(*cost);
        }
        const auto ids = block_->ids().first(header.placed_rows);
        answer.ids.assign(ids.begin(), ids.end());
        const auto told = [](std::uint32_t does, std::span<std::uint64_t> values) {
            return does != 0 ? std::vector<std::uint64_t>(values.begin(), values.end()) : std::vector<std::uint64_t>();
        };
        answer.rows_written = told(header.tells_rows, block_->rows_written());
        answer.metadata_bytes = told(header.tells_metadata, block_->metadata_bytes());
        return {};
    }

    const PlugInTask& task_;
    PlugInSpec spec_;
    const StopFlag& stop_;
    SharedMemory shared_;
    std::optional<PlugInBlock> block_;
    ChannelPair channel_;
    std::optional<OpenCounters> counters_;
    std::optional<ChildProcess> process_;
};

} // namespace

Result<PlugInAnswer> run_plug_in(const PlugInTask& task, const StopFlag& stop) { return PlugInRun(task, stop).run(); }

} // namespace bytebound
