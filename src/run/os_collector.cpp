#include "run/os_collector.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "base/clock.hpp"
#include "run/plan.hpp"

namespace bytebound {
namespace {

enum class Figure { context_switches, cpu_migrations, page_faults, task_clock };

struct FigureEntry {
    std::string_view role;
    Figure figure;
    std::string_view origin;
};
constexpr std::array<FigureEntry, 4> figures = {{
    {"context_switches", Figure::context_switches, "getrusage(RUSAGE_THREAD): ru_nvcsw + ru_nivcsw"},
    {"cpu_migrations", Figure::cpu_migrations, "/proc/self/task/TID/sched: nr_migrations"},
    {"page_faults", Figure::page_faults, "getrusage(RUSAGE_THREAD): ru_minflt + ru_majflt"},
    {"task_clock_ns", Figure::task_clock, "clock_gettime(CLOCK_THREAD_CPUTIME_ID)"},
}};

constexpr std::string_view migrations_key = "nr_migrations";

/// Owner of the descriptor of this thread's sched file.
class SchedFile {
public:
    SchedFile() {
        const std::string path = "/proc/self/task/" + std::to_string(::gettid()) + "/sched";
        fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        error_ = fd_ < 0 ? errno : 0;
    }
    ~SchedFile() {
        if (fd_ >= 0) ::close(fd_);
    }
    SchedFile(const SchedFile&) = delete;
    SchedFile& operator=(const SchedFile&) = delete;

    /// The line is "se.nr_migrations      :      12" (kernel/sched/debug.c).
    std::optional<std::uint64_t> migrations() const noexcept {
        std::array<char, 4096> text;
        const ssize_t bytes = fd_ < 0 ? -1 : ::pread(fd_, text.data(), text.size(), 0);
        if (bytes <= 0) return {};
        const std::string_view view(text.data(), static_cast<std::size_t>(bytes));
        const auto key = view.find(migrations_key);
        const auto colon = key == std::string_view::npos ? key : view.find(':', key);
        const auto digit = colon == std::string_view::npos ? colon : view.find_first_not_of(' ', colon + 1);
        if (digit == std::string_view::npos) return {};
        std::uint64_t value = 0;
        const auto [end, failed] = std::from_chars(view.data() + digit, view.data() + view.size(), value);
        if (failed != std::errc{}) return {};
        return value;
    }
    int error() const { return error_; }

private:
    int fd_ = -1;
    int error_ = 0;
};

class OsCounters final : public WorkerCounters {
public:
    explicit OsCounters(std::vector<Figure> wanted) : wanted_(std::move(wanted)), opened_ns_(now_ns()) {}

    std::size_t size() const override { return wanted_.size(); }

    bool read(std::span<CounterValue> out) noexcept override {
        rusage usage{};
        if (::getrusage(RUSAGE_THREAD, &usage) != 0) return false;
        timespec cpu{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
        // The kernel's bookkeeping never pauses: enabled and running are the time since opening.
        const std::uint64_t time = now_ns() - opened_ns_ + 1;
        for (std::size_t i = 0; i < wanted_.size(); ++i) {
            std::uint64_t count = 0;
            switch (wanted_[i]) {
            case Figure::context_switches: count = unsigned_of(usage.ru_nvcsw) + unsigned_of(usage.ru_nivcsw); break;
            case Figure::page_faults: count = unsigned_of(usage.ru_minflt) + unsigned_of(usage.ru_majflt); break;
            case Figure::task_clock:
                count =
                    static_cast<std::uint64_t>(cpu.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(cpu.tv_nsec);
                break;
            case Figure::cpu_migrations:
                const auto migrations = sched_.migrations();
                if (!migrations) return false;
                count = *migrations;
                break;
            }
            out[i] = {count, time, time};
        }
        return true;
    }

    Error last_error() const override {
        return {ExitCode::internal, "read", "counters of the operating system", "the kernel gave no answer", {}};
    }

private:
    static std::uint64_t unsigned_of(long value) { return static_cast<std::uint64_t>(value); }

    std::vector<Figure> wanted_;
    std::uint64_t opened_ns_;
    SchedFile sched_;
};

const FigureEntry* entry_of(const std::string& name) {
    const std::string role = event_role(name, {});
    for (const FigureEntry& entry : figures)
        if (entry.role == role) return &entry;
    return nullptr;
}

class OsCollector final : public Collector {
public:
    std::string_view name() const override { return "os"; }
    Capability capability() const override { return Capability::yes("getrusage and /proc"); }

    Result<CountingPlan> plan(const PlanRequest& request) override {
        CountingPlan plan{"os", "os", {}, 1, {}};
        for (const std::string& name : request.names) {
            PlannedEvent planned;
            planned.name = name;
            const FigureEntry* entry = entry_of(name);
            if (entry == nullptr) {
                planned.reason = "the operating system keeps no such count";
            } else if (entry->figure == Figure::cpu_migrations && !SchedFile().migrations()) {
                planned.reason = "/proc/self/task/TID/sched names no migrations (a kernel without CONFIG_SCHED_DEBUG)";
            } else {
                Event event;
                event.name = name;
                event.pmu = "os";
                event.domain = Domain::user_and_kernel;
                event.unit = entry->figure == Figure::task_clock ? "ns" : "";
                event.origin = std::string(entry->origin);
                planned.event = std::move(event);
                planned.pass = planned.group = 0;
            }
            plan.events.push_back(std::move(planned));
        }
        return plan;
    }

    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override {
        std::vector<Figure> wanted;
        for (const PlannedEvent& event : plan.events)
            if (event.pass == pass) wanted.push_back(entry_of(event.name)->figure);
        return std::make_unique<OsCounters>(std::move(wanted));
    }
};

} // namespace

std::unique_ptr<Collector> make_os_collector() { return std::make_unique<OsCollector>(); }

} // namespace bytebound
