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

/// Why perf_event_open answered `error` where hardware plays no part. `paranoid_wanted`: the level that would do.
SourceDiagnosis diagnose_refusal(const MachineFacts& facts, int error, int paranoid_wanted);

bool built_in(const MachineFacts& facts, std::string_view collector);
bool has_capability(const MachineFacts& facts, int bit);
/// CAP_PERFMON or, before Linux 5.8 and still accepted, CAP_SYS_ADMIN.
bool may_ignore_paranoid(const MachineFacts& facts);
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
