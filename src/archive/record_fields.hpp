#pragma once
// The field tables of run.json and of calibration files: the JSON of each record type. Member names are those in
// reports/schema/run.schema.json and calibration.schema.json; a unit test compares the schemas with these tables.

#include <array>
#include <string_view>

#include "io/json_ranges.hpp"
#include "record/autotune_record.hpp"
#include "record/calibration_record.hpp"
#include "record/run_record.hpp"

namespace bytebound {

std::string_view name_of(MemoryPolicy policy);

constexpr std::array<RunStatus, 3> members_of(const RunStatus*) {
    return {RunStatus::running, RunStatus::complete, RunStatus::failed};
}
constexpr std::array<Subject, 4> members_of(const Subject*) {
    return {Subject::loops, Subject::commands, Subject::regions, Subject::imported};
}
constexpr std::array<RepeatsEnd, 4> members_of(const RepeatsEnd*) {
    return {RepeatsEnd::given, RepeatsEnd::precision, RepeatsEnd::max_time, RepeatsEnd::limit};
}
constexpr std::array<MemoryPolicy, 3> members_of(const MemoryPolicy*) {
    return {MemoryPolicy::local, MemoryPolicy::interleave, MemoryPolicy::node};
}
constexpr std::array<QualificationVerdict, 3> members_of(const QualificationVerdict*) {
    return {QualificationVerdict::passed, QualificationVerdict::failed, QualificationVerdict::not_judged};
}
constexpr std::array<GeometryOrigin, 4> members_of(const GeometryOrigin*) {
    return {GeometryOrigin::sysfs, GeometryOrigin::hwloc, GeometryOrigin::option, GeometryOrigin::assumed};
}
constexpr std::array<LlcPolicy, 4> members_of(const LlcPolicy*) {
    return {LlcPolicy::non_inclusive, LlcPolicy::inclusive, LlcPolicy::exclusive, LlcPolicy::victim};
}
constexpr std::array<Prefetch, 2> members_of(const Prefetch*) { return {Prefetch::none, Prefetch::next_line}; }
constexpr std::array<StreamKernel, 11> members_of(const StreamKernel*) {
    return {StreamKernel::read,
            StreamKernel::write,
            StreamKernel::nt_write,
            StreamKernel::copy,
            StreamKernel::nt_copy,
            StreamKernel::row_copy,
            StreamKernel::nt_row_copy,
            StreamKernel::row_copy_ascending,
            StreamKernel::nt_row_copy_ascending,
            StreamKernel::prefetch_row_copy,
            StreamKernel::prefetch_row_copy_ascending};
}
constexpr std::array<Verdict, 4> members_of(const Verdict*) {
    return {Verdict::better, Verdict::worse, Verdict::same, Verdict::unresolved};
}
constexpr std::array<MemoryLevel, 4> members_of(const MemoryLevel*) {
    return {MemoryLevel::l1, MemoryLevel::l2, MemoryLevel::llc, MemoryLevel::memory};
}

// run_fields.cpp
const fields::Table<RunRecord>& fields_of(const RunRecord*);
const fields::Table<ProgramVersion>& fields_of(const ProgramVersion*);
const fields::Table<FailureRecord>& fields_of(const FailureRecord*);
const fields::Table<PlugInFailure>& fields_of(const PlugInFailure*);
const fields::Table<PlugInRecord>& fields_of(const PlugInRecord*);
const fields::Table<RowGroup>& fields_of(const RowGroup*);
const fields::Table<AutoRepeats>& fields_of(const AutoRepeats*);
const fields::Table<WorkloadRecord>& fields_of(const WorkloadRecord*);
const fields::Table<ExperimentRecord>& fields_of(const ExperimentRecord*);
const fields::Table<OtherStores>& fields_of(const OtherStores*);
const fields::Table<PresetRecord>& fields_of(const PresetRecord*);
const fields::Table<UnavailableRecord>& fields_of(const UnavailableRecord*);
const fields::Table<FileRecord>& fields_of(const FileRecord*);

// subject_fields.cpp
const fields::Table<CommandRecord>& fields_of(const CommandRecord*);
const fields::Table<CommandsRecord>& fields_of(const CommandsRecord*);
const fields::Table<RegionsRecord>& fields_of(const RegionsRecord*);
const fields::Table<ImportedFile>& fields_of(const ImportedFile*);
const fields::Table<ImportedUnit>& fields_of(const ImportedUnit*);
const fields::Table<ImportedRecord>& fields_of(const ImportedRecord*);
const fields::Table<SubjectRecord>& fields_of(const SubjectRecord*);
/// A row has a k where its run has a trace, and only there.
void check_ks(const RunRecord& run);

// counting_fields.cpp
const fields::Table<EventPartRecord>& fields_of(const EventPartRecord*);
const fields::Table<EventRecord>& fields_of(const EventRecord*);
const fields::Table<CollectorRecord>& fields_of(const CollectorRecord*);
const fields::Table<ReadingCost>& fields_of(const ReadingCost*);
const fields::Table<CounterCost>& fields_of(const CounterCost*);
const fields::Table<ReadCostRecord>& fields_of(const ReadCostRecord*);
const fields::Table<QualifiedEvent>& fields_of(const QualifiedEvent*);
const fields::Table<QualificationRecord>& fields_of(const QualificationRecord*);

// machine_fields.cpp
const fields::Table<EnvironmentFact>& fields_of(const EnvironmentFact*);
const fields::Table<PageProof>& fields_of(const PageProof*);
const fields::Table<PlacementRecord>& fields_of(const PlacementRecord*);
const fields::Table<Placement>& fields_of(const Placement*);
const fields::Table<CacheInfo>& fields_of(const CacheInfo*);
const fields::Table<HostFacts>& fields_of(const HostFacts*);

// cache_fields.cpp
const fields::Table<CacheGeometry>& fields_of(const CacheGeometry*);
const fields::Table<EmulatedCache>& fields_of(const EmulatedCache*);
const fields::Table<LevelLines>& fields_of(const LevelLines*);
const fields::Table<LevelRecord>& fields_of(const LevelRecord*);
const fields::Table<HierarchyRecord>& fields_of(const HierarchyRecord*);
const fields::Table<CacheChoice>& fields_of(const CacheChoice*);
const fields::Table<SimulationRecord>& fields_of(const SimulationRecord*);
const fields::Table<EmulationRecord>& fields_of(const EmulationRecord*);
const fields::Table<TrafficParts>& fields_of(const TrafficParts*);
const fields::Table<BufferBytes>& fields_of(const BufferBytes*);
const fields::Table<ClosedForm>& fields_of(const ClosedForm*);
const fields::Table<ExpectedRecord>& fields_of(const ExpectedRecord*);

// warning_fields.cpp
const fields::Table<Warning>& fields_of(const Warning*);

// autotune_fields.cpp
const fields::Table<TunedSetting>& fields_of(const TunedSetting*);
const fields::Table<TunedRatio>& fields_of(const TunedRatio*);
const fields::Table<TunedCandidate>& fields_of(const TunedCandidate*);
const fields::Table<TunedCell>& fields_of(const TunedCell*);
const fields::Table<TunedThreads>& fields_of(const TunedThreads*);
const fields::Table<TunedRows>& fields_of(const TunedRows*);
const fields::Table<AutotuneRecord>& fields_of(const AutotuneRecord*);
const fields::Table<AutotuneUse>& fields_of(const AutotuneUse*);

// calibration_fields.cpp
const fields::Table<Ceiling>& fields_of(const Ceiling*);
const fields::Table<WriteAllocateFactor>& fields_of(const WriteAllocateFactor*);
const fields::Table<ComputeCeiling>& fields_of(const ComputeCeiling*);
const fields::Table<LevelCapacity>& fields_of(const LevelCapacity*);
const fields::Table<Ceilings>& fields_of(const Ceilings*);
const fields::Table<CalibrationUse>& fields_of(const CalibrationUse*);
const fields::Table<CeilingAbsence>& fields_of(const CeilingAbsence*);
const fields::Table<KeptCalibration>& fields_of(const KeptCalibration*);
const fields::Table<CalibrationRecord>& fields_of(const CalibrationRecord*);

} // namespace bytebound
