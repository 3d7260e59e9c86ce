#pragma once

#include <string_view>

#include "doctor/diagnosis.hpp"

namespace bytebound {

// The rules of diagnose(), one per source. Within a rule the order matters: the first condition that holds is the
// cause.
SourceDiagnosis diagnose_core(const MachineFacts& facts);
SourceDiagnosis diagnose_memory_controller(const MachineFacts& facts);
SourceDiagnosis diagnose_papi(const MachineFacts& facts);
SourceDiagnosis diagnose_valgrind(const MachineFacts& facts);
SourceDiagnosis diagnose_simulation(const MachineFacts& facts);
SourceDiagnosis diagnose_clock(const MachineFacts& facts);

/// diagnose_refusal() for a probe, with the errno.
SourceDiagnosis refused_probe(const MachineFacts& facts, int error, int paranoid_needed);

/// errno of a probe, 0 if it opened; nullopt if that kind was not tried.
std::optional<int> error_of(const MachineFacts& facts, const char* kind);

/// sys/bus/event_source shows no PMU: masked by a container, not recorded, or not there.
SourceDiagnosis event_source_missing(const MachineFacts& facts);

bool built_in(const MachineFacts& facts, std::string_view collector);
/// Whether there are more NUMA nodes with CPUs than dies; false if either is unknown.
bool has_sub_numa_clusters(const Machine& machine);
bool of_other_architecture(const MachineFacts& facts);
/// "a virtual machine", "a KVM/QEMU virtual machine"
std::string virtual_machine_phrase(const MachineFacts& facts);

} // namespace bytebound
