#include "experiment/counting/os_collector.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "counters/names/event_name.hpp"
#include "experiment/counting/request.hpp"

namespace bytebound {
namespace {

enum class Figure { context_switches, cpu_migrations, page_faults, task_clock };

struct FigureEntry {
    std::string_view role;
    Figure figure;
    std::string_view origin;
};
constexpr std::array<FigureEntry, 4> figures = {{
    {metric_name::context_switches, Figure::context_switches, "getrusage(RUSAGE_THREAD): ru_nvcsw + ru_nivcsw"},
    {metric_name::cpu_migrations, Figure::cpu_migrations, "/proc/self/task/TID/sched: nr_migrations"},
    {metric_name::page_faults, Figure::page_faults, "getrusage(RUSAGE_THREAD): ru_minflt + ru_majflt"},
    {metric_name::task_clock_ns, Figure::task_clock, "clock_gettime(CLOCK_THREAD_CPUTIME_ID)"},
}};

/// This thread's sched file, kept open.
class SchedFile {
public:
    explicit SchedFile(Sys& sys) {
        const std::string path = "/proc/self/task/" + std::to_string(::gettid()) + "/sched";
        fd_ = UniqueFd(sys, ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    }

    std::optional<std::uint64_t> migrations() const noexcept {
        std::array<char, 4096> text;
        const ssize_t bytes = fd_ ? ::pread(fd_.get(), text.data(), text.size(), 0) : -1;
        if (bytes <= 0) return {};
        return migrations_in({text.data(), static_cast<std::size_t>(bytes)});
    }

private:
    UniqueFd fd_;
};

class OsCounters final : public WorkerCounters {
public:
    OsCounters(Sys& sys, std::vector<Figure> wanted) : wanted_(std::move(wanted)), opened_ns_(now_ns()), sched_(sys) {}

    std::size_t size() const override { return wanted_.size(); }

    bool read(std::span<CounterValue> out) noexcept override {
        rusage usage{};
        if (::getrusage(RUSAGE_THREAD, &usage) != 0) return false;
        timespec cpu{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
        // The kernel's accounting never pauses, so enabled and running are both the time since opening.
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
        return {ExitCode::internal, "read", "counters of the operating system", "the kernel returned no value", {}};
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

/// Whether a name does not specify a privilege level, or specifies both.
bool takes_both_domains(const std::string& name) {
    const auto parsed = parse_event_name(name);
    return parsed && parsed->domain.value_or(Domain::user_and_kernel) == Domain::user_and_kernel;
}

class OsCollector final : public Collector {
public:
    explicit OsCollector(Sys& sys) : sys_(sys) {}
    std::string_view name() const override { return source_name::os; }
    Capability capability() const override { return Capability::yes("getrusage and /proc"); }

    Result<CountingPlan> plan(const PlanRequest& request) override {
        CountingPlan plan{std::string(source_name::os), std::string(source_name::os), {}, 1, {}};
        for (const std::string& name : request.names) {
            PlannedEvent planned;
            planned.name = name;
            const FigureEntry* entry = entry_of(name);
            if (entry == nullptr) {
                planned.reason = "the operating system does not keep this count";
            } else if (!takes_both_domains(name)) {
                planned.reason = "the operating system counts user and kernel code together";
            } else if (entry->figure == Figure::cpu_migrations && !SchedFile(sys_).migrations()) {
                planned.reason = "/proc/self/task/TID/sched has no migrations (a kernel without CONFIG_SCHED_DEBUG)";
            } else {
                Event event;
                event.name = name;
                event.pmu = source_name::os;
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
        return std::make_unique<OsCounters>(sys_, std::move(wanted));
    }

private:
    Sys& sys_;
};

} // namespace

std::optional<std::uint64_t> migrations_in(std::string_view sched) noexcept {
    for (auto end = sched.find('\n'); end != std::string_view::npos; end = sched.find('\n')) {
        const std::string_view line = sched.substr(0, end);
        sched.remove_prefix(end + 1);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string_view key = trim(line.substr(0, colon)), number = trim(line.substr(colon + 1));
        if (key != "se.nr_migrations") continue;
        std::uint64_t value = 0;
        const auto [rest, failed] = std::from_chars(number.data(), number.data() + number.size(), value);
        if (failed != std::errc{} || rest != number.data() + number.size()) return {};
        return value;
    }
    return {};
}

std::unique_ptr<Collector> make_os_collector(Sys& sys) { return std::make_unique<OsCollector>(sys); }

} // namespace bytebound
