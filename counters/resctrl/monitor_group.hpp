#pragma once
// A resctrl monitoring group owned by this program.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/sysroot.hpp"

namespace bytebound {

/// The resctrl group of a process, from /proc/PID/cpu_resctrl_groups (Linux 5.6).
struct ResctrlPlace {
    std::string control; ///< path of the control group below sys/fs/resctrl; empty: the root
    std::string monitor; ///< name of its monitoring group; empty: none
    bool operator==(const ResctrlPlace&) const = default;
};
/// Parses "res:/
/// mon:
/// ", "res:web
/// mon:probe
/// ". Any other text gives the root.
ResctrlPlace parse_resctrl_groups(std::string_view text);
/// For the calling process. Before Linux 5.6: the control group that lists it in its tasks.
ResctrlPlace resctrl_place(const SysRoot& root);

/// One L3 domain: mon_data/mon_L3_XX. With sub-NUMA clustering its files contain the sums of its mon_sub_L3_YY, which
/// are therefore not read (Linux Documentation/filesystems/resctrl.rst).
struct ResctrlDomain {
    std::string directory; ///< absolute
    std::vector<int> cpus; ///< empty: not known
    /// A thread of the group runs on it. Always true if the CPUs are not known.
    std::atomic<bool> reached{false};
};

/// mon_groups/bytebound-PID below the control group of this process. Its threads keep the control group's limits. The
/// destructor removes it, and the kernel returns its threads to the control group. The group of a killed process is
/// removed when the next one is made.
class MonitorGroup {
public:
    /// Error: not_possible, with resctrl's meaning of mkdir's errno as cause.
    static Result<std::unique_ptr<MonitorGroup>> make(Sys& sys, const SysRoot& root);
    MonitorGroup(const MonitorGroup&) = delete;
    MonitorGroup& operator=(const MonitorGroup&) = delete;
    ~MonitorGroup();

    /// Adds thread `tid`, which runs on `cpus`. Thread-safe.
    Result<void> watch(pid_t tid, const std::vector<int>& cpus);
    const std::vector<std::unique_ptr<ResctrlDomain>>& domains() const { return domains_; }
    const std::string& path() const { return path_; } ///< absolute

private:
    MonitorGroup(Sys& sys, std::string path, std::string home)
        : sys_(sys), path_(std::move(path)), home_(std::move(home)) {}
    Result<void> find_domains(const SysRoot& root, const std::string& name);
    SysResult move(pid_t tid, const std::string& group);

    Sys& sys_;
    std::string path_;
    std::string home_; ///< the monitoring group to return the threads to; empty: rmdir is enough
    std::vector<std::unique_ptr<ResctrlDomain>> domains_;
};

} // namespace bytebound
