#pragma once
// Permission to open events, apart from hardware.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/sysroot.hpp"
#include "counters/source_diagnosis.hpp"

namespace bytebound {

/// The facts that decide whether this process may open events.
struct PermissionFacts {
    std::optional<int> paranoid;               ///< proc/sys/kernel/perf_event_paranoid
    std::string lockdown;                      ///< "none", "integrity", "confidentiality"; empty if the file is missing
    std::optional<int> seccomp;                ///< 0 off, 1 strict, 2 filter
    std::optional<std::uint64_t> capabilities; ///< CapEff
    std::optional<int> effective_uid;
    bool user_namespace = false; ///< rootless container: its capabilities have no effect on perf_event_open
    bool container = false;
};

PermissionFacts gather_permissions(const SysRoot& root);

/// Docker, podman, Kubernetes, LXC. Virtual machines whose disk was made from a container image also have the marker
/// files, but are not containers.
bool runs_in_container(const SysRoot& root);

/// CAP_PERFMON, or CAP_SYS_ADMIN (needed before Linux 5.8, still accepted; the only one above level 2).
bool may_ignore_paranoid(const PermissionFacts& facts);

/// The permission that an event needs.
struct PermissionNeed {
    int paranoid = 1;      ///< the highest perf_event_paranoid that allows it to unprivileged users
    std::string_view what; ///< "counting kernel code", for the message; empty: not specified
};

/// Why perf_event_open returned `error` (EACCES or EPERM), hardware aside. Used by doctor and by planning. The cause
/// does not repeat the errno.
SourceDiagnosis diagnose_refusal(const PermissionFacts& facts, int error, const PermissionNeed& need);

} // namespace bytebound
