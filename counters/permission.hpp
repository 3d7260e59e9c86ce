#pragma once
// Who may open events, hardware aside.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/sysroot.hpp"
#include "counters/source_diagnosis.hpp"

namespace bytebound {

/// What decides whether this process may open events.
struct PermissionFacts {
    std::optional<int> paranoid;               ///< proc/sys/kernel/perf_event_paranoid
    std::string lockdown;                      ///< "none", "integrity", "confidentiality"; empty: no such file
    std::optional<int> seccomp;                ///< 0 off, 1 strict, 2 filter
    std::optional<std::uint64_t> capabilities; ///< CapEff
    std::optional<int> effective_uid;
    bool user_namespace = false; ///< rootless container: capabilities here mean nothing to perf_event_open
    bool container = false;
};

PermissionFacts gather_permissions(const SysRoot& root);

/// Docker, podman, Kubernetes, LXC. A virtual machine whose disk was made from a container's image has the marker files
/// without being one.
bool runs_in_container(const SysRoot& root);

/// CAP_PERFMON or, before Linux 5.8 and still accepted, CAP_SYS_ADMIN.
bool may_ignore_paranoid(const PermissionFacts& facts);

/// What an event asks of the kernel.
struct PermissionNeed {
    int paranoid = 1;      ///< the highest perf_event_paranoid at which anybody may open it
    std::string_view what; ///< "counting kernel code", for the message; empty: nothing in particular
};

/// Why perf_event_open answered `error` (EACCES or EPERM) where hardware plays no part: the one rule of doctor and of
/// planning. Its cause does not repeat the errno.
SourceDiagnosis diagnose_refusal(const PermissionFacts& facts, int error, const PermissionNeed& need);

} // namespace bytebound
