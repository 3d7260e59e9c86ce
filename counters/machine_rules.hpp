#pragma once

#include <string_view>

#include "counters/machine_diagnosis.hpp"

namespace bytebound {

// The rules of diagnose(), one per source. Within a rule the order is the diagnosis: the first match is the cause.
SourceDiagnosis diagnose_core(const MachineFacts& facts);
SourceDiagnosis diagnose_memory_controller(const MachineFacts& facts);
SourceDiagnosis diagnose_resctrl(const MachineFacts& facts);
SourceDiagnosis diagnose_papi(const MachineFacts& facts);
SourceDiagnosis diagnose_valgrind(const MachineFacts& facts);
SourceDiagnosis diagnose_simulation(const MachineFacts& facts);
SourceDiagnosis diagnose_clock(const MachineFacts& facts);

/// Why perf_event_open answered `error` (EACCES or EPERM) where hardware plays no part: the one rule of doctor and of
/// planning. Its cause does not repeat the errno.
SourceDiagnosis diagnose_refusal(const PermissionFacts& facts, int error, const PermissionNeed& need);
/// The same as a line of doctor, with the errno.
SourceDiagnosis refused_probe(const MachineFacts& facts, int error, int paranoid_wanted);

/// errno of a probe, 0 when it opened; nothing when that kind was not tried.
std::optional<int> error_of(const MachineFacts& facts, const char* kind);

bool built_in(const MachineFacts& facts, std::string_view collector);
bool of_other_architecture(const MachineFacts& facts);
/// "a virtual machine", "a KVM/QEMU virtual machine"
std::string virtual_machine_phrase(const MachineFacts& facts);

inline SourceDiagnosis available(std::string found, Cause kind = Cause::none, std::string remedy = {}) {
    return {{}, SourceState::available, kind, std::move(found), std::move(remedy)};
}
inline SourceDiagnosis unavailable(Cause kind, std::string cause, std::string remedy) {
    return {{}, SourceState::unavailable, kind, std::move(cause), std::move(remedy)};
}
inline SourceDiagnosis undecided(Cause kind, std::string cause, std::string remedy) {
    return {{}, SourceState::not_probed, kind, std::move(cause), std::move(remedy)};
}

} // namespace bytebound
