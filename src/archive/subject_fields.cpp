#include <fmt/format.h>

#include "archive/record_fields.hpp"

namespace bytebound {

using namespace fields;

namespace {

/// The record of its kind is present, and no other.
void check_subject(SubjectRecord& r) {
    const auto check = [&](const char* key, Subject kind, bool present) {
        if (present != (r.kind == kind))
            refuse(key,
                   present ? fmt::format("the subject is {}", name_of(r.kind)) : "it is null, the subject is this");
    };
    check("commands", Subject::commands, r.commands.has_value());
    check("regions", Subject::regions, r.regions.has_value());
    check("imported", Subject::imported, r.imported.has_value());
}

void check_regions(RegionsRecord& r) {
    if (r.passes.size() != r.names.size())
        refuse("passes", fmt::format("{} numbers for {} regions", r.passes.size(), r.names.size()));
}

} // namespace

void check_ks(const RunRecord& run) {
    for (std::size_t i = 0; i < run.experiments.size(); ++i)
        if (has_k(run.experiments[i].k) != (run.subject.kind == Subject::loops))
            refuse(fmt::format("experiments/{}/k", i),
                   fmt::format("it is {}, and the subject is {}", has_k(run.experiments[i].k) ? "a number" : "null",
                               name_of(run.subject.kind)));
}

const Table<CommandRecord>& fields_of(const CommandRecord*) {
    using R = CommandRecord;
    static constexpr Field<R> list[] = {
        field<&R::name>("name"),
        field<&R::argv>("argv"),
        field<&R::exit_code>("exit_code"),
        field<&R::runs>("runs"),
        field<&R::runs_with_children>("runs_with_children"),
        field<&R::cpus_seen>("cpus_seen"),
        field<&R::nodes_seen>("nodes_seen"),
        field<&R::nodes_reason, TextOrNull>("nodes_reason"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<CommandsRecord>& fields_of(const CommandsRecord*) {
    using R = CommandsRecord;
    static constexpr Field<R> list[] = {
        field<&R::commands>("commands"),       field<&R::prepare>("prepare"),
        field<&R::warmup>("warmup"),           field<&R::timeout_seconds, NotNegative>("timeout_seconds"),
        field<&R::order, TextOrNull>("order"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<RegionsRecord>& fields_of(const RegionsRecord*) {
    using R = RegionsRecord;
    static constexpr Field<R> list[] = {
        field<&R::names>("names"),
        field<&R::passes>("passes"),
        field<&R::threads>("threads"),
        field<&R::argv>("argv"),
    };
    static constexpr Table<R> table{list, check_regions};
    return table;
}

const Table<ImportedFile>& fields_of(const ImportedFile*) {
    using R = ImportedFile;
    static constexpr Field<R> list[] = {
        field<&R::path>("path"),
        field<&R::sha256>("sha256"),
        field<&R::bytes>("bytes"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<ImportedUnit>& fields_of(const ImportedUnit*) {
    using R = ImportedUnit;
    static constexpr Field<R> list[] = {
        field<&R::metric>("metric"),
        field<&R::original>("original"),
        field<&R::unit, TextOrNull>("unit"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<ImportedRecord>& fields_of(const ImportedRecord*) {
    using R = ImportedRecord;
    static constexpr Field<R> list[] = {
        field<&R::tool>("tool"),   field<&R::tool_version, TextOrNull>("tool_version"),
        field<&R::files>("files"), field<&R::units>("units"),
        field<&R::notes>("notes"),
    };
    static constexpr Table<R> table{list};
    return table;
}

const Table<SubjectRecord>& fields_of(const SubjectRecord*) {
    using R = SubjectRecord;
    static constexpr Field<R> list[] = {
        field<&R::kind>("kind"),
        field<&R::commands>("commands"),
        field<&R::regions>("regions"),
        field<&R::imported>("imported"),
    };
    static constexpr Table<R> table{list, check_subject};
    return table;
}

} // namespace bytebound
