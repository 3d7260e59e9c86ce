#pragma once
// A resctrl monitoring group of this program's own.

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

/// The group that a process is in, as /proc/PID/cpu_resctrl_groups says (Linux 5.6).
struct ResctrlPlace {
    std::string control; ///< path of the control group below sys/fs/resctrl; empty: the root
    std::string monitor; ///< name of its monitoring group; empty: none
    bool operator==(const ResctrlPlace&) const = default;
};
/// "res:/\nmon:\n", "res:web\nmon:probe\n". The root for a text that says nothing.
ResctrlPlace parse_resctrl_groups(std::string_view text);
/// Of the calling process; before Linux 5.6, the control group whose tasks it is among.
ResctrlPlace resctrl_place(const SysRoot& root);

/// One L3 domain: mon_data/mon_L3_XX. With sub-NUMA clustering its files hold the sums of its mon_sub_L3_YY, which are
/// therefore not read (Linux Documentation/filesystems/resctrl.rst).
struct ResctrlDomain {
    std::string directory; ///< absolute
    std::vector<int> cpus; ///< empty: not known
    /// A thread of the group runs on it. True from the start where the CPUs are not known.
    std::atomic<bool> reached{false};
};

/// mon_groups/bytebound-PID below the control group of this process. The threads that it watches keep the control
/// group's limits. Removed with its owner; then the kernel gives its threads back to the control group. A group whose
/// process was killed is removed by the next one to be made.
class MonitorGroup {
public:
    /// Errors: not_possible, with the cause that the kernel's errno means for mkdir in resctrl.
    static Result<std::unique_ptr<MonitorGroup>> make(Sys& sys, const SysRoot& root);
    MonitorGroup(const MonitorGroup&) = delete;
    MonitorGroup& operator=(const MonitorGroup&) = delete;
    ~MonitorGroup();

    /// Watches thread `tid`, which runs on `cpus`. Called by several threads at once.
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
    std::string home_; ///< the monitoring group to give the threads back to; empty: the kernel does it
    std::vector<std::unique_ptr<ResctrlDomain>> domains_;
};

} // namespace bytebound
