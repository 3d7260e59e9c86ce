#include "counters/schedstat/schedstat_collector.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "counters/names/resolver.hpp"

namespace bytebound {
namespace {

constexpr const char* schedstat_path = "/proc/thread-self/schedstat";

/// The fields of the file, in its order; a third counts time slices.
constexpr std::array<std::string_view, 2> schedstat_fields = {"sched-running-ns", "sched-waiting-ns"};
using SchedstatTimes = std::array<std::uint64_t, schedstat_fields.size()>;

std::optional<SchedstatTimes> parse_schedstat(const char* text, const char* end) noexcept {
    SchedstatTimes times{};
    for (std::uint64_t& time : times) {
        const auto parsed = std::from_chars(text, end, time);
        if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != ' ') return std::nullopt;
        text = parsed.ptr + 1;
    }
    return times;
}

class SchedstatCounters final : public WorkerCounters {
public:
    SchedstatCounters(Sys& sys, UniqueFd file, std::vector<std::size_t> fields)
        : sys_(sys), file_(std::move(file)), fields_(std::move(fields)) {}

    std::size_t size() const override { return fields_.size(); }
    bool read(std::span<CounterValue> out) noexcept override {
        std::array<char, 64> text; // three numbers of at most 20 digits, two spaces and a line feed
        const SysResult got = sys_.read_at_start(file_.get(), text.data(), text.size());
        const auto times = got.ok() ? parse_schedstat(text.data(), text.data() + got.value) : std::nullopt;
        if (!times) {
            failed_errno_ = got.error;
            return false;
        }
        const std::uint64_t since_opening = now_ns() - opened_;
        for (std::size_t i = 0; i < fields_.size(); ++i)
            out[i] = {(*times)[fields_[i]], since_opening, since_opening};
        return true;
    }
    Error last_error() const override {
        return {ExitCode::not_possible,
                "read",
                schedstat_path,
                failed_errno_ == 0 ? "it does not contain two numbers of ns" : "the kernel refused it",
                "use --collector perf",
                failed_errno_};
    }

private:
    Sys& sys_;
    UniqueFd file_;
    std::vector<std::size_t> fields_;
    int failed_errno_ = 0;
    std::uint64_t opened_ = now_ns();
};

std::optional<std::size_t> schedstat_field(std::string_view name) {
    const auto at = std::find(schedstat_fields.begin(), schedstat_fields.end(), name);
    if (at == schedstat_fields.end()) return std::nullopt;
    return static_cast<std::size_t>(at - schedstat_fields.begin());
}

} // namespace

bool is_schedstat_name(std::string_view name) { return schedstat_field(name).has_value(); }

Capability SchedstatCollector::capability() const {
    if (!root_.is_live()) return recorded_machine();
    const SysResult opened = sys_.open_file(schedstat_path, O_RDONLY | O_CLOEXEC);
    if (!opened.ok())
        return Capability::no("this kernel has no per-thread schedstat", "use a kernel with CONFIG_SCHED_INFO=y");
    const UniqueFd file(sys_, static_cast<int>(opened.value));
    return Capability::yes(schedstat_path);
}

Result<CountingPlan> SchedstatCollector::plan(const PlanRequest& request) {
    CountingPlan plan;
    plan.collector = plan.source = "schedstat";
    for (const std::string& name : request.names) {
        PlannedEvent& planned = plan.events.emplace_back();
        planned.name = name;
        if (!schedstat_field(name)) {
            TRY(EventResolver(root_, request.cpu).resolve(name)); // wrong everywhere, or merely not here?
            planned.reason = "schedstat has only sched-running-ns and sched-waiting-ns";
            planned.remedy = "add --collector perf";
            continue;
        }
        Event event;
        event.name = name;
        event.pmu = "schedstat";
        event.domain = Domain::unrestricted;
        event.origin = schedstat_path;
        planned.event = std::move(event);
        planned.unit = "ns";
        planned.pass = planned.group = 0;
    }
    return plan;
}

Result<std::unique_ptr<WorkerCounters>> SchedstatCollector::open(const CountingPlan& plan, int pass) {
    std::vector<std::size_t> fields;
    for (const PlannedEvent& planned : plan.events)
        if (planned.pass == pass) fields.push_back(*schedstat_field(planned.name));
    const SysResult opened = sys_.open_file(schedstat_path, O_RDONLY | O_CLOEXEC);
    if (!opened.ok())
        return fail({ExitCode::not_possible, "open", schedstat_path, "the kernel refused it", "use --collector perf",
                     opened.error});
    return std::make_unique<SchedstatCounters>(sys_, UniqueFd(sys_, static_cast<int>(opened.value)), std::move(fields));
}

} // namespace bytebound
