#include "counters/resctrl/resctrl_collector.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "counters/permission.hpp"
#include "counters/resctrl/domain_bytes.hpp"
#include "counters/resctrl/monitor_group.hpp"
#include "counters/sys_file.hpp"

namespace bytebound {
namespace {

constexpr std::string_view monitoring = "sys/fs/resctrl/info/L3_MON/";

struct Offered {
    std::string_view name;
    std::string_view role;
};
/// llc_occupancy is not offered: it is a gauge, not a counter, so differences have no meaning.
constexpr std::array<Offered, 2> offered = {{{"mbm_total_bytes", "dram_bytes"}, {"mbm_local_bytes", ""}}};

bool has_feature(const SysRoot& root, std::string_view feature) {
    const auto features = split(text_of(root, std::string(monitoring) + "mon_features"), '\n');
    return std::any_of(features.begin(), features.end(), [&](const std::string& f) { return trim(f) == feature; });
}

/// On AMD, root can configure what an event counts per domain: "0=0x7f;1=0x33" (Linux 6.3). All memory traffic is reads
/// (bits 0, 1), non-temporal writes (2, 3) and dirty victims (6); bits 4 and 5 are reads of slow memory. Returns the
/// first setting that omits some of it, or "".
std::string narrowed_setting(const SysRoot& root) {
    constexpr std::uint64_t all_traffic = 0x4f;
    for (const std::string& setting : split(text_of(root, std::string(monitoring) + "mbm_total_bytes_config"), ';')) {
        const auto at = setting.find('=');
        if (at == std::string::npos) continue;
        const auto bits = parse_unsigned(trim(std::string_view(setting).substr(at + 1)));
        if (bits && (*bits & all_traffic) != all_traffic) return setting;
    }
    return {};
}

std::vector<int> affinity_of_caller(Sys& sys) {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> cpus;
    if (!sys.sched_getaffinity(0, sizeof set, &set).ok()) return cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    return cpus;
}

/// The events of the group, read through descriptors of this thread.
class GroupCounters final : public WorkerCounters {
public:
    GroupCounters(Sys& sys, std::shared_ptr<MonitorGroup> group)
        : sys_(sys), group_(std::move(group)), opened_ns_(now_ns()) {}

    /// In a process that received the files instead of opening them.
    GroupCounters(Sys& sys, const SentCounters& sent) : sys_(sys), opened_ns_(now_ns()) {
        for (const SentGroup& event : sent.groups) {
            DomainBytes& sum = sums_.emplace_back();
            for (std::size_t i = 0; i < event.descriptors.size(); ++i)
                sum.add(UniqueFd(sys, event.descriptors[i]), event.ids[i] != 0 ? needed_ : not_needed_);
            sum.read(sys_, now_ns() - opened_ns_);
        }
    }

    Result<void> add(const std::string& event) {
        DomainBytes& sum = sums_.emplace_back();
        for (const auto& domain : group_->domains()) {
            const std::string path = domain->directory + "/" + event;
            const SysResult opened = sys_.open_file(path.c_str(), O_RDONLY);
            if (!opened.ok())
                return fail({ExitCode::not_possible, "open", path, "the domain's file cannot be opened", "run as root",
                             opened.error});
            sum.add(UniqueFd(sys_, static_cast<int>(opened.value)), domain->reached);
        }
        sum.read(sys_, now_ns() - opened_ns_); // initial reading, from which differences start
        return {};
    }

    std::size_t size() const override { return sums_.size(); }

    bool read(std::span<CounterValue> out) noexcept override {
        for (std::size_t i = 0; i < sums_.size(); ++i)
            out[i] = sums_[i].read(sys_, now_ns() - opened_ns_);
        const auto broken = [](const DomainBytes& sum) { return sum.failed_errno() != 0; };
        return std::none_of(sums_.begin(), sums_.end(), broken);
    }

    std::optional<SentCounters> sent() const override {
        SentCounters sent;
        sent.files = true;
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            sent.groups.push_back(sums_[i].sent());
            sent.groups.back().positions = {i};
        }
        return sent;
    }

    Error last_error() const override {
        for (const DomainBytes& sum : sums_) {
            if (sum.failed_errno() != 0)
                return {ExitCode::internal,
                        "read",
                        group_ ? group_->path() : "resctrl",
                        "a domain's file cannot be read",
                        "keep resctrl mounted and its CPUs online during a run",
                        sum.failed_errno()};
        }
        return {ExitCode::internal, "read counters", {}, "no error", {}, 0};
    }

private:
    Sys& sys_;
    std::shared_ptr<MonitorGroup> group_; ///< null in a process that received the files
    std::atomic<bool> needed_{true}, not_needed_{false};
    std::uint64_t opened_ns_;
    std::vector<DomainBytes> sums_;
};

PlannedEvent planned(const Offered& offer, const MonitorGroup& group, const SysRoot& root) {
    PlannedEvent event;
    event.name = offer.name;
    event.role = offer.role;
    event.unit = "bytes";
    event.sharing = Sharing::group;
    if (!has_feature(root, offer.name)) {
        event.reason = "this machine's resctrl does not have it (info/L3_MON/mon_features)";
        return event;
    }
    if (offer.role == "dram_bytes") {
        if (const std::string setting = narrowed_setting(root); !setting.empty()) {
            event.reason =
                "it is configured to count only part of the traffic: " + setting + " in mbm_total_bytes_config";
            event.remedy = "echo '" + setting.substr(0, setting.find('=')) +
                           "=0x7f' | sudo tee /sys/fs/resctrl/info/L3_MON/mbm_total_bytes_config";
            return event;
        }
    }
    Event& e = event.event.emplace();
    e.name = event.name;
    e.pmu = "resctrl";
    e.domain = Domain::unrestricted; // the hardware counts per RMID, not per privilege level
    e.unit = "bytes";
    e.origin = group.path() + "/mon_data/mon_L3_*/" + event.name;
    event.pass = event.group = 0;
    return event;
}

} // namespace

ResctrlCollector::ResctrlCollector(Sys& sys, const SysRoot& root, bool may_open)
    : sys_(sys), root_(root), may_open_(may_open) {}

ResctrlCollector::~ResctrlCollector() = default;

Capability ResctrlCollector::capability() const {
    if (!may_open_) return recorded_machine();
    if (!root_.exists("sys/fs/resctrl/info"))
        return Capability::no("resctrl is not mounted", "sudo mount -t resctrl resctrl /sys/fs/resctrl");
    const auto features = split(text_of(root_, std::string(monitoring) + "mon_features"), '\n');
    if (std::find(features.begin(), features.end(), "mbm_total_bytes") == features.end())
        return Capability::no("resctrl is mounted without mbm_total_bytes (info/L3_MON/mon_features)",
                              "boot without rdt=!mbmtotal");
    if (gather_permissions(root_).effective_uid.value_or(0) != 0)
        return Capability::no("monitoring groups in sys/fs/resctrl belong to root", "run as root");
    return Capability::yes("mbm_total_bytes, mounted at /sys/fs/resctrl");
}

Result<std::shared_ptr<MonitorGroup>> ResctrlCollector::group() {
    const std::lock_guard lock(mutex_);
    if (!group_) {
        group_ = TRY(MonitorGroup::make(sys_, root_));
    }
    return group_;
}

Result<CountingPlan> ResctrlCollector::plan(const PlanRequest&) {
    CountingPlan plan;
    plan.collector = plan.source = "resctrl";
    const auto absent = [&](const std::string& reason, const std::string& remedy) {
        for (const Offered& offer : offered) {
            PlannedEvent& event = plan.events.emplace_back();
            event.name = offer.name;
            event.role = offer.role;
            event.unit = "bytes";
            event.sharing = Sharing::group;
            event.reason = reason;
            event.remedy = remedy;
        }
        return plan;
    };
    if (const Capability can = capability(); !can.available) return absent(can.cause, can.remedy);
    const auto made = group();
    if (!made) {
        const int error = made.error().sys_errno;
        return absent(made.error().cause + (error != 0 ? " (" + errno_name(error) + ")" : ""), made.error().remedy);
    }
    for (const Offered& offer : offered)
        plan.events.push_back(planned(offer, **made, root_));
    plan.notes = {"mbm_total_bytes mixes reads and write-backs; a write-back is counted for the last owner of the "
                  "line, and the group's RMID may still own lines of its previous group",
                  "llc_occupancy is a gauge, not a counter, so it is not offered"};
    return plan;
}

Result<std::unique_ptr<WorkerCounters>> ResctrlCollector::open(const CountingPlan& plan, int pass) {
    return open_on(plan, pass, ::gettid());
}

std::unique_ptr<WorkerCounters> ResctrlCollector::received(Sys& sys, const SentCounters& sent) {
    return std::make_unique<GroupCounters>(sys, sent);
}

Result<std::unique_ptr<WorkerCounters>> ResctrlCollector::open_on(const CountingPlan& plan, int pass, pid_t thread) {
    auto shared = TRY(group());
    TRY(shared->watch(thread, affinity_of_caller(sys_)));
    auto counters = std::make_unique<GroupCounters>(sys_, shared);
    for (const PlannedEvent& event : plan.events) {
        if (event.pass != pass || !event.event) continue;
        TRY(counters->add(event.name));
    }
    return counters;
}

} // namespace bytebound
