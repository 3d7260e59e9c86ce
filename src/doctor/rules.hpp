#pragma once

#include <string_view>

#include "doctor/diagnosis.hpp"

namespace bytebound {

// The rules of diagnose(), one per source. Within a rule the order is the diagnosis: the first match is the cause.
SourceDiagnosis diagnose_core(const MachineFacts& facts);
SourceDiagnosis diagnose_memory_controller(const MachineFacts& facts);
SourceDiagnosis diagnose_papi(const MachineFacts& facts);
SourceDiagnosis diagnose_valgrind(const MachineFacts& facts);
SourceDiagnosis diagnose_simulation(const MachineFacts& facts);
SourceDiagnosis diagnose_clock(const MachineFacts& facts);

/// diagnose_refusal() of a probe, with the errno.
SourceDiagnosis refused_probe(const MachineFacts& facts, int error, int paranoid_wanted);

/// errno of a probe, 0 when it opened; nothing when that kind was not tried.
std::optional<int> error_of(const MachineFacts& facts, const char* kind);

bool built_in(const MachineFacts& facts, std::string_view collector);
/// More NUMA nodes with CPUs than packages; false where either is unknown.
bool has_sub_numa_clusters(const Machine& machine);
bool of_other_architecture(const MachineFacts& facts);
/// "a virtual machine", "a KVM/QEMU virtual machine"
std::string virtual_machine_phrase(const MachineFacts& facts);

} // namespace bytebound
